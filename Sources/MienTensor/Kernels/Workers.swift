import Dispatch
import Synchronization

/// How many threads a computation may use.
///
/// Pieces must be independent of each other, so that no result depends on the count. With a count of one,
/// or for a single piece, everything runs on the caller's thread.
package struct Workers: Sendable {
    /// The largest number of pieces that run at the same time.
    package let count: Int

    package init(count: Int) {
        precondition(count >= 1, "\(count) workers get nothing done")
        self.count = count
    }

    /// Calls `body` once for every piece in `0..<pieces` and returns when all calls have.
    package func run(_ pieces: Int, _ body: (_ piece: Int) -> Void) {
        run(pieces) { piece, _ in body(piece) }
    }

    /// The same; `slot`, in `0..<count`, tells apart the calls that run at the same time, for scratch.
    package func run(_ pieces: Int, _ body: (_ piece: Int, _ slot: Int) -> Void) {
        let slots = min(count, pieces)
        guard slots > 1 else {
            for piece in 0..<pieces { body(piece, 0) }
            return
        }
        // Workers claim pieces one by one: on a busy machine a slow one then just does fewer.
        let next = Atomic<Int>(0)
        withoutActuallyEscaping(body) { body in
            // The calls end before this function does, so the caller's closure need not be Sendable: what it
            // refers to is its own business, as with any concurrentPerform.
            nonisolated(unsafe) let body = body
            DispatchQueue.concurrentPerform(iterations: slots) { slot in
                while true {
                    let piece = next.wrappingAdd(1, ordering: .relaxed).oldValue
                    guard piece < pieces else { return }
                    body(piece, slot)
                }
            }
        }
    }
}
