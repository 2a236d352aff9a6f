import MienCLIP
import MienVideo

/// Takes each frame as one picture, with plain CLIP preprocessing and no search for faces.
final class WholeFrames: CropProducer {
    private let preprocessor: ImagePreprocessor
    private let every: Int

    init(preprocessor: ImagePreprocessor, every: Int) {
        self.preprocessor = preprocessor
        self.every = every
    }

    func process(_ frame: VideoFrame, into sink: RowSink) throws {
        if frame.isDamaged {
            sink.append(sink.row(.decodeError))
        } else if frame.index % every == 0 {
            try sink.append(sink.row(.ok)) { preprocessor(frame.image, into: $0) }
        } else {
            sink.append(sink.row(.skipped))
        }
        try sink.endFrame()
    }
}
