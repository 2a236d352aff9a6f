import Foundation
import Mien
import MienCore
import Synchronization
import TestSupport
import Testing

/// Rows as an asynchronous sequence.
@Suite struct ReadingsTests {
    private let analyzer: Analyzer

    init() throws { analyzer = try Analyzer() }

    private func live(_ change: (inout LiveConfiguration) -> Void = { _ in }) -> LiveConfiguration {
        var configuration = LiveConfiguration()
        configuration.source.isRealtime = true
        change(&configuration)
        return configuration
    }

    @Test func eachLiveRowComesAsItHappens() async throws {
        let clock = ContinuousClock()
        var arrivals: [(timestamp: Double, at: ContinuousClock.Instant)] = []
        let configuration = live { $0.analysis.duration = 2 }
        for try await reading in analyzer.readings(following: Repository.sample, configuration: configuration)
        {
            arrivals.append((reading.timestamp, clock.now))
        }
        #expect(arrivals.count > 40)
        // The clock of the source is not known, but no row is later than the promptest by more than the bound.
        let offsets = arrivals.map { ($0.at - arrivals[0].at) / .seconds(1) - $0.timestamp }
        let (least, most) = (offsets.min() ?? 0, offsets.max() ?? 0)
        #expect(most - least < configuration.maximumLatency + 0.1, "\(most - least) s")
    }

    /// A pipe that nobody writes to: the run waits for ever, its reader does not.
    private func silentPipe(in folder: TemporaryFolder) throws -> (path: String, descriptor: Int32) {
        let path = folder.path("silent.mkv")
        try #require(mkfifo(path, 0o600) == 0)
        // Open at both ends, so that nothing ends it.
        return (path, open(path, O_RDWR | O_NONBLOCK))
    }

    @Test(arguments: ["file", "live", "silent file", "silent stream"])
    func cancellingTheTaskEndsItAtOnce(source: String) async throws {
        let folder = try TemporaryFolder()
        let pipe = try source.hasPrefix("silent") ? silentPipe(in: folder) : nil
        defer { if let pipe { close(pipe.descriptor) } }
        let rows =
            source == "file" || source == "silent file"
            ? analyzer.readings(of: pipe?.path ?? Repository.sample)
            : analyzer.readings(following: pipe?.path ?? Repository.sample, configuration: live())
        let count = Count()
        let task = Task { for try await _ in rows { count.add() } }
        if pipe == nil {
            while count.value < 3 { try await Task.sleep(for: .milliseconds(1)) }
        } else {
            try await Task.sleep(for: .milliseconds(100))
        }
        let start = ContinuousClock.now
        task.cancel()
        try await task.value
        #expect(ContinuousClock.now - start < .milliseconds(200))
        #expect(count.value < 180)
    }

    @Test func aSlowReaderGetsEveryRowAndErrorsComeLast() async throws {
        var frames: [Int] = []
        var configuration = Configuration()
        configuration.duration = 1
        for try await reading in analyzer.readings(of: Repository.sample, configuration: configuration) {
            frames.append(reading.frame)
            if reading.frame % 5 == 0 { try await Task.sleep(for: .milliseconds(20)) }
        }
        #expect(frames == Array(1...24))
        let nowhere = analyzer.readings(of: "nowhere.mp4")
        await #expect(throws: MienError.self) { for try await _ in nowhere {} }
    }

    @Test func aCancellationThatComesFirstIsNotMissed() throws {
        let cancellation = Cancellation()
        cancellation.cancel()
        let start = ContinuousClock.now
        _ = try? analyzer.follow(
            Repository.sample, configuration: live(), cancellation: cancellation
        ) { _ in }
        #expect(ContinuousClock.now - start < .seconds(2))
    }
}

private final class Count: Sendable {
    private let number = Atomic(0)

    func add() { number.add(1, ordering: .relaxed) }
    var value: Int { number.load(ordering: .relaxed) }
}
