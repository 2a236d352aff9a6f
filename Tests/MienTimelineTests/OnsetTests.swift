import MienTimeline
import TestSupport
import Testing

/// A clip as the built-in model reads it: which expression is the most probable, and for how many frames.
struct ClipOfExpressions: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let rate: Double
    let runs: [(FacialExpression, Int)]

    var labels: [FacialExpression] { runs.flatMap { Array(repeating: $0.0, count: $0.1) } }

    static let all = [
        Self(
            testDescription: "single_face.mp4", rate: 30,
            runs: [(.neutral, 18), (.happiness, 53), (.neutral, 1)]),
        Self(
            testDescription: "samples/smile.mp4", rate: 24000 / 1001,
            runs: [
                (.neutral, 12), (.sadness, 8), (.neutral, 3), (.sadness, 26), (.neutral, 26), (.surprise, 1),
                (.neutral, 1), (.surprise, 1), (.happiness, 102),
            ]),
        Self(
            testDescription: "WolfgangLanger_Pexels.mp4", rate: 24000 / 1001,
            runs: [
                (.neutral, 6), (.sadness, 135), (.neutral, 22), (.sadness, 7), (.neutral, 8), (.sadness, 7),
                (.neutral, 1), (.sadness, 13), (.neutral, 26), (.surprise, 1), (.neutral, 1), (.surprise, 1),
                (.happiness, 244),
            ]),
        // Blips of all lengths up to a quarter of a second, in faces of 60 frames/s.
        Self(
            testDescription: "blips", rate: 60,
            runs: [
                (.neutral, 90), (.fear, 1), (.neutral, 20), (.anger, 11), (.neutral, 40), (.happiness, 60),
                (.neutral, 7), (.happiness, 30), (.surprise, 45), (.anger, 3), (.surprise, 31),
            ]),
    ]
}

/// Runs of equal labels: where each begins, counting from 0, and its length.
private func runs(_ labels: [FacialExpression]) -> [(start: Int, label: FacialExpression, count: Int)] {
    var runs: [(start: Int, label: FacialExpression, count: Int)] = []
    for (index, label) in labels.enumerated() {
        if runs.last?.label == label {
            runs[runs.count - 1].count += 1
        } else {
            runs.append((index, label, 1))
        }
    }
    return runs
}

/// The labels without their flicker: what is shorter than both neighbours, which are the same, and than a fifth of a
/// second counts as theirs.
private func withoutFlicker(_ labels: [FacialExpression], rate: Double) -> [FacialExpression] {
    var labels = labels
    while true {
        let all = runs(labels)
        let blip = all.indices.dropFirst().dropLast().first {
            all[$0 - 1].label == all[$0 + 1].label && Double(all[$0].count) < 0.2 * rate
                && all[$0].count <= min(all[$0 - 1].count, all[$0 + 1].count)
        }
        guard let blip else { return labels }
        for index in all[blip].start..<all[blip].start + all[blip].count {
            labels[index] = all[blip - 1].label
        }
    }
}

/// Smoothing against what it is for: the moment of a lasting change stays, flicker goes.
@Suite struct OnsetTests {
    /// How far the winner is ahead must not matter to a vote.
    private func smoothed(
        _ clip: ClipOfExpressions, margin: Float, _ options: SmoothingOptions = SmoothingOptions()
    ) throws -> [FacialExpression] {
        let rows = clip.labels.enumerated().map { index, label in
            var scores = ExpressionScores(repeating: (1 - margin) / 8)
            scores[label] += margin
            if label == .happiness { scores = ExpressionScores(repeating: 0.02); scores[label] = 0.86 }
            return FaceReading(
                frame: index + 1, faceID: 0, timestamp: Double(index) / clip.rate, status: .ok,
                expression: scores)
        }
        return try smooth(rows, options).map { $0.smoothedExpression!.dominant! }
    }

    @Test(arguments: ClipOfExpressions.all, [0.02, 0.4, 0.9] as [Float])
    func lastingChangesKeepTheirFrame(clip: ClipOfExpressions, margin: Float) throws {
        let raw = runs(clip.labels)
        let found = runs(try smoothed(clip, margin: margin))
        for change in runs(withoutFlicker(clip.labels, rate: clip.rate)).dropFirst()
        where Double(change.count) >= 0.5 * clip.rate {
            let distance = found.filter { $0.label == change.label }.map { abs($0.start - change.start) }
                .min()
            #expect(distance ?? .max <= 2, "\(change.label) from frame \(change.start + 1) on")
        }
        // Nor is there a change where the frames have none.
        for change in found.dropFirst() {
            #expect(raw.contains { $0.label == change.label && abs($0.start - change.start) <= 2 })
        }
        #expect(found[0].label == raw[0].label)
        #expect(2 * (found.count - 1) <= raw.count - 1, "\(found.count - 1) changes of \(raw.count - 1)")
    }

    @Test(arguments: ClipOfExpressions.all)
    func causalWindowsLagByHalfTheirWidth(clip: ClipOfExpressions) throws {
        let found = runs(try smoothed(clip, margin: 0.4, SmoothingOptions(isCausal: true)))
        #expect(2 * (found.count - 1) <= clip.runs.count - 1)
        for change in runs(withoutFlicker(clip.labels, rate: clip.rate)).dropFirst()
        where Double(change.count) >= 0.7 * clip.rate {
            let lags = found.filter { $0.label == change.label }.map {
                Double($0.start - change.start) / clip.rate
            }
            #expect(
                lags.contains { 0...0.4 ~= $0 }, "\(change.label) from frame \(change.start + 1) on: \(lags)")
        }
    }
}
