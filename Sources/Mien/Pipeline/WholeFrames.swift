import MienCLIP
import MienTimeline
import MienVideo

/// Takes each frame as one picture, with plain CLIP preprocessing and no look for faces.
final class WholeFrames: CropProducer {
    private let preprocessor: ImagePreprocessor
    private let every: Int

    init(preprocessor: ImagePreprocessor, every: Int) {
        self.preprocessor = preprocessor
        self.every = every
    }

    func process(_ frame: VideoFrame, into filler: BatchFiller) throws {
        var row = BatchRow(frame: frame.index, pts: frame.pts, timestamp: frame.timestamp, status: .ok)
        if frame.isDamaged {
            row.status = .decodeError
            try filler.append(row)
        } else if frame.index % every == 0 {
            try filler.append(row) { preprocessor(frame.image, into: $0) }
        } else {
            row.status = .skipped
            try filler.append(row)
        }
    }

    func finish(into filler: BatchFiller) throws {}
}
