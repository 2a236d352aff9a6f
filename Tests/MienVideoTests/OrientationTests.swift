import MienVideo
import Testing

@Suite struct OrientationTests {
    /// The eight orientations in EXIF's order: the matrix, the clockwise turn, mirrored after it, and where the
    /// top left pixel of a 3 x 2 picture and its right neighbour go.
    struct Case: Sendable {
        var a, b, c, d: Int32
        var rotation: Int
        var isMirrored: Bool
        var corner: [Int]
        var neighbour: [Int]
    }

    static let cases = [
        Case(a: 1, b: 0, c: 0, d: 1, rotation: 0, isMirrored: false, corner: [0, 0], neighbour: [1, 0]),
        Case(a: -1, b: 0, c: 0, d: 1, rotation: 0, isMirrored: true, corner: [2, 0], neighbour: [1, 0]),
        Case(a: -1, b: 0, c: 0, d: -1, rotation: 180, isMirrored: false, corner: [2, 1], neighbour: [1, 1]),
        Case(a: 1, b: 0, c: 0, d: -1, rotation: 180, isMirrored: true, corner: [0, 1], neighbour: [1, 1]),
        Case(a: 0, b: 1, c: 1, d: 0, rotation: 90, isMirrored: true, corner: [0, 0], neighbour: [0, 1]),
        Case(a: 0, b: 1, c: -1, d: 0, rotation: 90, isMirrored: false, corner: [1, 0], neighbour: [1, 1]),
        Case(a: 0, b: -1, c: -1, d: 0, rotation: 270, isMirrored: true, corner: [1, 2], neighbour: [1, 1]),
        Case(a: 0, b: -1, c: 1, d: 0, rotation: 270, isMirrored: false, corner: [0, 2], neighbour: [0, 1]),
    ]

    private func matrix(_ a: Int32, _ b: Int32, _ c: Int32, _ d: Int32, unit: Int32 = 1 << 16) -> [Int32] {
        [a * unit, b * unit, 0, c * unit, d * unit, 0, 0, 0, 1 << 30]
    }

    @Test(arguments: cases)
    func displayMatricesTurnPixels(item: Case) throws {
        let orientation = try #require(
            Orientation(displayMatrix: matrix(item.a, item.b, item.c, item.d)))
        #expect(orientation.rotation == item.rotation)
        #expect(orientation.isMirrored == item.isMirrored)
        let size = orientation.size(width: 3, height: 2)
        #expect(size == (item.a == 0 ? (2, 3) : (3, 2)))
        let corner = orientation.place(x: 0, y: 0, width: 3, height: 2)
        let neighbour = orientation.place(x: 1, y: 0, width: 3, height: 2)
        #expect([corner.x, corner.y] == item.corner)
        #expect([neighbour.x, neighbour.y] == item.neighbour)
    }

    @Test func scaledAndSlightlySlantedMatricesCount() {
        #expect(Orientation(displayMatrix: matrix(0, 1, -1, 0, unit: 87381))?.rotation == 90)
        #expect(Orientation(displayMatrix: [65000, 1000, 0, -1000, 65000, 0, 0, 0, 1 << 30]) == .upright)
        #expect(Orientation(displayMatrix: [87381, 0, 0, 0, 65536, 0, 0, 0, 1 << 30]) == .upright)
    }

    @Test func othersDoNot() {
        #expect(Orientation(displayMatrix: matrix(1, 1, -1, 1)) == nil)
        #expect(Orientation(displayMatrix: [Int32](repeating: 0, count: 9)) == nil)
        #expect(Orientation(displayMatrix: [1]) == nil)
    }
}
