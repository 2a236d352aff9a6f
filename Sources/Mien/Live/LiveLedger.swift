import Foundation
import MienTensor
import MienTimeline
import MienVideo

/// Keeps the frames of a live run in order while their stages finish out of order, and lets none wait longer than
/// the bound.
///
/// A frame enters when it is captured and leaves when all its rows are settled, or at its deadline with what there
/// is. Scores that come after that are handed on with the next frame. It is small: pictures are elsewhere, and
/// deadlines bound the number of frames.
final class LiveLedger: @unchecked Sendable {
    /// What is handed on.
    enum Delivery {
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
    private var failure: (any Error)?
    private let patience: Double?

    /// - Parameter patience: The most seconds from capture to delivery, or nil if every frame waits for its rows.
    init(patience: Double?) { self.patience = patience }

    /// Takes in the next frame and returns its place; nil if so many wait that the rows' reader must have stopped.
    /// It is counted then, and has no row.
    func enter(_ entry: LiveEntry) -> Int? {
        condition.withLock {
            guard entries.count < Self.mostEntries || patience == nil else {
                lost += 1
                return nil
            }
            entries.append(entry)
            condition.broadcast()
            return first + entries.count - 1
        }
    }

    /// The frames that had no place, since they were last asked for.
    func takeLost() -> Int {
        condition.withLock {
            defer { lost = 0 }
            return lost
        }
    }

    /// Gives a frame its rows; too late for one that has left, whose faces then stay unknown.
    func settle(_ place: Int, rows: [LiveRow], image: Image?) {
        change(place) {
            $0.rows = rows
            $0.image = image
        }
    }

    /// Minutes of frames, and less than a megabyte.
    private static let mostEntries = 4096
    /// Of frames that wait for a slow reader, only so many keep their pictures.
    private static let mostImages = 16

    /// Gives up a frame that nobody has looked at.
    func drop(_ place: Int) { change(place) { $0.isDropped = true } }

    /// Tells that scores have been settled.
    func scoresSettled() { condition.withLock { condition.broadcast() } }

    /// Says that no frame will follow, and why if that is a failure.
    func finish(throwing error: (any Error)? = nil) {
        condition.withLock {
            isFinished = true
            failure = error
            condition.broadcast()
        }
    }

    /// The next frame in order, waiting for it, but no longer than `quiet` seconds.
    ///
    /// - Throws: What the run ended with, after the last frame.
    func next(quiet: Double) throws -> Delivery {
        condition.lock()
        defer { condition.unlock() }
        let end = MonotonicClock.now + quiet
        while true {
            let now = MonotonicClock.now
            var wake = end
            if let head = entries.first {
                let deadline = patience.map { head.captured + $0 } ?? .infinity
                if head.isSettled || now >= deadline { return deliver() }
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
        overdue += entry.rows?.filter { !($0.scores?.isSettled ?? true) } ?? []
        return .entry(entry, late: late)
    }

    private func change(_ place: Int, _ body: (inout LiveEntry) -> Void) {
        condition.withLock {
            guard place >= first else { return }
            body(&entries[place - first])
            if entries.count > Self.mostImages { entries[place - first].image = nil }
            condition.broadcast()
        }
    }
}
