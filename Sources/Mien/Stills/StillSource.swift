import Foundation
import MienTimeline
import MienVideo

/// Still images, one after the other, as frames that are numbered from 0 by their places in the list.
///
/// An image that is anything but one sound picture is passed over: a film, a damaged file, one that cannot be
/// opened.
final class StillSource: FrameStream, @unchecked Sendable {
    private let paths: [String]
    private let configuration: Configuration
    private var index = 0
    private let lock = NSLock()
    /// What the images are, as runs over them would say. Protected by `lock`: one stage reads them while another
    /// still opens images.
    private var runs: [Int: AnalysisRun] = [:]

    init(_ paths: [String], configuration: Configuration) {
        self.paths = paths
        self.configuration = configuration
    }

    func next() -> VideoFrame? {
        while index < paths.count {
            defer { index += 1 }
            guard let (frame, run) = try? read(paths[index]) else { continue }
            lock.withLock { runs[index] = run }
            return frame
        }
        return nil
    }

    /// Hands over what is known of an image whose frame has been delivered.
    func takeRun(_ index: Int) -> AnalysisRun {
        guard let run = lock.withLock({ runs.removeValue(forKey: index) }) else {
            preconditionFailure("image \(index) has no frame, or was asked for twice")
        }
        return run
    }

    private func read(_ path: String) throws -> (VideoFrame, AnalysisRun)? {
        let opened = try OpenedInput(path, configuration: configuration)
        guard var frame = try opened.reader.next(), try opened.reader.next() == nil else { return nil }
        let run = opened.run(counts: TableCounts(), cancellation: Cancellation())
        guard run.damagedFrames == 0, run.lostPackets == 0, run.endedEarly == nil else { return nil }
        frame.index = index
        return (frame, run)
    }
}

/// Crops the faces of each image as if it were a clip of its own.
final class StillFaces: CropProducer {
    private let makeCrops: (_ index: Int) -> FaceCrops

    /// - Parameter makeCrops: Makes the crop stage of the image at an index.
    init(_ makeCrops: @escaping (_ index: Int) -> FaceCrops) { self.makeCrops = makeCrops }

    func process(_ frame: VideoFrame, into filler: BatchFiller) throws {
        let crops = makeCrops(frame.index)
        var frame = frame
        frame.index = 0
        try crops.process(frame, into: filler)
        try crops.finish(into: filler)
    }

    func finish(into filler: BatchFiller) throws {}
}
