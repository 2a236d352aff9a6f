import MienTensor
import Testing

@Suite struct FloatBufferTests {
    @Test(arguments: [0, 1, 15, 16, 17, 1000, 3_000_000])
    func beginsAlignedAndWithZeros(count: Int) {
        // What a buffer leaves behind must not come back with the next one.
        for _ in 0..<3 {
            var buffer = FloatBuffer(count: count)
            #expect(UInt(bitPattern: buffer.baseAddress) % UInt(FloatBuffer.alignment) == 0)
            #expect(buffer.count == count && buffer.elements.allSatisfy { $0 == 0 })
            var span = buffer.mutableSpan
            for index in span.indices { span[index] = 1 }
        }
    }
}
