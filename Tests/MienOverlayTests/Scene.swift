import MienOverlay
import MienTimeline
import MienVideo

/// A grey picture with something drawn on it.
struct Scene {
    static let ground: UInt8 = 90
    let canvas: Canvas
    private let overlay = FrameOverlay()

    init(_ width: Int, _ height: Int) {
        canvas = Canvas(width: width, height: height)
    }

    /// Draws `frame` on a fresh picture.
    func draw(_ frame: OverlayFrame) {
        for y in 0..<canvas.height {
            (canvas.baseAddress + y * canvas.bytesPerRow).update(
                repeating: Self.ground, count: 4 * canvas.width)
        }
        overlay.draw(frame, on: canvas)
    }

    func isTouched(_ x: Int, _ y: Int) -> Bool {
        let pixel = canvas[x, y]
        return pixel.red != Self.ground || pixel.green != Self.ground || pixel.blue != Self.ground
    }

    /// The part of a rectangle's pixels that were drawn on.
    func touched(_ xs: Range<Int>, _ ys: Range<Int>) -> Double {
        var count = 0
        for y in ys { for x in xs where isTouched(x, y) { count += 1 } }
        return Double(count) / Double(xs.count * ys.count)
    }

    var touched: Double { touched(0..<canvas.width, 0..<canvas.height) }

    /// All pixels, to compare pictures by.
    var pixels: [UInt8] {
        (0..<canvas.height).flatMap { y in
            Array(
                UnsafeBufferPointer(
                    start: canvas.baseAddress + y * canvas.bytesPerRow, count: 4 * canvas.width))
        }
    }
}

/// A face with scores, happy by 87 per cent.
func face(_ id: Int, _ x: Float, _ y: Float, _ size: Float, status: FrameStatus = .ok) -> OverlayFace {
    var expression = ExpressionScores(repeating: 0.13 / 7)
    expression[.happiness] = 0.87
    var units = ActionUnitScores(repeating: 0.1)
    units[.au12] = 0.9
    return OverlayFace(
        id: id, box: FaceRectangle(x: x, y: y, width: size, height: size), status: status, label: .happiness,
        expression: expression, actionUnits: units)
}

func frame(_ faces: [OverlayFace], number: Int = 1, status: FrameStatus? = .ok) -> OverlayFrame {
    OverlayFrame(number: number, timestamp: Double(number - 1) / 25, status: status, faces: faces)
}
