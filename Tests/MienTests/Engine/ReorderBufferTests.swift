import Dispatch
import Mien
import MienTimeline
import MienVideo
import Testing

/// The order and the deadlines of frames, without a source.
@Suite(.timeLimit(.minutes(1))) struct ReorderBufferTests {
    struct Failure: Error {}

    /// A frame captured `age` seconds ago.
    private func entry(_ number: Int, age: Double = 0) -> FrameEntry {
        FrameEntry(
            FrameHeader(
                number: number, timestamp: Double(number), captured: MonotonicClock.now - age))
    }

    private func row(_ number: Int, face: Int? = 0, _ scores: PendingScores? = nil) -> PendingRow {
        PendingRow(
            reading: FaceReading(
                frame: number, faceID: face, timestamp: Double(number), status: face == nil ? .noFace : .ok),
            scores: scores)
    }

    private let ready = PendingScores.State.ready(
        CropScores(expression: ExpressionScores([Float](repeating: 0.125, count: 8))))

    private func settle(_ order: ReorderBuffer, _ place: Int, _ rows: PendingRow...) {
        var rows = rows
        order.settle(place, rows: &rows)
        #expect(rows.isEmpty)
    }

    /// What comes next: `FRAME STATUS...` with `+FRAME` for what was late, `quiet` or `end`.
    private func next(_ order: ReorderBuffer, quiet: Double = 0.02) throws -> String {
        var delivered = ReorderBuffer.Delivered()
        switch try order.next(into: &delivered, quiet: quiet) {
        case .frame:
            let entry = delivered.entry
            let rows = entry.isRead ? entry.rows.map(\.result) : [entry.unknown]
            return "\(entry.header.number) " + rows.map(\.status.rawValue).joined(separator: " ")
                + delivered.late.map { " +\($0.frame)" }.joined()
        case .quiet: return "quiet"
        case .end: return "end"
        }
    }

    @Test func framesLeaveInOrderWhateverIsDoneFirst() throws {
        let order = ReorderBuffer(capacity: 4096, maximumLatency: 60)
        let places = try (1...3).map { try #require(order.enter(entry($0))) }
        let scores = PendingScores()
        settle(order, places[2], row(3, face: nil))
        settle(order, places[0], row(1, face: nil))
        settle(order, places[1], row(2, scores), row(2, face: 1, scores))
        #expect(try next(order) == "1 no_face")
        #expect(try next(order) == "quiet")
        scores.settle(ready)
        #expect(try next(order) == "2 ok ok")
        #expect(try next(order) == "3 no_face")
    }

    @Test func whatIsNotReadyAtItsDeadlineLeavesAsDropped() throws {
        let order = ReorderBuffer(capacity: 4096, maximumLatency: 0.1)
        let scores = PendingScores()
        let unseen = try #require(order.enter(entry(1, age: 0.2)))
        let unread = try #require(order.enter(entry(2, age: 0.2)))
        settle(order, unread, row(2, scores), row(2, face: 1))
        let third = try #require(order.enter(entry(3)))
        #expect(try next(order) == "1 dropped")
        #expect(try next(order) == "2 dropped ok")
        // It waits for its own deadline.
        let start = MonotonicClock.now
        #expect(try next(order, quiet: 5) == "3 dropped")
        #expect((0.02..<4).contains(MonotonicClock.now - start))
        // What comes too late changes nothing, but scores are handed on, once.
        settle(order, unseen, row(1))
        settle(order, third, row(3))
        scores.settle(ready)
        _ = order.enter(entry(4, age: 0.2))
        _ = order.enter(entry(5, age: 0.2))
        #expect(try next(order) == "4 dropped +2")
        #expect(try next(order) == "5 dropped")
    }

    @Test func aDisplacedFrameIsDroppedAtOnce() throws {
        let order = ReorderBuffer(capacity: 64, maximumLatency: nil)
        let first = try #require(order.enter(entry(1)))
        let second = try #require(order.enter(entry(2)))
        let scores = PendingScores()
        settle(order, second, row(2, scores))
        #expect(try next(order) == "quiet")
        order.drop(first)
        #expect(try next(order) == "1 dropped")
        scores.settle(.abandoned)
        #expect(try next(order) == "2 dropped")
    }

    @Test func theEndAndTheFailureComeLast() throws {
        let order = ReorderBuffer(capacity: 64, maximumLatency: nil)
        _ = order.enter(entry(1))
        order.finish()
        // Nobody will settle it any more.
        #expect(try next(order) == "1 dropped")
        #expect(try next(order) == "end")
        let failing = ReorderBuffer(capacity: 4096, maximumLatency: 60)
        _ = failing.enter(entry(1))
        failing.finish(throwing: Failure())
        #expect(try next(failing) == "1 dropped")
        #expect(throws: Failure.self) { try next(failing) }
    }

    @Test func framesAreCountedWhereNobodyTakesRows() throws {
        let order = ReorderBuffer(capacity: 4096, maximumLatency: 0.1)
        var given = 0
        while order.enter(entry(given + 1, age: 5)) != nil { given += 1 }
        #expect(given > 1000 && order.enter(entry(given + 2)) == nil)
        #expect(order.takeLost() == 2 && order.takeLost() == 0)
        for number in 1...given { #expect(try next(order) == "\(number) dropped") }
        #expect(order.enter(entry(given + 3)) != nil)
    }

    @Test func aSourceThatCanWaitIsHeldUp() throws {
        let order = ReorderBuffer(capacity: 64, maximumLatency: nil)
        let group = DispatchGroup()
        DispatchQueue(label: "capture").async(group: group) {
            for number in 1...200 {
                guard let place = order.enter(entry(number)) else { return }
                settle(order, place, row(number, face: nil))
            }
            order.finish()
        }
        #expect(group.wait(timeout: .now() + 0.2) == .timedOut)
        for number in 1...200 { #expect(try next(order, quiet: 10) == "\(number) no_face") }
        #expect(try next(order, quiet: 10) == "end")
        group.wait()
    }

    @Test func cancellingFreesASourceThatWaits() throws {
        let order = ReorderBuffer(capacity: 64, maximumLatency: nil)
        let group = DispatchGroup()
        DispatchQueue(label: "capture").async(group: group) {
            while order.enter(entry(1)) != nil {}
        }
        #expect(group.wait(timeout: .now() + 0.1) == .timedOut)
        order.cancel()
        group.wait()
        #expect(try next(order) == "end")
    }
}
