import MienImage
import MienOverlay
import MienTable
import MienTensor
import MienTimeline
import MienVideo

/// Draws over one picture after the other, on a canvas of their size.
struct OverlayDrawing {
    private let overlay: FrameOverlay
    private var canvas: Canvas?

    init(decisions: ActionUnitDecisions) {
        overlay = FrameOverlay(decisions: decisions)
    }

    /// The picture with `content` drawn into it; valid until the next one.
    mutating func draw(_ content: OverlayFrame, over image: Image) -> Canvas {
        let canvas = canvas(for: image)
        canvas.copy(image)
        overlay.draw(content, on: canvas)
        return canvas
    }

    private mutating func canvas(for image: Image) -> Canvas {
        if let canvas, canvas.width == image.width, canvas.height == image.height { return canvas }
        let new = Canvas(width: image.width, height: image.height)
        canvas = new
        return new
    }
}

extension OverlayFrame {
    /// The frame of which `readings` were made.
    init(number: Int, timestamp: Double, readings: [FaceReading]) {
        self.init(number: number, timestamp: timestamp, status: nil)
        for reading in readings { add(reading, label: nil) }
    }

    /// Adds what `reading` says of the frame.
    ///
    /// - Parameter label: What the table calls the expression, if there is a table.
    mutating func add(_ reading: FaceReading, label: FacialExpression?) {
        // The frame is read as soon as one of its faces is.
        if status?.isSuccess != true { status = reading.status }
        guard let id = reading.faceID, let box = reading.box else { return }
        faces.append(
            OverlayFace(
                id: id, box: box, status: reading.status,
                label: label ?? reading.smoothedExpression?.dominant, expression: reading.smoothedExpression,
                actionUnits: reading.smoothedActionUnits, geometry: reading.geometry))
    }
}

extension FileSink {
    /// Starts the file of an overlay.
    convenience init(overlay path: String, replacing: Bool) throws(MienError) {
        do {
            try self.init(path: path, replacing: replacing)
        } catch .unfinished(let path) {
            throw .output(
                "\(path) is left from a run that could not finish; it is only replaced when asked for")
        } catch {
            throw .output("\(error)")
        }
    }
}

extension FrameOverlay {
    static let noFontWarning =
        "this machine has no font: letters are drawn plainly (Debian's is in fonts-dejavu-core)"
}
