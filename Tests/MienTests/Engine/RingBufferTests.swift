import Mien
import Testing

@Suite struct RingBufferTests {
    @Test func keepsTheOrderAcrossTheWrap() {
        var buffer = RingBuffer<Int>(capacity: 3)
        var received: [Int] = []
        for number in 0..<10 {
            buffer.append(number)
            if buffer.isFull { received.append(buffer.removeFirst()) }
        }
        while !buffer.isEmpty { received.append(buffer.removeFirst()) }
        #expect(received == Array(0..<10))
    }

    @Test func positionsCountFromTheOldest() {
        var buffer = RingBuffer<Int>(capacity: 3)
        for number in 0..<3 { buffer.append(number) }
        _ = buffer.removeFirst()
        buffer.append(3)
        #expect((0..<3).map { buffer[$0] } == [1, 2, 3])
        buffer[2] = 9
        #expect([buffer.removeFirst(), buffer.removeFirst(), buffer.removeFirst()] == [1, 2, 9])
    }

    @Test func whatIsTakenIsLetGo() {
        final class Element {}
        var buffer = RingBuffer<Element>(capacity: 2)
        var element: Element? = Element()
        weak let watched = element
        buffer.append(element!)
        element = nil
        #expect(watched != nil)
        _ = buffer.removeFirst()
        #expect(watched == nil)
    }
}
