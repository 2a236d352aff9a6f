import Mien

/// What turns images and moments of videos into features: ``ModelEmbedder``, or what the tests of the cache put in its
/// place to count and interrupt.
package protocol SampleEmbedder: AnyObject {
    /// What the features depend on beside the input: a hash of the encoder's files and of the crop. Two embedders
    /// with the same fingerprint give the same features.
    var fingerprint: String { get }
    /// The number of elements of a feature.
    var width: Int { get }

    /// Embeds samples, all of the same video or all images of the same folder, telling `sink` of each.
    ///
    /// Samples may be finished in any order. An error ends the whole preparation; what was finished before stays in
    /// the cache. So a cancellation is thrown as an error.
    func embed(_ samples: [FaceSample], into sink: EmbeddingSink) throws
}

/// Takes what a ``SampleEmbedder`` makes.
package final class EmbeddingSink {
    private let width: Int
    private let store: (_ sample: Int, _ rows: [Float], _ times: [Double]) throws -> Void
    private var rows: [Int: (features: [Float], times: [Double])] = [:]

    init(
        width: Int, store: @escaping (_ sample: Int, _ rows: [Float], _ times: [Double]) throws -> Void
    ) {
        self.width = width
        self.store = store
    }

    /// Adds a feature of the sample at `index` of those to embed; several if the sample is a whole video.
    ///
    /// - Parameter time: Seconds from the first frame; NaN if there is no time, as in an image.
    package func add(_ index: Int, time: Double = .nan, feature: UnsafePointer<Float>) {
        rows[index, default: ([], [])].features.append(
            contentsOf: UnsafeBufferPointer(start: feature, count: width))
        rows[index]?.times.append(time)
    }

    /// Says that the sample is done; without features it has no face.
    package func finish(_ index: Int) throws {
        let taken = rows.removeValue(forKey: index)
        try store(index, taken?.features ?? [], taken?.times ?? [])
    }
}
