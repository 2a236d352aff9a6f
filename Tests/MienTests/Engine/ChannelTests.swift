import Dispatch
import Mien
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(1))) struct ChannelTests {
    struct Failure: Error {}

    /// Sends 0..<count from another queue; the result says whether each was taken.
    private func send(_ count: Int, to channel: Channel<Int>, then end: @escaping @Sendable () -> Void)
        -> DispatchGroup
    {
        let group = DispatchGroup()
        DispatchQueue(label: "sender").async(group: group) {
            for number in 0..<count where !channel.send(number) { break }
            end()
        }
        return group
    }

    @Test(arguments: [1, 2, 7]) func deliversEverythingInOrder(capacity: Int) throws {
        let channel = Channel<Int>(capacity: capacity)
        let sender = send(1000, to: channel) { channel.finish() }
        var received: [Int] = []
        while let number = try channel.receive() { received.append(number) }
        sender.wait()
        #expect(received == Array(0..<1000))
        #expect(try channel.receive() == nil)
    }

    @Test func anErrorComesAfterWhatWasSentBeforeIt() throws {
        let channel = Channel<Int>(capacity: 2)
        let sender = send(5, to: channel) { channel.finish(throwing: Failure()) }
        var received: [Int] = []
        #expect(throws: Failure.self) {
            while let number = try channel.receive() { received.append(number) }
        }
        sender.wait()
        #expect(received == Array(0..<5))
    }

    @Test func cancellingFreesAWaitingSender() throws {
        let channel = Channel<Int>(capacity: 1)
        let sender = send(.max, to: channel) {}
        #expect(try channel.receive() == 0)
        channel.cancel()
        sender.wait()
        #expect(!channel.send(1))
        #expect(try channel.receive() == nil)
    }

    @Test func aLiveChannelNeverBlocksItsSender() throws {
        let channel = Channel<Int>(capacity: 2, policy: .dropOldest)
        for number in 0..<100 { #expect(channel.send(number)) }
        channel.finish()
        #expect(channel.displaced == 98)
        #expect(try channel.receive() == 98)
        #expect(try channel.receive() == 99)
        #expect(try channel.receive() == nil)
    }

    @Test func whatGivesWayIsHandedOut() throws {
        let given = Given()
        let channel = Channel<Int>(capacity: 2, policy: .dropOldest) { given.add($0) }
        for number in 0..<5 { #expect(channel.send(number)) }
        #expect(given.numbers == [0, 1, 2])
        // What the receiver throws away, or what nobody takes, did not give way.
        channel.cancel()
        #expect(!channel.send(5))
        #expect(given.numbers == [0, 1, 2])
    }

    private final class Given: Sendable {
        private let all = Mutex<[Int]>([])
        var numbers: [Int] { all.withLock { $0 } }
        func add(_ number: Int) { all.withLock { $0.append(number) } }
    }
}
