import CFFmpeg
import MienTensor

/// How stored pixels are turned and mirrored to stand upright: one of the eight symmetries of a rectangle.
struct Orientation: Equatable {
    // Where a step along the stored x and y goes in the upright picture; entries are -1, 0 or 1.
    private var xx = 1
    private var xy = 0
    private var yx = 0
    private var yy = 1

    /// Stored as it is to be seen.
    static let upright = Orientation()

    private init() {}

    /// Reads FFmpeg's display matrix; nil if it is anything but quarter turns and mirrors.
    ///
    /// The matrix maps stored to shown coordinates as x' = a x + c y, y' = b x + d y (16.16 fixed point, rows of
    /// three, the third of each row of no interest here).
    init?(matrix: UnsafePointer<Int32>) {
        let entries = [matrix[0], matrix[1], matrix[3], matrix[4]].map { Double($0) / 65536 }
        let largest = entries.map(abs).max() ?? 0
        guard largest > 0 else { return nil }
        let signs = entries.map { Int(($0 / largest).rounded()) }
        guard zip(entries, signs).allSatisfy({ abs($0 / largest - Double($1)) < 0.01 }),
            abs(signs[0] * signs[3] - signs[1] * signs[2]) == 1
        else { return nil }
        (xx, xy, yx, yy) = (signs[0], signs[1], signs[2], signs[3])
    }

    /// Whether width and height change places.
    var swapsSides: Bool { xx == 0 }

    var isMirrored: Bool { xx * yy - xy * yx < 0 }

    /// The turn after the mirroring, in degrees clockwise.
    var rotation: Int {
        let x = isMirrored ? -xx : xx
        let y = isMirrored ? -xy : xy
        return x == 1 ? 0 : x == -1 ? 180 : y == 1 ? 90 : 270
    }

    /// Copies `stored` to `shown`, which has the upright size.
    func apply(_ stored: Image, to shown: Image) {
        precondition(shown.width == (swapsSides ? stored.height : stored.width), "a picture of the wrong size")
        // The inverse of an orthogonal matrix is its transpose: a step along the shown x goes (xx, yx) in the
        // stored picture, one along y goes (xy, yy); negative steps start at the far end.
        let stepX = xx * 3 + yx * stored.bytesPerRow
        let stepY = xy * 3 + yy * stored.bytesPerRow
        let startX = xx + xy < 0 ? stored.width - 1 : 0
        let startY = yx + yy < 0 ? stored.height - 1 : 0
        let start = stored.baseAddress + startX * 3 + startY * stored.bytesPerRow
        for y in 0..<shown.height {
            var source = start + y * stepY
            var target = shown.baseAddress + y * shown.bytesPerRow
            for _ in 0..<shown.width {
                target[0] = source[0]
                target[1] = source[1]
                target[2] = source[2]
                source += stepX
                target += 3
            }
        }
    }
}
