import MienFaces
import MienVideo

/// Detects, tracks and crops the faces of each frame: a row for every face, and one for a frame without.
final class FaceCrops: CropProducer {
    private let tracker: FaceTracker
    private let cropper: FaceCropper
    private let selection: FaceSelection
    private let every: Int
    private let recorded: RecordedRows?
    private let reuse: FaceReuse?
    private let measures: FaceMeasures?
    private let keepsImages: Bool
    private let sample: Int?
    private(set) var cropSeconds = 0.0

    /// - Parameters:
    ///   - every: Crops are made for one frame in `every`; rows of the others are `skipped`.
    ///   - recorded: Rows whose scores are known, so that they need no crop.
    ///   - reuse: Spares the encoder faces that look as before.
    ///   - measures: What is measured of faces besides.
    ///   - keepsImages: Whether rows go with the picture of their frame.
    ///   - sample: The number of the rows among the samples, if they are of one of many.
    init(
        tracker: FaceTracker, cropper: FaceCropper, selection: FaceSelection, every: Int = 1,
        recorded: RecordedRows? = nil, reuse: FaceReuse? = nil, measures: FaceMeasures? = nil,
        keepsImages: Bool = false, sample: Int? = nil
    ) {
        self.tracker = tracker
        self.cropper = cropper
        self.selection = selection
        self.every = every
        self.recorded = recorded
        self.reuse = reuse
        self.measures = measures
        self.keepsImages = keepsImages
        self.sample = sample
    }

    func process(_ frame: VideoFrame, into sink: RowSink) throws {
        try tracker.forEach(processing: frame) { try append($0, to: sink) }
    }

    func finish(into sink: RowSink) throws {
        try tracker.forEachRemaining { try append($0, to: sink) }
        try measures?.finish()
    }

    private func append(_ result: FrameFaces, to sink: RowSink) throws {
        let frame = result.frame
        if frame.isDamaged {
            // The decoder patched together something else than the camera saw: no reading is better than one
            // that cannot be told from a good one.
            sink.append(sink.row(.decodeError), sample: sample)
        } else if result.faces.isEmpty {
            sink.append(sink.row(.noFace), sample: sample)
        } else {
            reuse?.forget(at: frame.timestamp)
            for face in result.faces where selection.includes(face, of: result.faces) {
                try append(face, of: frame, to: sink)
            }
        }
        try sink.endFrame(image: keepsImages ? frame.image : nil)
    }

    private func append(_ face: TrackedFace, of frame: VideoFrame, to sink: RowSink) throws {
        guard frame.index % every == 0 else {
            return sink.append(sink.row(.skipped, face: face), sample: sample)
        }
        var row = sink.row(.ok, face: face)
        // Of recorded rows, too: blinks and regions depend on the frames before.
        try measures?.measure(face, of: frame.image, into: &row)
        if let known = try recorded?.scores(frame: row.frame, faceID: face.id) {
            (row.expression, row.actionUnits) = (known.expression, known.actionUnits)
            return sink.append(row, sample: sample)
        }
        let start = CPUTime.thread
        if let reuse {
            let crop = reuse.crop(face, of: frame, isBehind: sink.isBehind)
            cropSeconds += CPUTime.thread - start
            if let scores = crop.known {
                row.status = .held
                sink.append(row, scores: scores, sample: sample)
            } else {
                let scores = try sink.append(row, sample: sample) { reuse.copyCrop(to: $0) }
                reuse.send(face, crop, scores, at: frame.timestamp)
            }
        } else {
            try sink.append(row, sample: sample) { cropper.crop(face, of: frame.image, into: $0) }
            cropSeconds += CPUTime.thread - start
        }
    }
}

extension FaceTracker {
    /// Takes in the next frame and calls `body` with all frames that are settled by it.
    func forEach(processing frame: VideoFrame, _ body: (FrameFaces) throws -> Void) throws {
        var failure: (any Error)?
        process(frame) { faces in
            guard failure == nil else { return }
            do { try body(faces) } catch { failure = error }
        }
        if let failure { throw failure }
    }

    /// Takes the end of the input and calls `body` with the frames that are left.
    func forEachRemaining(_ body: (FrameFaces) throws -> Void) throws {
        var failure: (any Error)?
        finish { faces in
            guard failure == nil else { return }
            do { try body(faces) } catch { failure = error }
        }
        if let failure { throw failure }
    }
}
