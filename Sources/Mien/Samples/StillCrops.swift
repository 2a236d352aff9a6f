import MienCLIP
import MienFaces
import MienTimeline
import MienVideo

/// Images that have nothing to do with each other, as frames numbered from 0.
final class StillStream: FrameStream {
    /// What could not be read, where that does not end the run. Complete when the run has ended.
    private(set) var failures: [(index: Int, error: MienError)] = []

    private let paths: [String]
    private let skipsUnreadable: Bool
    private var index = 0

    init(_ paths: [String], skipsUnreadable: Bool) {
        self.paths = paths
        self.skipsUnreadable = skipsUnreadable
    }

    func next() throws -> VideoFrame? {
        while index < paths.count {
            defer { index += 1 }
            do {
                var frame = try read(paths[index])
                frame.index = index
                return frame
            } catch {
                guard skipsUnreadable else { throw error }
                failures.append((index, error))
            }
        }
        return nil
    }

    private func read(_ path: String) throws(MienError) -> VideoFrame {
        do {
            if let frame = try VideoReader(path).next() { return frame }
        } catch {
            throw .input("\(error)")
        }
        throw .input("\(path): holds no picture, expected one")
    }
}

/// Crops the largest face of each image, or takes the image as it is; image i is sample i.
final class StillCrops: CropProducer {
    enum Content {
        /// Images in which faces have to be found.
        case scenes(any FaceDetecting, FaceCropper)
        /// Images that are crops of faces.
        case crops(ImagePreprocessor)
    }

    private let content: Content

    init(_ content: Content) {
        self.content = content
    }

    func process(_ frame: VideoFrame, into filler: BatchFiller) throws {
        var row = BatchRow(
            frame: 0, pts: frame.pts, timestamp: frame.timestamp, status: .ok, sample: frame.index)
        guard !frame.isDamaged else {
            row.status = .decodeError
            return try filler.append(row)
        }
        switch content {
        case .crops(let preprocessor):
            try filler.append(row) { preprocessor(frame.image, into: $0) }
        case .scenes(let detector, let cropper):
            // A tracker of its own, so that no face of the image before is looked for in this one.
            let tracker = FaceTracker(detector: detector)
            var faces: [TrackedFace] = []
            tracker.process(frame) { faces += $0.faces }
            tracker.finish { faces += $0.faces }
            guard let face = FaceSelection.largest(1).select(from: faces).first else {
                row.status = .noFace
                return try filler.append(row)
            }
            row.face = face
            try filler.append(row) { cropper.crop(face, of: frame.image, into: $0) }
        }
    }

    func finish(into filler: BatchFiller) throws {}
}
