import Dispatch
import MienTimeline

/// The rows of a running analysis, in order, as an asynchronous sequence.
///
/// The analysis runs on its own queues and waits when its reader is slow, so memory stays bounded however
/// long the video. Dropping the iterator stops the analysis.
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
        private var chunk: [FaceReading] = []
        private var position = 0

        fileprivate init(_ feed: Feed) {
            self.feed = feed
        }

        /// The next row, or nil after the last.
        ///
        /// - Throws: ``MienError``, after every row that could be read.
        public mutating func next() async throws -> FaceReading? {
            if position == chunk.count {
                guard let next = try await feed.next() else { return nil }
                chunk = next
                position = 0
            }
            defer { position += 1 }
            return chunk[position]
        }
    }
}

/// The bridge between the analysis, which blocks, and the reader, which awaits.
private final class Feed: Sendable {
    private struct ReaderGone: Error {}

    /// Rows cross in chunks: a hop between threads for each would cost more than the row.
    private static let chunkSize = 64

    private let channel = Channel<[FaceReading]>(capacity: 4)
    private let cancellation = Cancellation()
    private let queue = DispatchQueue(label: "mien.readings")

    init(_ run: @escaping @Sendable (Cancellation, @escaping (FaceReading) throws -> Void) throws -> Void) {
        let channel = channel
        let cancellation = cancellation
        DispatchQueue(label: "mien.analysis").async {
            var chunk: [FaceReading] = []
            do {
                try run(cancellation) { reading in
                    chunk.append(reading)
                    guard chunk.count == Self.chunkSize else { return }
                    guard channel.send(chunk) else { throw ReaderGone() }
                    chunk.removeAll(keepingCapacity: true)
                }
                if !chunk.isEmpty { _ = channel.send(chunk) }
                channel.finish()
            } catch {
                if !chunk.isEmpty { _ = channel.send(chunk) }
                channel.finish(throwing: error)
            }
        }
    }

    deinit {
        cancellation.cancel()
        channel.cancel()
    }

    func next() async throws -> [FaceReading]? {
        try await withCheckedThrowingContinuation { continuation in
            let channel = channel
            queue.async { continuation.resume(with: Result { try channel.receive() }) }
        }
    }
}
