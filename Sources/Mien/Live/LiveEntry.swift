import MienTensor
import MienTimeline
import Synchronization

/// The scores of a crop, which several rows may wait for.
final class LiveScores: Sendable {
    enum State: Sendable {
        case waiting
        case ready(expression: ExpressionScores?, actionUnits: ActionUnitScores?)
        /// The crop gave way to a newer one.
        case abandoned
    }

    private let current = Mutex(State.waiting)

    var state: State { current.withLock { $0 } }

    var isSettled: Bool { if case .waiting = state { false } else { true } }

    func settle(_ state: State) { current.withLock { $0 = state } }
}

/// A row of a frame before it has its scores.
struct LiveRow: Sendable {
    /// The row without scores, with the status it has if they come.
    var reading: FaceReading
    /// What its scores will be; nil if it has none.
    var scores: LiveScores?

    /// The row as it stands: with its scores, or `dropped`.
    var result: FaceReading {
        guard let scores else { return reading }
        var reading = reading
        if case .ready(let expression, let actionUnits) = scores.state {
            (reading.expression, reading.actionUnits) = (expression, actionUnits)
        } else {
            reading.status = .dropped
        }
        return reading
    }
}

/// A frame, or an outage, on its way to the table.
struct LiveEntry: Sendable {
    /// The row that stands for the frame as long as nothing is known of its faces: it was `dropped`.
    let unknown: FaceReading
    /// The monotonic time of capture in seconds.
    let captured: Double
    /// Why the source was lost, if this is an outage.
    var outage: String?
    /// The frame's rows, once its faces are known.
    var rows: [LiveRow]?
    /// The picture, if somebody wants to draw on it.
    var image: Image?
    /// Whether it was given up before its faces were looked for.
    var isDropped = false

    var number: Int { unknown.frame }

    var isSettled: Bool {
        isDropped || rows?.allSatisfy { $0.scores?.isSettled ?? true } ?? false
    }
}
