import Dispatch
import Mien
import MienCore
import MienFaces
import MienImage
import MienTimeline
import MienVideo
import Synchronization
import Testing

/// How crops come together in batches.
@Suite(.timeLimit(.minutes(1))) struct EngineTests {
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

        func process(_ frame: VideoFrame, into sink: RowSink) throws {
            if perFrame == 0 { sink.append(sink.row(.noFace)) }
            for _ in 0..<perFrame {
                try sink.append(sink.row(.ok)) { $0.initialize(repeating: 0, count: 12) }
            }
            try sink.endFrame()
        }
    }

    /// The frames of the rows in order, and the crops of each batch that was encoded.
    private func run(
        _ frames: Frames, facesPerFrame: Int, capacity: Int, onEncode: @escaping () -> Void = {}
    ) throws -> (rows: [Int], crops: [Int]) {
        var rows: [Int] = []
        let crops = Mutex<[Int]>([])
        let engine = Engine(
            source: StreamSource(frames), crops: Faces(perFrame: facesPerFrame), cancellation: Cancellation(),
            makeBatch: { Batch(capacity: capacity, side: 2, embeddingWidth: 1) },
            read: { batch in
                crops.withLock { $0.append(batch.cropCount) }
                onEncode()
            })
        try engine.run { rows += $0.entry.rows.map(\.result.frame) }
        return (rows, crops.withLock { $0 })
    }

    @Test(arguments: [(20, 1, 8), (7, 3, 8), (5, 20, 8), (100, 2, 16), (3, 1, 1), (1, 1, 32)])
    func batchesFillAcrossFramesAndFaces(frames: Int, faces: Int, capacity: Int) throws {
        let (rows, crops) = try run(Frames(count: frames), facesPerFrame: faces, capacity: capacity)
        // In order, and none lost.
        #expect(rows == (1...frames).flatMap { Array(repeating: $0, count: faces) })
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
        let (rows, crops) = try run(frames, facesPerFrame: 1, capacity: 8) { encoded.signal() }
        #expect(crops[0] == 2 && rows == Array(1...40))
    }

    @Test func framesWithoutFacesGetThroughUnencoded() throws {
        let (rows, crops) = try run(Frames(count: 500), facesPerFrame: 0, capacity: 8) {
            Issue.record("nothing to encode")
        }
        #expect(rows == Array(1...500))
        #expect(crops.isEmpty)
    }

    /// Many frames may pass between two faces: those do not wait for the batch to be full.
    @Test func aFaceDoesNotWaitForOthersThatDoNotCome() throws {
        final class FirstFace: CropProducer {
            func process(_ frame: VideoFrame, into sink: RowSink) throws {
                if frame.index < 9 {
                    try sink.append(sink.row(.ok)) { $0.initialize(repeating: 0, count: 12) }
                } else {
                    sink.append(sink.row(.noFace))
                }
                try sink.endFrame()
            }
        }
        let engine = Engine(
            source: StreamSource(Frames(count: 3000)), crops: FirstFace(), cancellation: Cancellation(),
            makeBatch: { Batch(capacity: 32, side: 2, embeddingWidth: 1) }, read: { _ in })
        var rows: [Int] = []
        try engine.run { rows += $0.entry.rows.map(\.result.frame) }
        #expect(rows == Array(1...3000))
    }

    @Test func aFailureOfTheSourceComesAfterItsFrames() throws {
        var rows: [Int] = []
        let engine = Engine(
            source: StreamSource(Frames(count: 40) { if $0 == 30 { throw Silence() } }),
            crops: Faces(perFrame: 1), cancellation: Cancellation(),
            makeBatch: { Batch(capacity: 8, side: 2, embeddingWidth: 1) }, read: { _ in })
        #expect(throws: Silence.self) { try engine.run { rows += $0.entry.rows.map(\.result.frame) } }
        #expect(rows == Array(1...30))
    }

    @Test func aFailureOfTheReaderEndsEverything() throws {
        let engine = Engine(
            source: StreamSource(Frames(count: 1_000_000)), crops: Faces(perFrame: 1),
            cancellation: Cancellation(),
            makeBatch: { Batch(capacity: 8, side: 2, embeddingWidth: 1) }, read: { _ in })
        var count = 0
        #expect(throws: Silence.self) {
            try engine.run { _ in
                count += 1
                if count == 20 { throw Silence() }
            }
        }
        #expect(count == 20)
    }
}
