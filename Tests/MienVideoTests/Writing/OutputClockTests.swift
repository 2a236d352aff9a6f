import MienVideo
import Testing

@Suite struct OutputClockTests {
    private func times(
        _ pts: [Int64?], rate: Int = 10, isRebased: Bool = false
    ) -> (times: [Int64], repairs: Int) {
        var clock = OutputClock(
            timeBase: Rational(1, 1000), frameRate: Rational(rate, 1), isRebased: isRebased)
        let times = pts.enumerated().map { index, pts in
            clock.time(pts: pts, timestamp: Double(index) / Double(rate))
        }
        return (times, clock.repairs)
    }

    @Test func risingTimesAreKept() {
        #expect(times([5000, 5040, 5041, 7000]).times == [5000, 5040, 5041, 7000])
    }

    @Test func partsAndStartsBeforeZeroBeginAtZero() {
        #expect(times([5000, 5040], isRebased: true).times == [0, 40])
        #expect(times([-350, -250, 0]).times == [0, 100, 350])
    }

    @Test func timeGoesOnWhereTheSourceJumpsBack() {
        let result = times([0, 100, 200, 0, 100, 250])
        #expect(result.times == [0, 100, 200, 300, 400, 550])
        #expect(result.repairs == 1)
    }

    @Test func repeatedTimesAreOneUnitApart() {
        let result = times([0, 100, 100, 90, 200])
        #expect(result.times == [0, 100, 101, 102, 200])
        #expect(result.repairs == 2)
    }

    @Test func framesWithoutATimeHaveTheDerivedOne() {
        #expect(times([nil, nil, nil]).times == [0, 100, 200])
        #expect(times([1000, nil, 1200]).times == [1000, 1100, 1200])
    }

    @Test func theLastFrameIsShownAsLongAsTheOneBefore() {
        var clock = OutputClock(timeBase: Rational(1, 1000), frameRate: Rational(10, 1), isRebased: false)
        #expect(clock.nominalDuration == 100)
        _ = clock.time(pts: 0, timestamp: 0)
        #expect(clock.nominalDuration == 100)
        _ = clock.time(pts: 33, timestamp: 0.033)
        #expect(clock.nominalDuration == 33)
    }

    @Test func extremesDoNotTrap() {
        _ = times([.max, .min, 0, .max, -1])
        var clock = OutputClock(
            timeBase: Rational(1, 1_000_000_000), frameRate: Rational(1, 1000), isRebased: true)
        _ = clock.time(pts: nil, timestamp: 1e300)
        _ = clock.time(pts: nil, timestamp: -1e300)
    }
}
