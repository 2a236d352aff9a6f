import Foundation
import Mien
import MienCore
import TestSupport
import Testing

@Suite struct AnalyzerTests {
    /// The rows of the first two seconds and a half of the sample.
    private func readings(
        threads: Int? = nil, _ change: (inout Configuration) -> Void = { _ in }
    ) throws -> [FaceReading] {
        let analyzer = try Analyzer(model: .embedded(threads: threads))
        var configuration = Configuration()
        configuration.duration = 2.5
        change(&configuration)
        var readings: [FaceReading] = []
        try analyzer.analyze(Repository.sample, configuration: configuration) { readings.append($0) }
        return readings
    }

    @Test func aSmileReadsAsHappiness() throws {
        let readings = try readings { $0.start = 4.5 }
        #expect(!readings.isEmpty)
        for reading in readings {
            #expect(reading.status == .ok)
            #expect(reading.faceID == 0)
            #expect(reading.smoothedExpression?.dominant == .happiness)
            #expect(try #require(reading.expression)[.happiness] > 0.5)
        }
    }

    @Test func everyFrameHasARowWithTheContainersTimestamp() throws {
        let probe = try Repository.run(
            "ffprobe",
            [
                "-v", "quiet", "-select_streams", "v:0", "-show_entries", "frame=best_effort_timestamp",
                "-of", "csv=p=0",
                Repository.sample,
            ])
        let timestamps = probe.output.split(whereSeparator: \.isNewline).map {
            Int64($0.prefix { $0 != "," })
        }
        let readings = try readings { $0.duration = nil }
        #expect(readings.map(\.pts) == timestamps)
        #expect(readings.map(\.frame) == Array(1...timestamps.count))
    }

    @Test(arguments: [(1, 1), (7, 2), (32, 1)]) func batchesAndThreadsChangeNothing(batch: Int, threads: Int)
        throws
    {
        let reference = try readings()
        #expect(try readings(threads: threads) { $0.batchSize = batch } == reference)
    }

    /// What 8 bits cost the built-in model on a real clip.
    @Test func eightBitsReadAlmostTheSame() throws {
        let single = try readings { $0.duration = nil }
        var int8: [FaceReading] = []
        try Analyzer(model: .embedded(precision: .int8)).analyze(Repository.sample) { int8.append($0) }
        #expect(int8.map(\.box) == single.map(\.box))
        var differences: [Float] = []
        for (a, b) in zip(single, int8) {
            let (x, y) = (try #require(a.expression).values, try #require(b.expression).values)
            differences += x.indices.map { abs(x[$0] - y[$0]) }
            let (u, v) = (try #require(a.actionUnits).values, try #require(b.actionUnits).values)
            differences += u.indices.map { abs(u[$0] - v[$0]) }
        }
        #expect(differences.reduce(0, +) / Float(differences.count) <= 0.02)
        #expect(try #require(differences.max()) <= 0.05)
        #expect(differences.contains { $0 > 0 })
    }

    @Test func framesBetweenEncodedOnesAreTrackedAndSmoothed() throws {
        let all = try readings()
        let some = try readings { $0.every = 3 }
        #expect(some.map(\.box) == all.map(\.box))
        for (index, reading) in some.enumerated() {
            #expect(reading.status == (index % 3 == 0 ? .ok : .skipped))
            #expect(reading.expression == (index % 3 == 0 ? all[index].expression : nil))
            #expect(reading.smoothedExpression != nil)
        }
    }

    @Test func causalMeansAreOfThePast() throws {
        let readings = try readings {
            $0.isCausal = true
            $0.expressionWindow = 3.4
        }
        #expect(!readings.isEmpty && readings.allSatisfy { $0.status == .ok && $0.faceID == 0 })
        var sum = 0.0
        for (index, reading) in readings.enumerated() {
            // Shorter than the window: all there has been.
            sum += Double(try #require(reading.expression)[.happiness])
            let smoothed = Double(try #require(reading.smoothedExpression)[.happiness])
            #expect(abs(smoothed - sum / Double(index + 1)) < 2e-6)
        }
    }

    @Test func readingsStopWhenTheirReaderDoes() async throws {
        let analyzer = try Analyzer()
        var count = 0
        for try await _ in analyzer.readings(of: Repository.sample) {
            count += 1
            if count == 3 { break }
        }
        #expect(count == 3)
    }

    @Test func cancellingDeliversWhatIsInFlight() throws {
        let analyzer = try Analyzer()
        let cancellation = Cancellation()
        var frames: [Int] = []
        let run = try analyzer.analyze(Repository.sample, cancellation: cancellation) { reading in
            frames.append(reading.frame)
            cancellation.cancel()
        }
        #expect(run.isInterrupted)
        #expect(frames == Array(1...frames.count))
    }

    @Test func anErrorOfTheReceiverEndsTheRun() throws {
        struct Full: Error {}
        let analyzer = try Analyzer()
        var count = 0
        #expect(throws: Full.self) {
            try analyzer.analyze(Repository.sample) { _ in
                count += 1
                if count == 5 { throw Full() }
            }
        }
        #expect(count == 5)
    }

    @Test func rangesAreChecked() {
        #expect(throws: MienError.self) { try readings { $0.start = -1 } }
        #expect(throws: MienError.self) { try readings { $0.every = 0 } }
        #expect(throws: MienError.self) { try readings { $0.gapMaximum = .nan } }
        #expect(throws: MienError.self) { try readings { $0.faces = .largest(0) } }
    }
}
