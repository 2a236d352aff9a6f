import Foundation
import MienCore

/// What a run over folders says while it runs: a line for each clip, and one for the progress.
///
/// Used from all clips' queues.
final class CorpusLog: @unchecked Sendable {
    private let lock = NSLock()
    private let total: Int
    private let isQuiet: Bool
    /// Protected by `lock`, as is `ended`.
    private var lines: [String: ProgressLine] = [:]
    private var finished = 0

    init(total: Int, isQuiet: Bool) {
        self.total = total
        self.isQuiet = isQuiet
    }

    func began(_ job: CorpusPlan.Job) {
        guard !isQuiet else { return }
        lock.withLock { lines[job.table] = ProgressLine(name: "[\(finished + 1) of \(total)] \(job.clip)") }
    }

    /// Draws the progress of the clip that moved last.
    func update(_ job: CorpusPlan.Job, frames: Int, of total: Int?) {
        lock.withLock { lines[job.table]?.update(frames: frames, of: total) }
    }

    func ended(_ job: CorpusPlan.Job, _ result: ClipResult) {
        lock.withLock {
            lines.removeValue(forKey: job.table)?.clear()
            finished += 1
            let isNews = !result.isSuccess || (!isQuiet && result.seconds != nil)
            guard isNews else { return }
            var text = "\(job.input): "
            switch result.status {
            case .done:
                text +=
                    "\(counted(result.frames, "frame")), \(counted(result.rows, "row")) in \(job.table), "
                    + String(format: "%.1f s", result.seconds ?? 0)
                if !result.message.isEmpty { text += " (\(result.message))" }
            case .interrupted: text += "interrupted"
            case .failed, .endedEarly, .pending: text += result.message
            }
            Console.say(text)
        }
    }

    func say(_ message: String) {
        lock.withLock {
            for line in lines.values { line.clear() }
            Console.say(message)
        }
    }

    func end() {
        lock.withLock { for line in lines.values { line.clear() } }
    }
}
