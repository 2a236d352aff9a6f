import MienImage
import Testing

@Suite struct ImagePoolTests {
    @Test func aReleasedImageIsHandedOutAgain() {
        var pool = ImagePool()
        var first: Image? = pool.image(width: 5, height: 3)
        let address = first?.baseAddress
        let second = pool.image(width: 5, height: 3)
        #expect(second.baseAddress != address)
        first = nil
        #expect(pool.image(width: 5, height: 3).baseAddress == address)
    }

    @Test func rowsAreDisjointAndPadded() {
        let image = Image(width: 21, height: 2)
        image[20, 0] = (1, 2, 3)
        image[0, 1] = (4, 5, 6)
        #expect(image.bytesPerRow == 64)
        #expect(image[20, 0] == (1, 2, 3))
        #expect(image[0, 1] == (4, 5, 6))
    }
}
