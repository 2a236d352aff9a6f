import Foundation
import MienTensor
import MienTimeline
import MienVideo

/// Keeps the frames of a live run in order while their stages finish out of order, and lets none wait longer than
/// the bound.
///
/// A frame enters when it is captured and leaves when all its rows are settled, or at its deadline with what there
/// is. Scores that come after that are handed on with the next frame. It stays small, also when the rows are not
/// taken: then a source that can wait is made to, and the frames of one that cannot are counted only.
package final class LiveLedger: @unchecked Sendable {
    /// What is handed on.
    package enum Delivery {
        case entry(LiveEntry, late: [FaceReading])
        /// Nothing has happened for a while.
        case quiet
        case end
    }

    /// Protects everything below.
    private let condition = NSCondition()
    private var entries = Queue<LiveEntry>()
    /// The number of the first of `entries` among all that ever entered.
    private var first = 0
    /// Rows that left without their scores.
    private var overdue: [LiveRow] = []
    private var lost = 0
    private var isFinished = false
    private var isCancelled = false
    private var failure: (any Error)?
    private let patience: Double?

    /// Minutes of frames, and a few megabytes.
    private static let mostEntries = 4096
    /// Of frames that wait for a slow reader, only so many keep their pictures.
    private static let mostImages = 16
    /// The most frames of a source that can wait.
    private static let mostWaiting = 64

    /// - Parameter patience: The most seconds from capture to delivery, or nil if every frame waits for its rows.
    package init(patience: Double?) { self.patience = patience }

    /// Takes in the next frame and returns its place; nil if so many wait that the rows' reader must have stopped.
    /// It is counted then, and has no row. A source that can wait does so instead.
    package func enter(_ entry: LiveEntry) -> Int? {
        condition.withLock {
            if patience == nil {
                while entries.count >= Self.mostWaiting, !isCancelled { condition.wait() }
            }
            guard !isCancelled else { return nil }
            guard entries.count < Self.mostEntries else {
                lost += 1
                return nil
            }
            entries.append(entry)
            condition.broadcast()
            return first + entries.count - 1
        }
    }

    /// The frames that had no place, since they were last asked for.
    package func takeLost() -> Int {
        condition.withLock {
            defer { lost = 0 }
            return lost
        }
    }

    /// Gives a frame its rows; too late for one that has left, whose faces then stay unknown.
    package func settle(_ place: Int, rows: [LiveRow], image: Image?) {
        change(place) {
            $0.rows = rows
            $0.image = image
        }
    }

    /// Gives up a frame that nobody has looked at.
    package func drop(_ place: Int) { change(place) { $0.isDropped = true } }

    /// Tells that scores have been settled.
    package func scoresSettled() { condition.withLock { condition.broadcast() } }

    /// Says that no frame will follow, and why if that is a failure.
    package func finish(throwing error: (any Error)? = nil) {
        condition.withLock {
            isFinished = true
            failure = error
            condition.broadcast()
        }
    }

    /// Says that nobody will take a row any more, and lets go of those there are.
    package func cancel() {
        condition.withLock {
            isCancelled = true
            isFinished = true
            while !entries.isEmpty { _ = entries.removeFirst() }
            condition.broadcast()
        }
    }

    /// The next frame in order, waiting for it, but no longer than `quiet` seconds.
    ///
    /// - Throws: What the run ended with, after the last frame.
    package func next(quiet: Double) throws -> Delivery {
        condition.lock()
        defer { condition.unlock() }
        let end = MonotonicClock.now + quiet
        while true {
            let now = MonotonicClock.now
            var wake = end
            if let head = entries.first {
                let deadline = patience.map { head.captured + $0 } ?? .infinity
                // At the end nothing will be settled any more.
                if head.isSettled || isFinished || now >= deadline { return deliver() }
                wake = min(wake, deadline)
            } else if isFinished {
                if let failure { throw failure }
                return .end
            }
            if now >= end { return .quiet }
            _ = condition.wait(until: Date(timeIntervalSinceNow: max(wake - now, 0.0002)))
        }
    }

    private func deliver() -> Delivery {
        let late = overdue.compactMap { row -> FaceReading? in
            if case .ready = row.scores?.state { row.result } else { nil }
        }
        overdue.removeAll { $0.scores?.isSettled ?? true }
        let entry = entries.removeFirst()
        first += 1
        condition.broadcast()
        overdue += entry.rows?.filter { !($0.scores?.isSettled ?? true) } ?? []
        return .entry(entry, late: late)
    }

    private func change(_ place: Int, _ body: (inout LiveEntry) -> Void) {
        condition.withLock {
            guard place >= first, !isCancelled else { return }
            body(&entries[place - first])
            if entries.count > Self.mostImages { entries[place - first].image = nil }
            condition.broadcast()
        }
    }
}
