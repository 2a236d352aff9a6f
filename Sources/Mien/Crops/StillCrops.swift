import MienCLIP
import MienFaces
import MienVideo

/// Crops the faces of each picture as if it were a clip of its own; picture i is sample i.
final class StillFaces: CropProducer {
    private let makeCrops: (_ index: Int) -> FaceCrops

    /// - Parameter makeCrops: Makes the crop stage of the picture at an index.
    init(_ makeCrops: @escaping (_ index: Int) -> FaceCrops) { self.makeCrops = makeCrops }

    func process(_ frame: VideoFrame, into sink: RowSink) throws {
        let crops = makeCrops(frame.index)
        var frame = frame
        frame.index = 0
        try crops.process(frame, into: sink)
        try crops.finish(into: sink)
    }
}

/// Crops the largest face of each picture, or takes the picture as it is; picture i is sample i.
final class StillCrops: CropProducer {
    enum Content {
        /// Pictures in which faces have to be found.
        case scenes(any FaceDetecting, FaceCropper)
        /// Pictures that are crops of faces.
        case crops(ImagePreprocessor)
    }

    private let content: Content

    init(_ content: Content) {
        self.content = content
    }

    func process(_ frame: VideoFrame, into sink: RowSink) throws {
        let sample = frame.index
        if frame.isDamaged {
            sink.append(sink.row(.decodeError), sample: sample)
        } else {
            switch content {
            case .crops(let preprocessor):
                try sink.append(sink.row(.ok), sample: sample) { preprocessor(frame.image, into: $0) }
            case .scenes(let detector, let cropper):
                if let face = try Self.largestFace(frame, detector) {
                    try sink.append(sink.row(.ok, face: face), sample: sample) {
                        cropper.crop(face, of: frame.image, into: $0)
                    }
                } else {
                    sink.append(sink.row(.noFace), sample: sample)
                }
            }
        }
        try sink.endFrame()
    }

    private static func largestFace(_ frame: VideoFrame, _ detector: any FaceDetecting) throws -> TrackedFace?
    {
        // A tracker of its own, so that no face of the picture before is looked for in this one.
        let tracker = FaceTracker(detector: detector)
        var faces: [TrackedFace] = []
        try tracker.forEach(processing: frame) { faces += $0.faces }
        try tracker.forEachRemaining { faces += $0.faces }
        return FaceSelection.largest(1).select(from: faces).first
    }
}
