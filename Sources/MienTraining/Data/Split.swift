/// Dividing samples by subject or video.
///
/// Never by frame: neighbouring frames of a video are nearly the same picture with the same label, so a held-out
/// frame whose neighbours were trained on measures memory, and its score says nothing about a new video. The
/// same holds for two videos of one person, where subjects are known.
package enum Split {
    /// Divides the samples of `dataset` into two with no group in common.
    ///
    /// - Parameters:
    ///   - fraction: About how much of the samples the second part gets.
    ///   - option: What asked for this, for messages.
    package static func byGroup(
        _ dataset: Dataset, fraction: Double, seed: UInt64, option: String
    ) throws(TrainingError) -> (kept: Dataset, held: Dataset) {
        guard fraction > 0, fraction < 1 else {
            throw .option(name: option, reason: "\(fraction): expected a fraction above 0, below 1")
        }
        guard let groups = dataset.groups else {
            throw .data(
                path: dataset.path,
                reason:
                    "has no groups, so \(option) cannot divide it by subject or video; frames of one video on "
                    + "both sides would measure memory. Expected a tensor \"groups\" I64 [N], or a validation set of "
                    + "its own")
        }
        var sizes: [Int64: Int] = [:]
        for sample in dataset.samples { sizes[groups[sample], default: 0] += 1 }
        let names = sizes.keys.sorted()
        guard names.count >= 2 else {
            throw .data(
                path: dataset.path,
                reason: "\(option) needs samples of at least two subjects or videos, found \(names.count)")
        }
        var held: Set<Int64> = []
        var heldSize = 0
        let target = fraction * Double(dataset.samples.count)
        for index in RandomWords(seed: seed, purpose: .split, index: 0).permutation(count: names.count) {
            guard held.count < names.count - 1 else { break }
            let size = sizes[names[index]] ?? 0
            // A group that would overshoot by more than it fills is left where it is.
            if Double(heldSize) + Double(size) / 2 > target && !held.isEmpty { continue }
            held.insert(names[index])
            heldSize += size
            if Double(heldSize) >= target { break }
        }
        return (
            dataset.restricted(to: dataset.samples.filter { !held.contains(groups[$0]) }),
            dataset.restricted(to: dataset.samples.filter { held.contains(groups[$0]) })
        )
    }

    /// The number of groups with labelled samples; 0 if there are no groups.
    package static func groupCount(_ dataset: Dataset) -> Int {
        guard let groups = dataset.groups else { return 0 }
        return Set(dataset.samples.map { groups[$0] }).count
    }
}
