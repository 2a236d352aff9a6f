import CFFmpeg
import MienImage

/// The red, green, blue and perhaps alpha samples of a converted frame, planar or interleaved, and the pass
/// that writes them into an image: interleaved, upright, on black.
struct PixelPlanes {
    private let red, green, blue: UnsafePointer<UInt8>
    private let alpha: UnsafePointer<UInt8>?
    private let bytesPerRow: Int
    /// The distance between two samples of one channel: 1 in planes.
    private let step: Int
    private let width: Int
    private let height: Int

    /// The samples of `frame`, in one of the four formats that ``PixelConverter`` asks swscale for.
    init(_ frame: UnsafeMutablePointer<AVFrame>) {
        let fields = frame.pointee
        (width, height) = (Int(fields.width), Int(fields.height))
        bytesPerRow = Int(fields.linesize.0)
        let first = UnsafePointer(fields.data.0!)
        switch AVPixelFormat(rawValue: fields.format) {
        case AV_PIX_FMT_GBRP, AV_PIX_FMT_GBRAP:
            (green, blue, red) = (first, UnsafePointer(fields.data.1!), UnsafePointer(fields.data.2!))
            alpha = fields.data.3.map { UnsafePointer($0) }
            step = 1
            precondition(
                fields.linesize.1 == fields.linesize.0 && fields.linesize.2 == fields.linesize.0,
                "planes of one frame differ in stride")
        case AV_PIX_FMT_RGB24:
            (red, green, blue, alpha) = (first, first + 1, first + 2, nil)
            step = 3
        default:
            (red, green, blue, alpha) = (first, first + 1, first + 2, first + 3)
            step = 4
        }
    }

    func write(to image: Image, orientation: Orientation) {
        // The target's byte of the first pixel, and the way to the next one in the row and in the column.
        func offset(_ x: Int, _ y: Int) -> Int {
            let place = orientation.place(x: x, y: y, width: width, height: height)
            return place.y * image.bytesPerRow + 3 * place.x
        }
        let origin = offset(0, 0)
        let right = width > 1 ? offset(1, 0) - origin : 0
        let down = height > 1 ? offset(0, 1) - origin : 0
        let target = image.baseAddress + origin
        // A turned picture is written column by column: in tiles both sides stay in the cache.
        let tile = orientation.isTransposed ? 32 : width
        for left in stride(from: 0, to: width, by: tile) {
            let count = min(tile, width - left)
            for y in 0..<height {
                let row = target + (y * down + left * right)
                let source = y * bytesPerRow + left * step
                if let alpha {
                    blend(source, alpha: alpha + source, count: count, to: row, step: right)
                } else if right == 3, step == 1 {
                    interleave(source, count: count, to: row)
                } else {
                    copy(source, count: count, to: row, step: right)
                }
            }
        }
    }

    @inline(__always)
    private func interleave(_ source: Int, count: Int, to row: UnsafeMutablePointer<UInt8>) {
        let (r, g, b) = (red + source, green + source, blue + source)
        for x in 0..<count {
            row[3 &* x] = r[x]
            row[3 &* x &+ 1] = g[x]
            row[3 &* x &+ 2] = b[x]
        }
    }

    @inline(__always)
    private func copy(_ source: Int, count: Int, to row: UnsafeMutablePointer<UInt8>, step right: Int) {
        let (r, g, b) = (red + source, green + source, blue + source)
        var pixel = row
        for x in stride(from: 0, to: count &* step, by: step) {
            pixel[0] = r[x]
            pixel[1] = g[x]
            pixel[2] = b[x]
            pixel += right
        }
    }

    /// Straight alpha over black: every channel times alpha, rounded to nearest.
    @inline(__always)
    private func blend(
        _ source: Int, alpha: UnsafePointer<UInt8>, count: Int, to row: UnsafeMutablePointer<UInt8>,
        step right: Int
    ) {
        let (r, g, b) = (red + source, green + source, blue + source)
        for x in 0..<count {
            let pixel = row + x &* right
            let opacity = UInt32(alpha[x &* step])
            pixel[0] = UInt8(truncatingIfNeeded: (UInt32(r[x &* step]) &* opacity &+ 127) / 255)
            pixel[1] = UInt8(truncatingIfNeeded: (UInt32(g[x &* step]) &* opacity &+ 127) / 255)
            pixel[2] = UInt8(truncatingIfNeeded: (UInt32(b[x &* step]) &* opacity &+ 127) / 255)
        }
    }
}
