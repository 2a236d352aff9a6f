import Mien
import Testing

@Suite struct BacklogTests {
    @Test func keepsTheOrderAcrossTheWrap() {
        var backlog = Backlog<Int>(capacity: 3, policy: .wait)
        var received: [Int] = []
        for number in 0..<10 {
            _ = backlog.offer(number)
            if backlog.count == 3 { received.append(backlog.take()!) }
        }
        while let number = backlog.take() { received.append(number) }
        #expect(received == Array(0..<10))
    }

    @Test func returnsWhatDoesNotFit() {
        var backlog = Backlog<Int>(capacity: 1, policy: .wait)
        _ = backlog.offer(1)
        guard case .full(2) = backlog.offer(2) else {
            Issue.record("a full backlog took an element")
            return
        }
        #expect(backlog.take() == 1)
        #expect(backlog.take() == nil)
    }

    @Test func theOldestGivesWay() {
        var backlog = Backlog<Int>(capacity: 2, policy: .dropOldest)
        var displaced: [Int] = []
        for number in 0..<5 {
            if case .displaced(let old) = backlog.offer(number) { displaced.append(old) }
        }
        #expect(displaced == [0, 1, 2])
        #expect(backlog.take() == 3)
        #expect(backlog.take() == 4)
    }
}
