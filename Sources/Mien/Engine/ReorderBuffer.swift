import Foundation
import MienImage
import MienTensor
import MienTimeline
import MienVideo

/// Keeps the frames of a run in order while its stages finish out of order, and lets none wait longer than allowed.
///
/// A frame enters when the source has it and leaves when all its rows are settled, or at its deadline with what there
/// is. Scores that come after that are handed on with the next frame. Where many frames wait, a source without
/// deadlines is made to wait as well; the frames of one with deadlines are counted, and have no rows.
///
/// Rows and scores that have left are used again, so that a run allocates none in its steady state.
package final class ReorderBuffer: @unchecked Sendable {
    /// What is handed on.
    package enum Delivery {
        case frame
        /// Nothing has happened for a while.
        case quiet
        case end
    }

    /// A frame that has left the buffer.
    package struct Delivered: Sendable {
        package fileprivate(set) var entry = FrameEntry(FrameHeader(number: 0, timestamp: 0))
        /// Rows of earlier frames, which left without the scores that have come since.
        package fileprivate(set) var late: [FaceReading] = []

        package init() {}
    }

    /// Protects everything below.
    private let condition = NSCondition()
    private var entries: RingBuffer<FrameEntry>
    /// The place of the first of `entries` among all that ever entered.
    private var first = 0
    /// Rows that left without their scores.
    private var overdue: [PendingRow] = []
    private var lost = 0
    private var isFinished = false
    private var isCancelled = false
    private var failure: (any Error)?
    private var spareRows: [[PendingRow]] = []
    private var spareScores: [PendingScores] = []
    private let maximumLatency: Double?

    /// The most rows and scores that are there from the start.
    private static let maximumReserve = 1024
    /// Of frames that wait for a slow reader, only so many keep their pictures.
    private static let maximumImages = 16

    /// - Parameters:
    ///   - capacity: The largest number of frames that wait.
    ///   - maximumLatency: The most seconds from capture to delivery, or nil if every frame waits for its rows.
    package init(capacity: Int, maximumLatency: Double?) {
        entries = RingBuffer(capacity: capacity)
        self.maximumLatency = maximumLatency
        // Enough for a reader that falls behind, so that none is allocated then.
        let count = min(capacity, Self.maximumReserve) + 4
        spareRows.reserveCapacity(count)
        spareScores.reserveCapacity(count)
        for _ in 0..<count {
            var rows: [PendingRow] = []
            rows.reserveCapacity(1)
            spareRows.append(rows)
            spareScores.append(PendingScores())
        }
    }

    // MARK: The source

    /// Takes in the next frame and returns its place; nil if nobody takes rows any more, or so many frames wait that
    /// their reader must have stopped. It is counted then, and has no row. A source without deadlines waits instead.
    package func enter(_ entry: FrameEntry) -> Int? {
        condition.lock()
        defer { condition.unlock() }
        while entries.isFull, maximumLatency == nil, !isCancelled { BusyThread.pause { condition.wait() } }
        guard !isCancelled else { return nil }
        guard !entries.isFull else {
            lost += 1
            return nil
        }
        entries.append(entry)
        // The first of them has a deadline that nobody waits for yet.
        if entries.count == 1 { condition.broadcast() }
        return first + entries.count - 1
    }

    /// The frames that had no place, since they were last asked for.
    package func takeLost() -> Int {
        condition.withLock {
            defer { lost = 0 }
            return lost
        }
    }

    /// Whether nobody takes rows any more.
    var isEnded: Bool { condition.withLock { isCancelled } }

    // MARK: The stages

    /// Gives a frame its rows; too late for one that has left, whose faces then stay unknown. `rows` is empty afterwards.
    package func settle(_ place: Int, rows: inout [PendingRow], image: Image? = nil) {
        condition.withLock {
            if place >= first, !isCancelled {
                let position = place - first
                swap(&entries[position].rows, &rows)
                entries[position].isRead = true
                entries[position].image = entries.count > Self.maximumImages ? nil : image
                if position == 0 { condition.broadcast() }
                rows = spareRows.popLast() ?? []
            } else {
                rows.removeAll(keepingCapacity: true)
            }
        }
    }

    /// Gives up a frame that nobody has looked at.
    package func drop(_ place: Int) {
        condition.withLock {
            guard place >= first, !isCancelled else { return }
            entries[place - first].isDropped = true
            condition.broadcast()
        }
    }

    /// Scores for a crop that goes to the encoder.
    func makeScores() -> PendingScores {
        guard let scores = condition.withLock({ spareScores.popLast() }) else { return PendingScores() }
        scores.settle(.waiting)
        return scores
    }

    /// Settles the scores of a batch, which then has none.
    func settle(_ batch: Batch, _ state: (_ crop: Int) -> PendingScores.State) {
        condition.withLock {
            for (crop, scores) in batch.scores.enumerated() { scores.settle(state(crop)) }
            batch.removeScores()
            condition.broadcast()
        }
    }

    /// Says that no frame will follow, and why if that is a failure.
    package func finish(throwing error: (any Error)? = nil) {
        condition.withLock {
            isFinished = true
            failure = error
            condition.broadcast()
        }
    }

    // MARK: The reader

    /// Says that nobody will take a row any more, and lets go of those there are.
    package func cancel() {
        condition.withLock {
            isCancelled = true
            isFinished = true
            while !entries.isEmpty { _ = entries.removeFirst() }
            condition.broadcast()
        }
    }

    /// Waits for the next frame in order, but no longer than `quiet` seconds, and puts it into `delivered`.
    ///
    /// - Throws: The failure that the run ended with, after the last frame.
    package func next(into delivered: inout Delivered, quiet: Double = .infinity) throws -> Delivery {
        condition.lock()
        defer { condition.unlock() }
        recycle(&delivered)
        let end = quiet.isFinite ? MonotonicClock.now + quiet : .infinity
        while true {
            var wake = end
            if !entries.isEmpty {
                let isSettled = entries[0].isSettled
                let deadline = maximumLatency.map { entries[0].header.captured + $0 } ?? .infinity
                if isSettled || isFinished || deadline < .infinity && MonotonicClock.now >= deadline {
                    deliver(into: &delivered)
                    return .frame
                }
                wake = min(wake, deadline)
            } else if isFinished {
                if let failure { throw failure }
                return .end
            }
            if wake == .infinity {
                BusyThread.pause { condition.wait() }
            } else {
                let now = MonotonicClock.now
                if now >= end { return .quiet }
                _ = condition.wait(until: Date(timeIntervalSinceNow: max(wake - now, 0.0002)))
            }
        }
    }

    private func deliver(into delivered: inout Delivered) {
        if !overdue.isEmpty {
            for row in overdue { if case .ready = row.scores?.state { delivered.late.append(row.result) } }
            overdue.removeAll(where: \.isSettled)
        }
        if entries.isFull { condition.broadcast() }
        delivered.entry = entries.removeFirst()
        first += 1
        for row in delivered.entry.rows where !row.isSettled { overdue.append(row) }
    }

    /// Takes back what the reader is done with.
    private func recycle(_ delivered: inout Delivered) {
        delivered.late.removeAll(keepingCapacity: true)
        delivered.entry.image = nil
        guard delivered.entry.rows.capacity > 0 else { return }
        for index in delivered.entry.rows.indices {
            if isKnownUniquelyReferenced(&delivered.entry.rows[index].scores),
                let scores = delivered.entry.rows[index].scores.take()
            {
                spareScores.append(scores)
            }
        }
        delivered.entry.rows.removeAll(keepingCapacity: true)
        var rows: [PendingRow] = []
        swap(&rows, &delivered.entry.rows)
        spareRows.append(rows)
    }
}
