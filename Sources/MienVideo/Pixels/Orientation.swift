/// One of the eight ways a picture can lie: the turn, and perhaps mirroring, that make it upright.
///
/// `x' = a x + c y` and `y' = b x + d y`, with y downwards, and the result moved back to the origin.
package struct Orientation: Equatable {
    private let a, b, c, d: Int

    private init(_ a: Int, _ b: Int, _ c: Int, _ d: Int) {
        (self.a, self.b, self.c, self.d) = (a, b, c, d)
    }

    /// The picture is upright as stored.
    package static let upright = Orientation(1, 0, 0, 1)

    /// The orientation of a 3 x 3 display matrix in FFmpeg's order (a b u, c d v, x y w; 16.16 fixed point),
    /// or nil if it is not near one of the eight, as with a slanted picture.
    package init?(displayMatrix m: [Int32]) {
        guard m.count == 9 else { return nil }
        // Each output coordinate may have its own scale.
        func unit(_ first: Int32, _ second: Int32) -> [Double]? {
            let pair = [Double(first), Double(second)]
            let scale = pair.map(abs).max() ?? 0
            return scale > 0 ? pair.map { $0 / scale } : nil
        }
        guard let x = unit(m[0], m[3]), let y = unit(m[1], m[4]) else { return nil }
        let units = [x[0], y[0], x[1], y[1]]
        // Within about 5 degrees: phones write exact quarter turns.
        guard units.allSatisfy({ abs($0 - $0.rounded()) < 0.09 }) else { return nil }
        let whole = units.map { Int($0.rounded()) }
        self.init(whole[0], whole[1], whole[2], whole[3])
        guard abs(a) + abs(b) == 1, abs(c) + abs(d) == 1, abs(a * d - b * c) == 1 else { return nil }
    }

    /// The orientation that EXIF gives a number from 1 to 8; nil for other numbers.
    package init?(exif number: Int) {
        switch number {
        case 1: self = .upright
        case 2: self.init(-1, 0, 0, 1)
        case 3: self.init(-1, 0, 0, -1)
        case 4: self.init(1, 0, 0, -1)
        case 5: self.init(0, 1, 1, 0)
        case 6: self.init(0, 1, -1, 0)
        case 7: self.init(0, -1, -1, 0)
        case 8: self.init(0, -1, 1, 0)
        default: return nil
        }
    }

    /// Whether width and height change places.
    package var isTransposed: Bool { a == 0 }

    /// Whether the picture is mirrored.
    package var isMirrored: Bool { a * d - b * c < 0 }

    /// The clockwise turn in degrees; with ``isMirrored``, the turn before mirroring left to right.
    package var rotation: Int {
        // Where the stored picture's downward direction goes tells the turn; mirroring swaps left and right.
        let right = isMirrored ? -c : c
        switch (right, d) {
        case (0, 1): return 0
        case (-1, 0): return 90
        case (0, -1): return 180
        default: return 270
        }
    }

    /// The size of the upright picture.
    package func size(width: Int, height: Int) -> (width: Int, height: Int) {
        isTransposed ? (height, width) : (width, height)
    }

    /// The place of stored pixel (x, y) of a `width` x `height` picture in the upright one.
    package func place(x: Int, y: Int, width: Int, height: Int) -> (x: Int, y: Int) {
        let left = min(a, 0) * (width - 1) + min(c, 0) * (height - 1)
        let top = min(b, 0) * (width - 1) + min(d, 0) * (height - 1)
        return (a * x + c * y - left, b * x + d * y - top)
    }
}
