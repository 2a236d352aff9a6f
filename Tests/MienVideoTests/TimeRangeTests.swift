import MienVideo
import Testing

@Suite struct TimeRangeTests {
    @Test func theStartIsInsideAndTheEndOutside() throws {
        let range = try TimeRange(start: 0.5, duration: 0.2)
        #expect([0.4, 0.5, 0.6, 0.7, 0.8].map(range.contains) == [false, true, true, false, false])
        #expect(range.isPast(0.7) && !range.isPast(0.6))
        #expect(range.begins(after: 0.4) && !range.begins(after: 0.5))
    }

    @Test func timesCopiedFromATableMeanTheirFrame() throws {
        // The table prints 1001/30000 s as 0.033367 and 4004/30000 s as 0.133467.
        let range = try TimeRange(start: 0.033367, duration: 0.1001)
        #expect(range.contains(1001.0 / 30000))
        #expect(!range.contains(4004.0 / 30000))
    }

    @Test func withoutLimitsEverythingIsInside() throws {
        let range = try TimeRange(start: nil, duration: nil)
        #expect([-5, 0, 1e9].allSatisfy(range.contains))
        #expect(![-5, 0, 1e9].contains(where: range.isPast))
    }

    @Test(
        arguments: [(-1, nil), (nil, 0), (nil, -2), (.nan, nil), (nil, .nan), (.infinity, nil)]
            as [(Double?, Double?)])
    func impossibleRangesAreRefused(start: Double?, duration: Double?) {
        #expect(throws: VideoError.self) { try TimeRange(start: start, duration: duration) }
    }
}
