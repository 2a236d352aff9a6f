import Mien
import MienCore

/// What came of one clip of a run over folders: a line of its summary.
package struct ClipResult: Sendable {
    /// How it ended.
    package enum Status: String, Sendable {
        case done
        /// The input ended before its end: the table has the rows there are.
        case endedEarly = "ended_early"
        case failed
        /// Stopped; `--resume` continues it.
        case interrupted
        /// Not begun when the run was stopped.
        case pending
    }

    package let clip: String
    package let table: String
    package private(set) var status: Status
    package var frames = 0
    package var rows = 0
    package var faces = 0
    /// How long it took; nil if nothing was done.
    package var seconds: Double?
    /// Whether there is a table under its final name.
    package private(set) var hasTable = false
    /// Whether this run wrote it.
    package private(set) var isNew = false
    /// Why it failed or ended early, or what else there is to say.
    package private(set) var message = ""

    package init(_ job: CorpusPlan.Job, status: Status, message: String = "") {
        clip = job.clip
        table = job.table
        self.status = status
        // Every line of a summary says which clip it is about.
        let name = job.input + ": "
        self.message = message.hasPrefix(name) ? String(message.dropFirst(name.count)) : message
    }

    init(_ job: CorpusPlan.Job, _ outcome: ClipAnnotation.Outcome, seconds: Double) {
        self.init(
            job, status: outcome.endedEarly == nil ? .done : .endedEarly, message: outcome.endedEarly ?? "")
        switch outcome {
        case .finishedBefore(let metadata):
            hasTable = true
            if message.isEmpty { message = "finished before" }
            frames = metadata.counts.frames
            rows = metadata.counts.rows
            faces = metadata.counts.faces
        case .run(let run):
            if run.isInterrupted { status = .interrupted }
            hasTable = !run.isInterrupted
            isNew = hasTable
            if message.isEmpty, run.resumedRows > 0 {
                message = "resumed after \(counted(run.resumedRows, "row"))"
            }
            self.seconds = seconds
            frames = run.counts.frames
            rows = run.counts.rows
            faces = run.counts.faces.count
        }
    }

    /// Whether the clip has the table it should have.
    package var isSuccess: Bool { status == .done }
}
