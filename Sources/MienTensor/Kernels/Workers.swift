import CKernels

/// How many threads a computation may use.
///
/// Pieces must be independent of each other, so that no result depends on the count. With a count of one,
/// or for a single piece, everything runs on the caller's thread. The threads belong to the process and are
/// shared by all values of this type.
package struct Workers: Sendable {
    /// The largest number of pieces that run at the same time.
    package let count: Int

    package init(count: Int) {
        precondition(count >= 1, "\(count) workers get nothing done")
        self.count = count
    }

    /// Calls `body` once for every piece in `0..<pieces` and returns when all calls have.
    @inlinable
    package func run(_ pieces: Int, _ body: (_ piece: Int) -> Void) {
        run(pieces) { piece, _ in body(piece) }
    }

    /// The same; `slot`, in `0..<count`, tells apart the calls that run at the same time, for scratch.
    ///
    /// The calls end before this function does, so `body` need not be Sendable: that it may run on several
    /// threads at once is the caller's business.
    ///
    /// Inlined, so that the caller's closure can stay on its stack.
    @inlinable
    package func run(_ pieces: Int, _ body: (_ piece: Int, _ slot: Int) -> Void) {
        guard min(count, pieces) > 1 else {
            for piece in 0..<max(pieces, 0) { body(piece, 0) }
            return
        }
        withoutActuallyEscaping(body) { body in
            // In a struct of its own, the closure needs no other calling convention, and so no allocation.
            var context = PieceContext(body: body)
            withUnsafeMutablePointer(to: &context) { context in
                mien_parallel_for(
                    count, pieces,
                    { context, piece, slot in
                        context!.assumingMemoryBound(to: PieceContext.self).pointee.body(piece, slot)
                    }, context)
            }
        }
    }
}

/// What a piece needs to find its closure.
@usableFromInline
package struct PieceContext {
    @usableFromInline package var body: (Int, Int) -> Void

    @inlinable
    package init(body: @escaping (Int, Int) -> Void) { self.body = body }
}
