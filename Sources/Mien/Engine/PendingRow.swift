import MienImage
import MienTimeline
import Synchronization

/// The results of one crop.
package struct CropScores: Sendable {
    package var expression: ExpressionScores?
    package var actionUnits: ActionUnitScores?
    /// As wide as the encoder's embeddings; nil unless the run keeps them.
    package var embedding: [Float]?

    package init(
        expression: ExpressionScores? = nil, actionUnits: ActionUnitScores? = nil, embedding: [Float]? = nil
    ) {
        (self.expression, self.actionUnits, self.embedding) = (expression, actionUnits, embedding)
    }
}

/// The scores of a crop that is on its way through the encoder. Several rows may wait for them.
package final class PendingScores: Sendable {
    package enum State: Sendable {
        case waiting
        case ready(CropScores)
        /// The crop gave way to a newer one.
        case abandoned
    }

    private let current = Mutex(State.waiting)

    package init() {}

    package var state: State { current.withLock { $0 } }

    var isSettled: Bool { if case .waiting = state { false } else { true } }

    package func settle(_ state: State) { current.withLock { $0 = state } }
}

/// A row of a frame, which may still wait for its scores.
package struct PendingRow: Sendable {
    /// The row with the status it has if its scores come.
    package var reading: FaceReading
    /// Its scores, if it waits for them.
    package var scores: PendingScores?
    /// The position of what was asked for among the samples to embed; nil where everything is taken.
    package var sample: Int?

    package init(reading: FaceReading, scores: PendingScores? = nil, sample: Int? = nil) {
        (self.reading, self.scores, self.sample) = (reading, scores, sample)
    }

    /// The row as it stands: with its scores, or `dropped`.
    package var result: FaceReading {
        guard let scores else { return reading }
        var reading = reading
        if case .ready(let scores) = scores.state {
            (reading.expression, reading.actionUnits) = (scores.expression, scores.actionUnits)
        } else {
            reading.status = .dropped
        }
        return reading
    }

    /// The embedding of its crop, if the run keeps them.
    var embedding: [Float]? { if case .ready(let scores) = scores?.state { scores.embedding } else { nil } }

    var isSettled: Bool { scores?.isSettled ?? true }
}

/// A frame, or an outage, on its way to the table.
package struct FrameEntry: Sendable {
    package var header: FrameHeader
    /// Why the source was lost, if this is an outage.
    package var outage: String?
    /// The frame's rows, once its faces are known.
    package var rows: [PendingRow] = []
    /// Whether its faces are known: a frame may have no row.
    package var isRead = false
    /// Whether it was given up before its faces were looked for.
    package var isDropped = false
    /// The picture, if somebody wants to draw on it.
    package var image: Image?

    package init(_ header: FrameHeader) { self.header = header }

    /// An outage, whose row is known at once.
    package init(outage reason: String, _ header: FrameHeader) {
        self.header = header
        outage = reason
        rows = [PendingRow(reading: row(.outage))]
        isRead = true
    }

    /// The row that stands for the frame as long as nothing is known of its faces.
    package var unknown: FaceReading { row(.dropped) }

    var isSettled: Bool { isDropped || isRead && rows.allSatisfy(\.isSettled) }

    private func row(_ status: FrameStatus) -> FaceReading {
        FaceReading(
            frame: header.number, faceID: nil, timestamp: header.timestamp, status: status, pts: header.pts)
    }
}
