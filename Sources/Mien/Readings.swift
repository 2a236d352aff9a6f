import Dispatch
import Foundation
import MienCore
import MienTimeline

/// The rows of a running analysis, in order, as an asynchronous sequence.
///
/// Each row is handed over as soon as it is known. The analysis runs on its own queues and waits when its reader is
/// slow, so memory stays bounded however long the video.
///
/// Dropping the iterator stops the analysis. So does cancelling the task that iterates: the sequence then ends at
/// once, as `AsyncStream` does, with rows left out; `Task.isCancelled` tells that from the end of the video.
public struct Readings: AsyncSequence, Sendable {
    private let run: @Sendable (Cancellation, @escaping (FaceReading) throws -> Void) throws -> Void

    init(_ run: @escaping @Sendable (Cancellation, @escaping (FaceReading) throws -> Void) throws -> Void) {
        self.run = run
    }

    /// Starts the analysis.
    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(Feed(run))
    }

    /// Hands out the rows of one analysis.
    public struct AsyncIterator: AsyncIteratorProtocol {
        private let feed: Feed
        private var rows: [FaceReading] = []
        private var position = 0

        fileprivate init(_ feed: Feed) {
            self.feed = feed
        }

        /// The next row, or nil after the last.
        ///
        /// - Throws: ``MienError``, after every row that could be read.
        public mutating func next() async throws -> FaceReading? {
            if Task.isCancelled {
                feed.cancel()
                return nil
            }
            if position == rows.count {
                (rows, position) = (try await feed.next(), 0)
                guard !rows.isEmpty else { return nil }
            }
            defer { position += 1 }
            return rows[position]
        }
    }
}

/// The bridge between the analysis, which blocks, and the reader, which awaits; ends with its reader.
private final class Feed: Sendable {
    private struct ReaderGone: Error {}

    private let rows = WaitingRows()
    private let cancellation = Cancellation()

    init(_ run: @escaping @Sendable (Cancellation, @escaping (FaceReading) throws -> Void) throws -> Void) {
        let (rows, cancellation) = (rows, cancellation)
        DispatchQueue(label: "mien.analysis").async {
            do {
                try run(cancellation) { guard rows.send($0) else { throw ReaderGone() } }
                rows.finish()
            } catch {
                rows.finish(throwing: error)
            }
        }
    }

    deinit { cancel() }

    func cancel() {
        cancellation.cancel()
        rows.cancel()
    }

    func next() async throws -> [FaceReading] {
        try await withTaskCancellationHandler(operation: rows.take, onCancel: cancel)
    }
}

/// Rows between a thread that sends them, and waits when there are many, and a task that takes all there are.
private final class WaitingRows: @unchecked Sendable {
    private enum State {
        case open
        case finished((any Error)?)
        case cancelled
    }

    /// How many rows may wait: enough that neither side waits for the other where both are fast.
    private static let capacity = 256

    /// Protects everything below. (A condition: a `Mutex` cannot be waited on.)
    private let condition = NSCondition()
    private var state = State.open
    private var rows: [FaceReading] = []
    private var reader: CheckedContinuation<[FaceReading], any Error>?

    /// Hands a row over. False when nobody will ever take it.
    func send(_ row: FaceReading) -> Bool {
        condition.lock()
        while rows.count >= Self.capacity, case .open = state { condition.wait() }
        guard case .open = state else {
            condition.unlock()
            return false
        }
        rows.append(row)
        settle()
        return true
    }

    /// Ends the sequence after the rows that wait.
    func finish(throwing error: (any Error)? = nil) {
        condition.lock()
        if case .open = state { state = .finished(error) }
        settle()
    }

    /// Ends the sequence at once.
    func cancel() {
        condition.lock()
        state = .cancelled
        rows.removeAll()
        settle()
    }

    /// The rows there are, as soon as there are any; none at the end.
    @Sendable func take() async throws -> [FaceReading] {
        try await withCheckedThrowingContinuation { continuation in
            condition.lock()
            reader = continuation
            settle()
        }
    }

    /// Gives a reader that waits what there is, and unlocks.
    private func settle() {
        condition.broadcast()
        guard let waiting = reader, let result = result() else { return condition.unlock() }
        reader = nil
        condition.unlock()
        // Unlocked: the task may go on at once, on this thread.
        waiting.resume(with: result)
    }

    /// What a reader gets now; nil if it has to wait.
    private func result() -> Result<[FaceReading], any Error>? {
        if !rows.isEmpty {
            defer { rows = [] }
            return .success(rows)
        }
        switch state {
        case .open: return nil
        case .finished(let error?):
            state = .finished(nil)
            return .failure(error)
        case .finished, .cancelled: return .success([])
        }
    }
}
