import MienCore
import MienTimeline

extension Analyzer {
    /// The longest part of a video that is read for a baseline, in seconds.
    public static let maximumCalibration = BaselineSource.maximumInterval

    /// Learns what a person's face reads as at rest, from a video that shows it so.
    ///
    /// ```swift
    /// let baseline = try analyzer.calibrate("neutral.mp4").baseline
    /// try baseline.write(to: "me.json")
    /// var configuration = Configuration()
    /// configuration.baseline = .stored(baseline)
    /// ```
    ///
    /// - Parameters:
    ///   - input: What FFmpeg can open.
    ///   - face: The face's number in this very part, or nil for the one with the largest box on average.
    ///   - configuration: What part is read, of which no more than ``maximumCalibration``.
    /// - Returns: The baseline, and the run, whose warnings say what is doubtful about it.
    /// - Throws: ``MienError``; `.input` if the face has fewer readings than ``Baseline/fewestReadings``.
    public func calibrate(
        _ input: String, face: Int? = nil, configuration: Configuration = Configuration(),
        cancellation: Cancellation = Cancellation(), progress: ((Int, Int?) -> Void)? = nil
    ) throws(MienError) -> (baseline: StoredBaseline, run: AnalysisRun) {
        var configuration = configuration
        configuration.baseline = nil
        // Nothing that smoothing says is looked at.
        (configuration.expressionWindow, configuration.actionUnitWindow) = (0, 0)
        configuration.duration = min(configuration.duration ?? .infinity, Self.maximumCalibration)
        var candidates: [Int: Candidate] = [:]
        var run: AnalysisRun
        do {
            run = try analyze(
                input, configuration: configuration, cancellation: cancellation, progress: progress
            ) { reading in
                guard let id = reading.faceID, reading.isSuccess else { return }
                candidates[id, default: Candidate()].add(reading)
            }
        } catch {
            throw MienError(error)
        }
        let ready = candidates.filter { $0.value.learner.count >= Baseline.fewestReadings }
        let chosen = face ?? ready.max { ($0.value.size, $1.key) < ($1.value.size, $0.key) }?.key
        guard let chosen, let candidate = ready[chosen], let baseline = candidate.learner.baseline() else {
            throw .input("\(input): \(Self.complaint(face, candidates, ready))")
        }
        if face == nil, ready.count > 1 {
            let others = ready.keys.filter { $0 != chosen }.sorted().prefix(8).map { "\($0)" }
            run.warnings.append(
                "took face \(chosen), the largest; there are others (\(others.joined(separator: ", "))); "
                    + "--face N chooses")
        }
        if let doubt = baseline.doubt { run.warnings.append(doubt) }
        let metadata = try describe(input, configuration: configuration)
        return (
            StoredBaseline(
                mien: mienVersion, model: .init(name: metadata.model.name, sha256: metadata.model.sha256),
                input: metadata.input.name, face: chosen, start: candidate.first, end: candidate.last,
                baseline: baseline),
            run
        )
    }

    /// A face that the baseline may be of.
    private struct Candidate {
        var learner = BaselineLearner()
        var first = 0.0
        var last = 0.0
        private var area = 0.0

        /// The mean area of its boxes.
        var size: Double { area / Double(max(learner.count, 1)) }

        mutating func add(_ reading: FaceReading) {
            if learner.count == 0 { first = reading.timestamp }
            last = reading.timestamp
            area += reading.box.map { Double($0.width) * Double($0.height) } ?? 0
            learner.add(reading)
        }
    }

    private static func complaint(
        _ face: Int?, _ candidates: [Int: Candidate], _ ready: [Int: Candidate]
    ) -> String {
        let need = "expected \(Baseline.fewestReadings) or more"
        guard let face else {
            let rows = candidates.values.map(\.learner.count).max() ?? 0
            return rows == 0
                ? "no face with action units in the part read, \(need) readings of one"
                : "\(counted(rows, "reading")) of a face at most, \(need)"
        }
        let others = ready.keys.sorted().prefix(8).map { "\($0)" }.joined(separator: ", ")
        return "\(candidates[face]?.learner.count ?? 0) readings of face \(face), \(need)"
            + (others.isEmpty ? "" : "; faces with as many: \(others)")
    }
}
