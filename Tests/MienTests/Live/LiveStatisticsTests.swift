import Mien
import MienTimeline
import Testing

/// The account of a live run.
@Suite struct LiveStatisticsTests {
    private func entry(captured: Double, _ statuses: [FrameStatus]?) -> (FrameEntry, [FaceReading]) {
        var entry = FrameEntry(FrameHeader(number: 1, timestamp: 0, captured: captured))
        let rows = (statuses ?? []).enumerated().map {
            FaceReading(
                frame: 1, faceID: $0.element == .noFace ? nil : $0.offset, timestamp: 0, status: $0.element)
        }
        entry.rows = rows.map { PendingRow(reading: $0) }
        entry.isRead = statuses != nil
        return (entry, rows)
    }

    @Test func countsFramesAndFaces() {
        var statistics = LiveStatistics()
        for statuses in [[.ok, .held], [.dropped], [.noFace], nil] as [[FrameStatus]?] {
            let (entry, rows) = entry(captured: 0, statuses)
            statistics.add(entry, rows: rows, at: 0.01)
        }
        let progress = statistics.update()
        #expect(progress.frames == 4 && progress.droppedFrames == 1)
        #expect(progress.encodedFaces == 1 && progress.heldFaces == 1 && progress.droppedFaces == 1)
    }

    @Test func quantilesAreThoseOfTheLatencies() throws {
        var statistics = LiveStatistics()
        let none = statistics.update()
        #expect(none.latencyMedian == nil)
        // 1 to 100 ms, in no order.
        for number in 1...100 {
            let latency = Double(number * 37 % 101) / 1000
            let (entry, rows) = entry(captured: Double(number), [.noFace])
            statistics.add(entry, rows: rows, at: Double(number) + latency)
        }
        let progress = statistics.update()
        #expect(abs(try #require(progress.latencyMedian) - 0.050) < 0.0002)
        #expect(abs(try #require(progress.latency95) - 0.095) < 0.0002)
        #expect(abs(try #require(progress.latencyMaximum) - 0.100) < 1e-6)
        #expect(abs(try #require(progress.framesPerSecond) - 1) < 1e-6)
        // Longer than there are bins for.
        let (late, rows) = entry(captured: 100, [.noFace])
        for _ in 0..<400 { statistics.add(late, rows: rows, at: 400) }
        let longest = statistics.update()
        #expect(longest.latencyMaximum == 300)
        #expect(try #require(longest.latency95) > 1.9)
    }

    @Test func anOutageLastsUntilTheNextFrame() {
        var statistics = LiveStatistics()
        var (away, _) = entry(captured: 0, [.noFace])
        away.outage = "unplugged"
        statistics.add(away, rows: [], at: 0)
        let lost = statistics.update()
        #expect(lost.outage == "unplugged" && lost.outages == 1)
        #expect(lost.frames == 0 && lost.latencyMedian == nil)
        let (back, rows) = entry(captured: 1, [.noFace])
        statistics.add(back, rows: rows, at: 1)
        let found = statistics.update()
        #expect(found.outage == nil && found.outages == 1)
    }
}
