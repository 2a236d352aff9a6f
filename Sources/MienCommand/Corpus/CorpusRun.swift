import Dispatch
import Foundation
import Mien
import MienCore

/// Annotates the clips of a plan, several at once if asked for, past those that fail.
///
/// Each clip is a run of its own, so its table is the same whatever runs beside it. The model is shared: encoder
/// calls take turns, since one uses every core; what runs beside it is decoding and looking for faces.
struct CorpusRun {
    let plan: CorpusPlan
    let annotation: ClipAnnotation
    let products: TableProducts
    let atOnce: Int
    let summaryPath: String
    let isQuiet: Bool

    func run(_ interrupt: Interrupt) throws(MienError) -> ExitCode {
        guard !plan.jobs.isEmpty || !plan.failures.isEmpty else {
            let rest = [plan.leftOut.words, plan.leftOut.warning].compactMap { $0.map { "; " + $0 } }.joined()
            throw .input("\(plan.inputs.joined(separator: ", ")): no video and no image in it\(rest)")
        }
        let log = CorpusLog(total: plan.jobs.count, isQuiet: isQuiet)
        if let warning = plan.leftOut.warning { log.say(warning) }
        for (path, reason) in plan.failures { log.say("\(path): \(reason)") }
        for folder in plan.folders {
            do {
                try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            } catch {
                throw .output("\(folder): the directory cannot be made: \(error.localizedDescription)")
            }
        }
        let cancellation = interrupt.cancellation
        let results = CorpusResults(plan.jobs)
        let workers = DispatchGroup()
        for number in 0..<min(atOnce, max(plan.jobs.count, 1)) {
            // Queues of their own, as the stages of a pipeline have: a shared one has as many threads as cores.
            DispatchQueue(label: "mien.clip.\(number)").async(group: workers) {
                while !cancellation.isCancelled {
                    let group = results.next { annotation.mayBeStill($0.input, table: $0.table) }
                    guard !group.isEmpty else { break }
                    let known =
                        group.count > 1 ? stills(group.map { plan.jobs[$0] }, cancellation, log) : [nil]
                    for (index, known) in zip(group, known) {
                        let job = plan.jobs[index]
                        log.began(job)
                        guard let result = known ?? annotate(job, cancellation, log) else { continue }
                        results.set(result, at: index)
                        log.ended(job, result)
                    }
                }
            }
        }
        workers.wait()
        let unread = plan.failures.map { path, reason in
            ClipResult(CorpusPlan.Job(clip: path, input: path, table: ""), status: .failed, message: reason)
        }
        return try finish(
            CorpusSummary(unread + results.all), isInterrupted: cancellation.isCancelled, log)
    }

    /// What became of still images that were annotated together; nil of those that are to be annotated alone.
    private func stills(
        _ jobs: [CorpusPlan.Job], _ cancellation: Cancellation, _ log: CorpusLog
    ) -> [ClipResult?] {
        let start = ContinuousClock.now
        // What fails for all of them fails again for each, and says why.
        let results = try? annotation(
            stills: jobs.map { ($0.input, $0.table) }, cancellation: cancellation)
        let seconds = (ContinuousClock.now - start).inSeconds / Double(jobs.count)
        return zip(jobs, results ?? jobs.map { _ in nil }).map { job, result in
            result.map { ended(job, $0, seconds, cancellation, log) }
        }
    }

    private func ended(
        _ job: CorpusPlan.Job, _ result: Result<ClipAnnotation.Outcome, MienError>, _ seconds: Double,
        _ cancellation: Cancellation, _ log: CorpusLog
    ) -> ClipResult {
        do {
            let outcome = try result.get()
            if case .run(let run) = outcome {
                for warning in run.warnings { log.say("\(job.input): \(warning)") }
            }
            let result = ClipResult(job, outcome, seconds: seconds)
            _ = try products.make(of: job.table, job.input, isNew: result.isNew, cancellation: cancellation)
            return result
        } catch {
            return ClipResult(job, status: .failed, message: "\(error)")
        }
    }

    /// What became of a clip, or nil if it was not begun.
    private func annotate(
        _ job: CorpusPlan.Job, _ cancellation: Cancellation, _ log: CorpusLog
    ) -> ClipResult? {
        guard !cancellation.isCancelled else { return nil }
        let start = ContinuousClock.now
        do {
            let outcome = try annotation(
                job.input, to: job.table, cancellation: cancellation,
                progress: { log.update(job, frames: $0, of: $1) })
            if case .run(let run) = outcome {
                for warning in run.warnings { log.say("\(job.input): \(warning)") }
            }
            let result = ClipResult(job, outcome, seconds: (ContinuousClock.now - start).inSeconds)
            if result.hasTable {
                _ = try products.make(
                    of: job.table, job.input, isNew: result.isNew, cancellation: cancellation)
            }
            return result
        } catch {
            var result = ClipResult(job, status: .failed, message: error.description)
            result.seconds = (ContinuousClock.now - start).inSeconds
            return result
        }
    }

    private func finish(
        _ summary: CorpusSummary, isInterrupted: Bool, _ log: CorpusLog
    ) throws(MienError) -> ExitCode {
        log.end()
        if !isQuiet {
            Console.write(summary.text, to: STDERR_FILENO)
            if let words = plan.leftOut.words { log.say(words) }
        }
        try summary.write(to: summaryPath)
        if isInterrupted {
            log.say("interrupted; the same command with --resume continues")
            return .interrupted
        }
        return summary.results.allSatisfy(\.isSuccess) ? .done : .partial
    }
}

/// The jobs still to be done and the results so far.
private final class CorpusResults: @unchecked Sendable {
    private let lock = NSLock()
    private let jobs: [CorpusPlan.Job]
    /// Protected by `lock`, as is `position`.
    private var results: [ClipResult]
    private var position = 0

    init(_ jobs: [CorpusPlan.Job]) {
        self.jobs = jobs
        results = jobs.map { ClipResult($0, status: .pending) }
    }

    /// The most images that are annotated together: those whose tables a killed run loses.
    private static let mostTogether = 256

    /// The next job, or the next images that follow each other; none at the end.
    func next(isStill: (CorpusPlan.Job) -> Bool) -> Range<Int> {
        lock.withLock {
            let first = position
            while position < jobs.count, position - first < Self.mostTogether, isStill(jobs[position]) {
                position += 1
            }
            if position == first, position < jobs.count { position += 1 }
            return first..<position
        }
    }

    func set(_ result: ClipResult, at index: Int) {
        lock.withLock { results[index] = result }
    }

    /// The results in the order of the plan.
    var all: [ClipResult] { lock.withLock { results } }
}
