import Dispatch
import Mien
import MienFaces
import MienTensor
import MienTimeline
import MienVideo
import Testing

/// How crops come together in batches.
@Suite(.timeLimit(.minutes(1))) struct PipelineTests {
    private struct Silence: Error {}

    /// Small pictures; what `beforeFrame` does comes before each of them.
    private final class Frames: FrameStream {
        private let count: Int
        private let beforeFrame: (Int) throws -> Void
        private var index = 0

        init(count: Int, beforeFrame: @escaping (Int) throws -> Void = { _ in }) {
            self.count = count
            self.beforeFrame = beforeFrame
        }

        func next() throws -> VideoFrame? {
            guard index < count else { return nil }
            try beforeFrame(index)
            defer { index += 1 }
            return VideoFrame(
                index: index, pts: nil, timestamp: Double(index) / 25, image: Image(width: 8, height: 8))
        }
    }

    /// The same number of faces in every frame.
    private final class Faces: CropProducer {
        private let perFrame: Int

        init(perFrame: Int) { self.perFrame = perFrame }

        func process(_ frame: VideoFrame, into filler: BatchFiller) throws {
            let row = BatchRow(frame: frame.index, pts: nil, timestamp: frame.timestamp, status: .ok)
            if perFrame == 0 { try filler.append(row) }
            for _ in 0..<perFrame { try filler.append(row) { $0.initialize(repeating: 0, count: 12) } }
        }

        func finish(into filler: BatchFiller) throws {}
    }

    /// The frames of the rows of each batch, and the crops of each that was encoded.
    private func batches(
        _ frames: Frames, facesPerFrame: Int, capacity: Int, onEncode: @escaping () -> Void = {}
    ) throws -> (rows: [[Int]], crops: [Int]) {
        var rows: [[Int]] = []
        var crops: [Int] = []
        let pipeline = Pipeline(
            source: frames, crops: Faces(perFrame: facesPerFrame), cancellation: Cancellation(),
            makeBatch: { Batch(capacity: capacity, side: 2, embeddingWidth: 1) },
            encode: { _ in onEncode() })
        try pipeline.run { batch in
            rows.append(batch.rows.map(\.frame))
            crops.append(batch.cropCount)
        }
        return (rows, crops)
    }

    @Test(arguments: [(20, 1, 8), (7, 3, 8), (5, 20, 8), (100, 2, 16), (3, 1, 1), (1, 1, 32)])
    func batchesFillAcrossFramesAndFaces(frames: Int, faces: Int, capacity: Int) throws {
        let (rows, crops) = try batches(Frames(count: frames), facesPerFrame: faces, capacity: capacity)
        // In order, and none lost.
        #expect(rows.flatMap(\.self) == (0..<frames).flatMap { Array(repeating: $0, count: faces) })
        #expect(crops[0] == min(max(1, capacity / 4), frames * faces))
        let rest = frames * faces - crops[0]
        #expect(crops.dropFirst().dropLast(rest > 0 ? 1 : 0).allSatisfy { $0 == capacity })
        #expect(crops.count == 1 + (rest + capacity - 1) / capacity)
    }

    @Test func theEncoderDoesNotWaitForAFullBatch() throws {
        let encoded = DispatchSemaphore(value: 0)
        // The third frame does not come before the first two are encoded.
        let frames = Frames(count: 40) { index in
            guard index == 2 else { return }
            guard encoded.wait(timeout: .now() + 20) == .success else { throw Silence() }
        }
        let (rows, _) = try batches(frames, facesPerFrame: 1, capacity: 8) { encoded.signal() }
        #expect(rows[0] == [0, 1])
        #expect(rows.joined().count == 40)
    }

    @Test func framesWithoutFacesGetThroughUnencoded() throws {
        let (rows, crops) = try batches(Frames(count: 500), facesPerFrame: 0, capacity: 8) {
            Issue.record("nothing to encode")
        }
        #expect(rows.joined().count == 500)
        #expect(crops.allSatisfy { $0 == 0 })
    }
}
