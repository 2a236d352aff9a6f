import MienTensor
import MienTimeline
import Synchronization

/// The scores of a crop, which several rows may wait for.
package final class LiveScores: Sendable {
    package enum State: Sendable {
        case waiting
        case ready(expression: ExpressionScores?, actionUnits: ActionUnitScores?)
        /// The crop gave way to a newer one.
        case abandoned
    }

    private let current = Mutex(State.waiting)

    package init() {}

    package var state: State { current.withLock { $0 } }

    var isSettled: Bool { if case .waiting = state { false } else { true } }

    package func settle(_ state: State) { current.withLock { $0 = state } }
}

/// A row of a frame before it has its scores.
package struct LiveRow: Sendable {
    /// The row without scores, with the status it has if they come.
    package var reading: FaceReading
    /// What its scores will be; nil if it has none.
    package var scores: LiveScores?

    package init(reading: FaceReading, scores: LiveScores? = nil) {
        self.reading = reading
        self.scores = scores
    }

    /// The row as it stands: with its scores, or `dropped`.
    package var result: FaceReading {
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
package struct LiveEntry: Sendable {
    /// The row that stands for the frame as long as nothing is known of its faces: it was `dropped`.
    package let unknown: FaceReading
    /// The monotonic time of capture in seconds.
    package let captured: Double
    /// Why the source was lost, if this is an outage.
    package var outage: String?
    /// The frame's rows, once its faces are known.
    package var rows: [LiveRow]?
    /// The picture, if somebody wants to draw on it.
    package var image: Image?
    /// Whether it was given up before its faces were looked for.
    package var isDropped = false

    package init(unknown: FaceReading, captured: Double) {
        self.unknown = unknown
        self.captured = captured
    }

    package var number: Int { unknown.frame }

    var isSettled: Bool {
        isDropped || rows?.allSatisfy { $0.scores?.isSettled ?? true } ?? false
    }
}
