import MienVideo
import Testing

@Suite struct FrameClockTests {
    private func clock(_ base: Int = 10, rate: Rational? = Rational(10, 1)) -> FrameClock {
        FrameClock(timeBase: Rational(1, base), frameRate: rate)
    }

    @Test func presentationTimestampsAreKeptAndCountFromTheFirstFrame() {
        var clock = clock(1000)
        for pts: Int64 in [700, 500, 600] { clock.packetSent(pts: pts, dts: pts - 200) }
        let readings = [500, 600, 700].map { clock.frameDecoded(bestEffort: $0) }
        #expect(readings.map(\.pts) == [500, 600, 700])
        #expect(readings.map(\.timestamp) == [0, 0.1, 0.2])
        #expect(clock.source == .presentation)
    }

    @Test func aJumpBackStartsAnEpochAndChangesNothing() {
        var clock = clock()
        clock.packetSent(pts: 50, dts: 50)
        let times = [50, 51, 52, 10, 11].map { clock.frameDecoded(bestEffort: $0).timestamp }
        #expect(times == [0, 0.1, 0.2, -4, -3.9])
        #expect(clock.epochs == 2)
        #expect(clock.warnings == ["time jumps back from 0.2 s to -4.0 s at frame 4"])
    }

    @Test func aClockThatStandsStillIsTold() {
        var clock = clock()
        clock.packetSent(pts: 1, dts: 1)
        let times = [1, 1, 1, 2].map { clock.frameDecoded(bestEffort: $0).timestamp }
        #expect(times == [0, 0, 0, 0.1])
        #expect(clock.epochs == 1)
        #expect(
            clock.warnings == [
                "time stands still: 2 frames have the time of the frame before, from frame 2 on"
            ])
    }

    @Test func aJumpForwardByHoursIsToldAndAPauseIsNot() {
        var clock = clock()
        clock.packetSent(pts: 0, dts: 0)
        let hour: Int64 = 36_000
        for pts in [0, 1, 12_000, hour, 5 * hour] { _ = clock.frameDecoded(bestEffort: pts) }
        #expect(
            clock.warnings == [
                "time jumps forward from 1200.0 s to 3600.0 s at frame 4",
                "time jumps forward from 3600.0 s to 18000.0 s at frame 5",
            ])
        for jump in 0..<9 { _ = clock.frameDecoded(bestEffort: Int64(10 + jump) * hour) }
        #expect(clock.warnings.count == 4 && clock.warnings.last == "time jumps forward 11 times")
    }

    @Test func withoutPresentationTimestampsFramesTakeTheDecodingOnesInOrder() {
        var clock = clock()
        // I P B B as in AVI: only B-frames carry a presentation timestamp.
        clock.packetSent(pts: nil, dts: 0)
        clock.packetSent(pts: nil, dts: 1)
        var readings = [clock.frameDecoded(bestEffort: 1)]
        clock.packetSent(pts: 2, dts: 2)
        readings.append(clock.frameDecoded(bestEffort: 2))
        clock.packetSent(pts: 3, dts: 3)
        readings.append(clock.frameDecoded(bestEffort: 3))
        readings.append(clock.frameDecoded(bestEffort: nil))
        #expect(readings.map(\.pts) == [0, 1, 2, 3])
        #expect(readings.map(\.timestamp) == [0, 0.1, 0.2, 0.3])
        #expect(clock.source == .decodingOrder)
    }

    @Test func aLostPacketTakesItsDecodingTimestampAlong() {
        var clock = clock()
        clock.packetSent(pts: nil, dts: 0)
        _ = clock.frameDecoded(bestEffort: nil)
        clock.packetSent(pts: nil, dts: 1)
        clock.packetLost(dts: 1)
        clock.packetSent(pts: nil, dts: 2)
        #expect(clock.frameDecoded(bestEffort: nil).timestamp == 0.2)
    }

    @Test func withoutAnyTimestampsTheFrameRateDecides() {
        var clock = clock(1_200_000, rate: Rational(30000, 1001))
        clock.packetSent(pts: nil, dts: nil)
        let readings = (0..<3).map { _ in clock.frameDecoded(bestEffort: nil) }
        #expect(readings.map(\.pts) == [nil, nil, nil])
        #expect(readings.map(\.timestamp) == [0, 1001.0 / 30000, 2002.0 / 30000])
        #expect(clock.source == .frameRate)
    }

    @Test func aFrameWithoutATimestampFollowsTheOneBefore() {
        var clock = clock(100)
        clock.packetSent(pts: 0, dts: 0)
        let readings = [0, nil, 30].map { clock.frameDecoded(bestEffort: $0) }
        #expect(readings.map(\.pts) == [0, nil, 30])
        #expect(readings.map(\.timestamp) == [0, 0.1, 0.3])
        #expect(clock.source == .presentationWithGaps)
    }

    @Test func framesBeforeTheFirstTimestampLieBeforeIt() {
        var clock = clock(100)
        clock.packetSent(pts: nil, dts: nil)
        clock.packetSent(pts: 70, dts: nil)
        let readings = [nil, 70].map { clock.frameDecoded(bestEffort: $0) }
        #expect(readings.map(\.timestamp) == [0, 0.1])
    }

    @Test(arguments: [Int64.min + 1, .max])
    func wildTimestampsDoNotTrap(pts: Int64) {
        var clock = clock(90000)
        clock.packetSent(pts: 0, dts: 0)
        for value in [0, pts, nil, 5] { #expect(clock.frameDecoded(bestEffort: value).timestamp.isFinite) }
    }
}
