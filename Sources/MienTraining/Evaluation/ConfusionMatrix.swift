/// How often each true class was taken for each class: `self[true, predicted]`.
package struct ConfusionMatrix: Sendable, Equatable {
    package let classes: Int
    package private(set) var counts: [Int]

    package init(classes: Int) {
        self.classes = classes
        counts = Array(repeating: 0, count: classes * classes)
    }

    package subscript(truth: Int, predicted: Int) -> Int {
        get { counts[truth * classes + predicted] }
        set { counts[truth * classes + predicted] = newValue }
    }

    package var total: Int { counts.reduce(0, +) }

    /// The share of samples whose class was recognised.
    package var accuracy: Double? {
        total == 0 ? nil : Double((0..<classes).reduce(0) { $0 + self[$1, $1] }) / Double(total)
    }

    /// The scores of one class against the rest.
    package func scores(of index: Int) -> BinaryScores {
        let truePositives = self[index, index]
        let support = (0..<classes).reduce(0) { $0 + self[index, $1] }
        let predicted = (0..<classes).reduce(0) { $0 + self[$1, index] }
        return BinaryScores(
            truePositives: truePositives, falsePositives: predicted - truePositives,
            falseNegatives: support - truePositives)
    }

    /// The mean F1 over all classes; one that neither occurs nor is predicted counts as 0, as in scikit-learn's
    /// `f1_score(average="macro", labels=range(classes), zero_division=0)`.
    package var macroF1: Double {
        (0..<classes).reduce(0) { $0 + scores(of: $1).f1 } / Double(classes)
    }

    /// The mean F1 over the classes that occur among the labels or the predictions: scikit-learn's
    /// `f1_score(average="macro")` without `labels`.
    package var macroF1OfPresent: Double? {
        let present = (0..<classes).map { scores(of: $0) }.filter { $0.isPresent }
        return present.isEmpty ? nil : present.reduce(0) { $0 + $1.f1 } / Double(present.count)
    }
}

/// Precision, recall and F1 of one class or action unit; each is 0 where it is 0 / 0.
package struct BinaryScores: Sendable, Equatable {
    package var truePositives = 0
    package var falsePositives = 0
    package var falseNegatives = 0

    package init(truePositives: Int = 0, falsePositives: Int = 0, falseNegatives: Int = 0) {
        self.truePositives = truePositives
        self.falsePositives = falsePositives
        self.falseNegatives = falseNegatives
    }

    /// The number of samples that truly are of the class.
    package var support: Int { truePositives + falseNegatives }
    package var isPresent: Bool { truePositives + falsePositives + falseNegatives > 0 }
    package var precision: Double { Self.ratio(truePositives, truePositives + falsePositives) }
    package var recall: Double { Self.ratio(truePositives, support) }
    package var f1: Double {
        Self.ratio(2 * truePositives, 2 * truePositives + falsePositives + falseNegatives)
    }

    /// Counts one decision.
    package mutating func add(isActive: Bool, isPredicted: Bool) {
        switch (isActive, isPredicted) {
        case (true, true): truePositives += 1
        case (false, true): falsePositives += 1
        case (true, false): falseNegatives += 1
        case (false, false): break
        }
    }

    private static func ratio(_ part: Int, _ whole: Int) -> Double {
        whole == 0 ? 0 : Double(part) / Double(whole)
    }
}
