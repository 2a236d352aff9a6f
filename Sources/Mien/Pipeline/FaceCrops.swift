import MienFaces
import MienTimeline
import MienVideo

/// Detects, tracks and crops the faces of each frame: a row for every face, and one for a frame without.
final class FaceCrops: CropProducer {
    private let tracker: FaceTracker
    private let cropper: FaceCropper
    private let selection: FaceSelection
    private let every: Int
    private let recorded: RecordedRows?
    private let sample: Int?
    private(set) var cropSeconds = 0.0

    /// - Parameters:
    ///   - every: Crops are made for one frame in `every`; rows of the others are `skipped`.
    ///   - recorded: Rows whose scores are known, so that they need no crop.
    ///   - sample: What the rows are a sample of, if they are of one of many.
    init(
        tracker: FaceTracker, cropper: FaceCropper, selection: FaceSelection, every: Int,
        recorded: RecordedRows? = nil, sample: Int? = nil
    ) {
        self.tracker = tracker
        self.cropper = cropper
        self.selection = selection
        self.every = every
        self.recorded = recorded
        self.sample = sample
    }

    func process(_ frame: VideoFrame, into filler: BatchFiller) throws {
        var failure: (any Error)?
        tracker.process(frame) { faces in
            do { try append(faces, to: filler) } catch { failure = failure ?? error }
        }
        if let failure { throw failure }
    }

    func finish(into filler: BatchFiller) throws {
        var failure: (any Error)?
        tracker.finish { faces in
            do { try append(faces, to: filler) } catch { failure = failure ?? error }
        }
        if let failure { throw failure }
    }

    private func append(_ result: FrameFaces, to filler: BatchFiller) throws {
        let frame = result.frame
        var row = BatchRow(
            frame: frame.index, pts: frame.pts, timestamp: frame.timestamp, status: .noFace, sample: sample)
        guard !frame.isDamaged else {
            // What the decoder patched together is not what the camera saw: no reading is better than one
            // that cannot be told from a good one.
            row.status = .decodeError
            return try filler.append(row)
        }
        guard !result.faces.isEmpty else { return try filler.append(row) }
        for face in result.faces where selection.includes(face, of: result.faces) {
            row.face = face
            if frame.index % every == 0 {
                row.status = .ok
                row.recorded = try recorded?.scores(frame: frame.index + 1, faceID: face.id)
                if row.recorded != nil {
                    try filler.append(row)
                } else {
                    try filler.append(row) { pixels in
                        let start = CPUTime.thread
                        cropper.crop(face, of: frame.image, into: pixels)
                        cropSeconds += CPUTime.thread - start
                    }
                }
            } else {
                row.status = .skipped
                try filler.append(row)
            }
        }
    }
}
