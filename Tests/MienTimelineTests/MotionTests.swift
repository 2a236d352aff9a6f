import Foundation
import MienTimeline
import TestSupport
import Testing

@Suite struct BlinkDetectorTests {
    /// The frames at which a face of this opening, by time, blinks; 30 frames/s.
    private func blinks(seconds: Double, rate: Double = 30, _ opening: (Double) -> Double) -> [Double] {
        var detector = BlinkDetector()
        return (0..<Int(seconds * rate)).map { Double($0) / rate }.filter {
            detector.push(opening($0), at: $0)
        }
    }

    @Test func aBlinkIsSeenForAsLongAsItLasts() {
        let found = blinks(seconds: 4) { (2.0..<2.2).contains($0) ? 0.1 : 1 }
        #expect(found.first.map { abs($0 - 2) < 1e-9 } == true && found.count == 6)
    }

    @Test func closedEyesAreNoBlink() {
        let found = blinks(seconds: 6) { $0 > 2 && $0 < 5 ? 0 : 1 }
        #expect(found.allSatisfy { $0 < 2.6 })
    }

    @Test(arguments: [0.5, 0.8, 1.3]) func eyesAreMeasuredByThemselves(usual: Double) {
        #expect(blinks(seconds: 4) { (2.0..<2.2).contains($0) ? 0.2 * usual : usual }.count == 6)
        // Half-closed lids are no blink.
        #expect(blinks(seconds: 4) { (2.0..<2.2).contains($0) ? 0.7 * usual : usual }.isEmpty)
    }

    @Test func aPauseBeginsAnew() {
        var detector = BlinkDetector()
        let blinks = [(1.0, 0.0), (1, 0.1), (0.1, 5), (0.1, 2)].map { detector.push($0.0, at: $0.1) }
        #expect(!blinks.contains(true))
    }
}

@Suite struct SpeechDetectorTests {
    private func talks(_ gap: (Double) -> Double) -> [Double] {
        var detector = SpeechDetector()
        return (0..<120).map { Double($0) / 30 }.filter { detector.push(gap($0), at: $0) }
    }

    @Test func syllablesAreSpeech() {
        let found = talks { $0 > 1 && $0 < 3 ? 0.15 + 0.15 * sin(2 * .pi * 4 * $0) : 0 }
        #expect(found.count > 40)
        #expect(found.allSatisfy { $0 > 1.2 && $0 < 4 })
        #expect(talks { 0.15 + 0.15 * sin(2 * .pi * 4 * $0) }.count > 90)
    }

    @Test func yawnsSmilesAndNoiseAreNot() {
        var random = Random(seed: 1)
        #expect(talks { exp(-pow($0 - 2, 2)) }.isEmpty)
        #expect(talks { $0 > 2 ? 0.3 : 0 }.isEmpty)
        #expect(talks { _ in Double.random(in: 0...0.04, using: &random) }.isEmpty)
    }
}

@Suite struct OneEuroFilterTests {
    @Test func noiseIsSmoothedAndMovementIsFollowed() {
        var random = Random(seed: 2)
        var filter = OneEuroFilter()
        var still: [Double] = []
        for frame in 0..<300 {
            still.append(filter.push(Double.random(in: -1...1, using: &random), at: Double(frame) / 30))
        }
        let rest = still.suffix(200)
        let deviation = (rest.reduce(0) { $0 + $1 * $1 } / Double(rest.count)).squareRoot()
        #expect(deviation < 0.35)
        // A turn of the head by 60 degrees in half a second: less than a frame or two late.
        var turn = OneEuroFilter()
        for frame in 0..<30 { _ = turn.push(0, at: Double(frame) / 30) }
        var lag = 0.0
        for frame in 0..<15 {
            let value = 4.0 * Double(frame + 1)
            lag = value - turn.push(value, at: 1 + Double(frame) / 30)
        }
        #expect(lag < 10)
    }

    @Test func timeThatGoesBackBeginsAnew() {
        var filter = OneEuroFilter()
        let found = [(5.0, 1.0), (9, 1), (2, 0.5), (7, 9)].map { filter.push($0.0, at: $0.1) }
        #expect(found == [5, 9, 2, 7])
    }
}

@Suite struct ActionUnitDecisionsTests {
    @Test func theModelDecides() {
        var scores = ActionUnitScores(repeating: 0.55)
        scores[.au10] = 0.3
        let plain = ActionUnitDecisions()
        #expect(plain.active(scores).count == 11 && plain.name(of: .au23) == "AU23")
        let model = ActionUnitDecisions(
            ModelRecord(name: "m", thresholds: ["AU10": 0.26, "AU12": 0.6], weakUnits: ["AU23"]))
        #expect(model.isActive(.au10, 0.3) && !model.isActive(.au12, 0.55))
        // A weak unit is never asserted, and says so.
        #expect(!model.isActive(.au23, 1) && model.name(of: .au23) == "AU23?")
        #expect(model.active(scores).contains(.au10) && !model.active(scores).contains(.au23))
    }
}
