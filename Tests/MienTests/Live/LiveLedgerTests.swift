import Dispatch
import Mien
import MienTimeline
import MienVideo
import Testing

/// The order and the deadlines of a live run's frames, without a source.
@Suite(.timeLimit(.minutes(1))) struct LiveLedgerTests {
    struct Failure: Error {}

    /// A frame captured `age` seconds ago.
    private func entry(_ number: Int, age: Double = 0) -> LiveEntry {
        LiveEntry(
            unknown: FaceReading(
                frame: number, faceID: nil, timestamp: Double(number), status: .dropped),
            captured: MonotonicClock.now - age)
    }

    private func row(_ number: Int, face: Int? = 0, _ scores: LiveScores? = nil) -> LiveRow {
        LiveRow(
            reading: FaceReading(
                frame: number, faceID: face, timestamp: Double(number), status: face == nil ? .noFace : .ok),
            scores: scores)
    }

    private let ready = LiveScores.State.ready(
        expression: ExpressionScores([Float](repeating: 0.125, count: 8)), actionUnits: nil)

    /// What comes next: `FRAME STATUS...` with `+FRAME` for what was late, `quiet` or `end`.
    private func next(_ ledger: LiveLedger, quiet: Double = 0.02) throws -> String {
        switch try ledger.next(quiet: quiet) {
        case .entry(let entry, let late):
            let rows = entry.rows?.map(\.result) ?? [entry.unknown]
            return "\(entry.number) " + rows.map(\.status.rawValue).joined(separator: " ")
                + late.map { " +\($0.frame)" }.joined()
        case .quiet: return "quiet"
        case .end: return "end"
        }
    }

    @Test func framesLeaveInOrderWhateverIsDoneFirst() throws {
        let ledger = LiveLedger(patience: 60)
        let places = try (1...3).map { try #require(ledger.enter(entry($0))) }
        let scores = LiveScores()
        ledger.settle(places[2], rows: [row(3, face: nil)], image: nil)
        ledger.settle(places[0], rows: [row(1, face: nil)], image: nil)
        ledger.settle(places[1], rows: [row(2, scores), row(2, face: 1, scores)], image: nil)
        #expect(try next(ledger) == "1 no_face")
        #expect(try next(ledger) == "quiet")
        scores.settle(ready)
        ledger.scoresSettled()
        #expect(try next(ledger) == "2 ok ok")
        #expect(try next(ledger) == "3 no_face")
    }

    @Test func whatIsNotReadyAtItsDeadlineLeavesAsDropped() throws {
        let ledger = LiveLedger(patience: 0.1)
        let scores = LiveScores()
        let unseen = try #require(ledger.enter(entry(1, age: 0.2)))
        let unread = try #require(ledger.enter(entry(2, age: 0.2)))
        ledger.settle(unread, rows: [row(2, scores), row(2, face: 1)], image: nil)
        let third = try #require(ledger.enter(entry(3)))
        #expect(try next(ledger) == "1 dropped")
        #expect(try next(ledger) == "2 dropped ok")
        // It waits for its own deadline.
        let start = MonotonicClock.now
        #expect(try next(ledger, quiet: 5) == "3 dropped")
        #expect((0.02..<4).contains(MonotonicClock.now - start))
        // What comes too late changes nothing, but scores are handed on, once.
        ledger.settle(unseen, rows: [row(1)], image: nil)
        ledger.settle(third, rows: [row(3)], image: nil)
        scores.settle(ready)
        _ = ledger.enter(entry(4, age: 0.2))
        _ = ledger.enter(entry(5, age: 0.2))
        #expect(try next(ledger) == "4 dropped +2")
        #expect(try next(ledger) == "5 dropped")
    }

    @Test func aDisplacedFrameIsDroppedAtOnce() throws {
        let ledger = LiveLedger(patience: nil)
        let first = try #require(ledger.enter(entry(1)))
        let second = try #require(ledger.enter(entry(2)))
        let scores = LiveScores()
        ledger.settle(second, rows: [row(2, scores)], image: nil)
        #expect(try next(ledger) == "quiet")
        ledger.drop(first)
        #expect(try next(ledger) == "1 dropped")
        scores.settle(.abandoned)
        #expect(try next(ledger) == "2 dropped")
    }

    @Test func theEndAndTheFailureComeLast() throws {
        let ledger = LiveLedger(patience: nil)
        _ = ledger.enter(entry(1))
        ledger.finish()
        // Nobody will settle it any more.
        #expect(try next(ledger) == "1 dropped")
        #expect(try next(ledger) == "end")
        let failing = LiveLedger(patience: 60)
        _ = failing.enter(entry(1))
        failing.finish(throwing: Failure())
        #expect(try next(failing) == "1 dropped")
        #expect(throws: Failure.self) { try next(failing) }
    }

    @Test func framesAreCountedWhereNobodyTakesRows() throws {
        let ledger = LiveLedger(patience: 0.1)
        var given = 0
        while ledger.enter(entry(given + 1, age: 5)) != nil { given += 1 }
        #expect(given > 1000 && ledger.enter(entry(given + 2)) == nil)
        #expect(ledger.takeLost() == 2 && ledger.takeLost() == 0)
        for number in 1...given { #expect(try next(ledger) == "\(number) dropped") }
        #expect(ledger.enter(entry(given + 3)) != nil)
    }

    @Test func aSourceThatCanWaitIsHeldUp() throws {
        let ledger = LiveLedger(patience: nil)
        let group = DispatchGroup()
        DispatchQueue(label: "capture").async(group: group) {
            for number in 1...200 {
                guard let place = ledger.enter(entry(number)) else { return }
                ledger.settle(place, rows: [row(number, face: nil)], image: nil)
            }
            ledger.finish()
        }
        #expect(group.wait(timeout: .now() + 0.2) == .timedOut)
        for number in 1...200 { #expect(try next(ledger, quiet: 10) == "\(number) no_face") }
        #expect(try next(ledger, quiet: 10) == "end")
        group.wait()
    }

    @Test func cancellingFreesASourceThatWaits() throws {
        let ledger = LiveLedger(patience: nil)
        let group = DispatchGroup()
        DispatchQueue(label: "capture").async(group: group) {
            while ledger.enter(entry(1)) != nil {}
        }
        #expect(group.wait(timeout: .now() + 0.1) == .timedOut)
        ledger.cancel()
        group.wait()
        #expect(try next(ledger) == "end")
    }
}
