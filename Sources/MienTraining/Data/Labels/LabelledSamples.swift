import Mien

/// Samples and what a label file says about them.
package struct LabelledSamples: Sendable {
    /// The file or folder of the labels.
    package var path: String
    package var samples: [FaceSample]
    package var labels: Labels
    /// The subject of each sample; nil if the labels do not say.
    package var subjects: [Int64]?
    /// The video of each sample, or what comes nearest: the folder of an image.
    package var videos: [Int64]
    /// What is smoothed over time on its own: one face in one video; nil is the video.
    package var tracks: [Int64]?
    /// The seconds of each sample; nil if unknown. What an embedder finds out comes before this.
    package var times: [Double]?
    /// What each sample is called in submission files.
    package var names: [String]?
    /// Labelled frames that cannot be used, for which reason, and how many.
    package var skipped: [(reason: String, count: Int)] = []
    /// What the user should know, one sentence each.
    package var notes: [String] = []
}

/// Numbers for names, in order of appearance.
struct Numbering<Name: Hashable> {
    private var numbers: [Name: Int64] = [:]

    mutating func number(_ name: Name) -> Int64 {
        if let number = numbers[name] { return number }
        let number = Int64(numbers.count)
        numbers[name] = number
        return number
    }
}
