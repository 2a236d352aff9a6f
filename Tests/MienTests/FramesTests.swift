import Foundation
import Mien
import MienCore
import MienVideo
import TestSupport
import Testing

/// Frames from memory.
@Suite(.timeLimit(.minutes(2))) struct FramesTests {
    private let analyzer: Analyzer

    init() throws { analyzer = try Analyzer() }

    /// The first frames of the sample as a program of one's own would have them.
    private func frames(_ count: Int, _ format: Frame.PixelFormat = .rgb, padding: Int = 0) throws -> [Frame]
    {
        let reader = try VideoReader(Repository.sample)
        return try (0..<count).map { _ in
            let frame = try #require(try reader.next())
            let image = frame.image
            let stride = image.width * format.bytesPerPixel + padding
            var bytes = [UInt8](repeating: 7, count: stride * image.height)
            for y in 0..<image.height {
                for x in 0..<image.width {
                    let (red, green, blue) = image[x, y]
                    let pixel: [UInt8] =
                        switch format {
                        case .rgb: [red, green, blue]
                        case .bgr: [blue, green, red]
                        case .rgba: [red, green, blue, 9]
                        case .bgra: [blue, green, red, 9]
                        case .argb: [9, red, green, blue]
                        case .gray: [green]
                        }
                    let start = y * stride + x * pixel.count
                    for (channel, value) in pixel.enumerated() { bytes[start + channel] = value }
                }
            }
            return try Frame(
                timestamp: frame.timestamp, width: image.width, height: image.height, format: format,
                bytesPerRow: stride, pixels: bytes)
        }
    }

    private func rows(of input: String, causal: Bool, frames: Int) throws -> [FaceReading] {
        var configuration = Configuration()
        configuration.isCausal = causal
        var rows: [FaceReading] = []
        try analyzer.analyze(input, configuration: configuration) {
            var row = $0
            row.pts = nil
            if row.frame <= frames { rows.append(row) }
        }
        return rows
    }

    private func stream(_ frames: [Frame]) -> AsyncStream<Frame> {
        AsyncStream { continuation in
            for frame in frames { continuation.yield(frame) }
            continuation.finish()
        }
    }

    @Test(arguments: [Frame.PixelFormat.rgb, .bgr, .rgba, .bgra, .argb], [0, 5])
    func oneByOneTheyReadAsTheFileDoesLive(format: Frame.PixelFormat, padding: Int) throws {
        let reader = try analyzer.frameReader()
        let read = try frames(8, format, padding: padding).map { try reader.read($0) }
        #expect(read.allSatisfy { $0.count == 1 })
        #expect(try read.flatMap(\.self) == rows(of: Repository.sample, causal: true, frames: 8))
    }

    @Test func aSequenceOfThemReadsAsTheFileDoes() async throws {
        let all = try frames(180)
        var read: [FaceReading] = []
        for try await row in analyzer.readings(of: stream(all)) { read.append(row) }
        #expect(try read == rows(of: Repository.sample, causal: false, frames: 180))
    }

    @Test func aFailureOfTheSequenceComesAfterItsRows() async throws {
        struct Unplugged: Error {}
        let all = try frames(20)
        let failing = AsyncThrowingStream<Frame, any Error> { continuation in
            for frame in all { continuation.yield(frame) }
            continuation.finish(throwing: Unplugged())
        }
        var read = 0
        await #expect(throws: MienError.input("Unplugged()")) {
            for try await _ in analyzer.readings(of: failing) { read += 1 }
        }
        #expect(read == 20)
    }

    @Test func leavingTheSequenceEndsTheRun() async throws {
        let all = try frames(60)
        for try await _ in analyzer.readings(of: stream(all)) { break }
    }

    @Test func aSilentSequenceDoesNotKeepTheRun() async throws {
        let ended = AsyncStream<Void>.makeStream()
        let frames = AsyncStream<Frame> { continuation in
            continuation.onTermination = { _ in ended.continuation.yield() }
        }
        let task = Task { for try await _ in analyzer.readings(of: frames) {} }
        try await Task.sleep(for: .milliseconds(50))
        task.cancel()
        try await task.value
        // The run has let go of the sequence.
        for await _ in ended.stream { break }
    }

    @Test func greyPicturesAreReadToo() throws {
        let reader = try analyzer.frameReader()
        let rows = try frames(3, .gray).map { try reader.read($0) }
        #expect(rows.allSatisfy { $0.count == 1 && $0[0].status == .ok })
    }

    @Test(
        arguments: [
            (0, 5, nil, 100), (5, 0, nil, 100), (-1, 5, nil, 100), (10, 10, 29, 400), (10, 10, nil, 299),
            (10, 10, 40, 389), (100_000, 1, nil, 400_000),
        ] as [(Int, Int, Int?, Int)])
    func sizesThatDoNotFitAreErrors(width: Int, height: Int, stride: Int?, count: Int) {
        #expect(throws: MienError.self) {
            try Frame(
                timestamp: 0, width: width, height: height, format: .rgb, bytesPerRow: stride,
                pixels: [UInt8](repeating: 0, count: count))
        }
    }

    @Test func onlyFilesHaveAPartToRead() {
        var configuration = Configuration()
        configuration.duration = 2
        #expect(throws: MienError.self) { try analyzer.frameReader(configuration: configuration) }
        #expect(throws: MienError.self) {
            try Frame(timestamp: .nan, width: 1, height: 1, format: .gray, pixels: [0])
        }
    }

    @Test func urlsAreTakenForWhatTheyName() throws {
        let url = URL(fileURLWithPath: Repository.sample)
        let folder = try TemporaryFolder()
        let table = folder.url.appendingPathComponent("a table.csv")
        try analyzer.annotate(url, to: table)
        try analyzer.annotate(Repository.sample, to: .file(folder.path("other.csv")))
        #expect(
            try Data(contentsOf: table) == Data(contentsOf: folder.url.appendingPathComponent("other.csv")))
        #expect(throws: MienError.self) {
            try analyzer.annotate(url, to: URL(string: "http://127.0.0.1/x.csv")!)
        }
    }

    @Test func embeddingsComeAsArrays() throws {
        var faces: [FaceEmbedding] = []
        try analyzer.model.embed(Repository.sample) { faces.append($0) }
        #expect(faces.count == 180)
        #expect(faces.allSatisfy { $0.values.count == analyzer.model.embeddingWidth && $0.faceID == 0 })
        #expect(Set(faces.map(\.values)).count > 170)
    }
}
