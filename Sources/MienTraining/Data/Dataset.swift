import MienHeads

/// Features with labels: what is trained on and measured against.
package struct Dataset: Sendable {
    /// The file or folder it came from, for messages and the training record.
    package var path: String
    package var features: FeatureRows
    package var labels: Labels
    /// The subject or video of each sample: what must not be on both sides of a split.
    package var groups: [Int64]?
    /// What is smoothed over time on its own, one face in one video; nil is the group.
    package var tracks: [Int64]?
    /// The seconds of each sample within its track.
    package var times: [Double]?
    /// What each sample is called in submission files: `video/00001.jpg`.
    package var names: [String]?
    /// For each sample its row in `features`; nil if they are the same.
    package var featureRows: [Int]?
    /// The samples with labels, in order.
    package var samples: [Int]
    /// What the user should know about the data, one sentence each.
    package var notes: [String] = []

    package var task: HeadTask { labels.task }
    package var width: Int { features.width }

    package init(
        path: String, features: FeatureRows, labels: Labels, groups: [Int64]? = nil, times: [Double]? = nil,
        names: [String]? = nil, featureRows: [Int]? = nil
    ) {
        precondition((featureRows?.count ?? features.count) == labels.count)
        precondition((groups?.count ?? labels.count) == labels.count)
        precondition((times?.count ?? labels.count) == labels.count)
        self.path = path
        self.features = features
        self.labels = labels
        self.groups = groups
        self.times = times
        self.names = names
        self.featureRows = featureRows
        samples = (0..<labels.count).filter(labels.isLabelled)
    }

    /// The same data, but only these of its samples.
    package func restricted(to samples: [Int]) -> Dataset {
        var copy = self
        copy.samples = samples
        return copy
    }

    func readFeatures(of sample: Int, into row: UnsafeMutablePointer<Float>) throws(TrainingError) {
        try features.read(featureRows?[sample] ?? sample, into: row)
    }
}
