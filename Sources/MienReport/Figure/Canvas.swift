import CCairo
import Foundation
import MienTable
import MienTimeline

/// What a figure is drawn on: cairo's surface for PNG, SVG or PDF, in points from the top left corner.
///
/// What cairo makes goes to a sink, so that a file appears under its name only when it is whole.
final class Canvas {
    enum Format: String, CaseIterable {
        case png, svg, pdf
    }

    enum Alignment: Double {
        case start = 0
        case middle = 0.5
        case end = 1
    }

    private let context: OpaquePointer
    private let surface: OpaquePointer
    private let format: Format
    private let output: Output

    /// Where cairo's bytes go, and what went wrong there: an error cannot pass through C.
    private final class Output {
        let sink: any TableSink
        var failure: TimelineError?

        init(sink: any TableSink) {
            self.sink = sink
        }

        func write(_ bytes: UnsafeRawBufferPointer) -> Bool {
            guard failure == nil else { return false }
            do throws(TimelineError) {
                try sink.write(Array(bytes).span)
                return true
            } catch {
                failure = error
                return false
            }
        }

        static let callback: cairo_write_func_t = { closure, data, length in
            guard let closure else { return CAIRO_STATUS_WRITE_ERROR }
            let output = Unmanaged<Output>.fromOpaque(closure).takeUnretainedValue()
            let isWritten = output.write(UnsafeRawBufferPointer(start: data, count: Int(length)))
            return isWritten ? CAIRO_STATUS_SUCCESS : CAIRO_STATUS_WRITE_ERROR
        }

        var closure: UnsafeMutableRawPointer { Unmanaged.passUnretained(self).toOpaque() }
    }

    /// - Parameters:
    ///   - width, height: In points.
    ///   - resolution: Pixels to the inch of a PNG.
    init(
        _ format: Format, width: Double, height: Double, resolution: Double, sink: any TableSink
    ) throws(ReportError) {
        self.format = format
        output = Output(sink: sink)
        let scale = format == .png ? resolution / 72 : 1
        switch format {
        case .png:
            surface = cairo_image_surface_create(
                CAIRO_FORMAT_RGB24, Int32((width * scale).rounded()), Int32((height * scale).rounded()))
        case .svg:
            surface = cairo_svg_surface_create_for_stream(Output.callback, output.closure, width, height)
            cairo_svg_surface_set_document_unit(surface, CAIRO_SVG_UNIT_PT)
        case .pdf:
            surface = cairo_pdf_surface_create_for_stream(Output.callback, output.closure, width, height)
        }
        context = cairo_create(surface)
        cairo_scale(context, scale, scale)
        cairo_select_font_face(context, "DejaVu Sans", CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_NORMAL)
        try check()
        set(Palette.Colour(0xFFFFFF))
        cairo_paint(context)
        guard self.width(of: "0", size: 8) > 0 else {
            throw .missing("no font is installed to label the figure with: apt-get install fonts-dejavu-core")
        }
    }

    deinit {
        cairo_destroy(context)
        // An unfinished vector surface would write its end now.
        cairo_surface_finish(surface)
        cairo_surface_destroy(surface)
    }

    /// Ends the drawing: all of it is with the sink afterwards.
    func finish() throws(ReportError) {
        if format == .png {
            let status = cairo_surface_write_to_png_stream(surface, Output.callback, output.closure)
            if let failure = output.failure { throw .timeline(failure) }
            guard status == CAIRO_STATUS_SUCCESS else { throw Self.failure(status) }
        } else {
            cairo_surface_finish(surface)
        }
        try check()
    }

    func fill(x: Double, y: Double, width: Double, height: Double, _ colour: Palette.Colour) {
        set(colour)
        cairo_rectangle(context, x, y, width, height)
        cairo_fill(context)
    }

    /// Fills what the points enclose.
    func fill(_ points: [(x: Double, y: Double)], _ colour: Palette.Colour) {
        set(colour)
        trace(points)
        cairo_close_path(context)
        cairo_fill(context)
    }

    func stroke(_ points: [(x: Double, y: Double)], _ colour: Palette.Colour, width: Double) {
        set(colour)
        cairo_set_line_width(context, width)
        cairo_set_line_join(context, CAIRO_LINE_JOIN_ROUND)
        trace(points)
        cairo_stroke(context)
    }

    /// Draws inside a rectangle only.
    func clip(x: Double, y: Double, width: Double, height: Double, _ body: () -> Void) {
        cairo_save(context)
        cairo_rectangle(context, x, y, width, height)
        cairo_clip(context)
        body()
        cairo_restore(context)
    }

    /// Writes `text` with its baseline at `y`; turned by a quarter to the left if `isVertical`.
    func write(
        _ text: String, x: Double, y: Double, size: Double, _ colour: Palette.Colour,
        _ alignment: Alignment = .start, isVertical: Bool = false
    ) {
        cairo_save(context)
        set(colour)
        cairo_set_font_size(context, size)
        cairo_translate(context, x, y)
        if isVertical { cairo_rotate(context, -Double.pi / 2) }
        cairo_move_to(context, -width(of: text, size: size) * alignment.rawValue, 0)
        cairo_show_text(context, text)
        cairo_restore(context)
    }

    func width(of text: String, size: Double) -> Double {
        cairo_set_font_size(context, size)
        var extents = cairo_text_extents_t()
        cairo_text_extents(context, text, &extents)
        return extents.x_advance
    }

    /// Draws an image of `columns` by `rows` cells, each of one colour; nil shows the ground.
    ///
    /// Viewers of SVG and PDF blur an image where they enlarge it. Cells are a dozen pixels high, so that rows, which
    /// have nothing to do with each other, do not run into each other.
    func draw(
        cells: [Palette.Colour?], columns: Int, rows: Int, x: Double, y: Double, width: Double, height: Double
    ) throws(ReportError) {
        let repeats = 12
        guard
            let image = cairo_image_surface_create(
                CAIRO_FORMAT_ARGB32, Int32(columns), Int32(rows * repeats)),
            let pixels = cairo_image_surface_get_data(image)
        else { throw .drawing("no memory for an image of \(columns) x \(rows * repeats)") }
        let stride = Int(cairo_image_surface_get_stride(image))
        for row in 0..<rows * repeats {
            let line = UnsafeMutableRawPointer(pixels + row * stride)
            for column in 0..<columns {
                guard let colour = cells[row / repeats * columns + column] else { continue }
                let value =
                    0xFF00_0000 | UInt32(colour.red) << 16 | UInt32(colour.green) << 8 | UInt32(colour.blue)
                line.storeBytes(of: value, toByteOffset: column * 4, as: UInt32.self)
            }
        }
        cairo_surface_mark_dirty(image)
        cairo_save(context)
        cairo_translate(context, x, y)
        cairo_scale(context, width / Double(columns), height / Double(rows * repeats))
        cairo_set_source_surface(context, image, 0, 0)
        cairo_pattern_set_filter(cairo_get_source(context), CAIRO_FILTER_NEAREST)
        cairo_paint(context)
        cairo_restore(context)
        cairo_surface_destroy(image)
        try check()
    }

    private func set(_ colour: Palette.Colour) {
        cairo_set_source_rgb(
            context, Double(colour.red) / 255, Double(colour.green) / 255, Double(colour.blue) / 255)
    }

    private func trace(_ points: [(x: Double, y: Double)]) {
        cairo_new_path(context)
        for point in points { cairo_line_to(context, point.x, point.y) }
    }

    private func check() throws(ReportError) {
        if let failure = output.failure { throw .timeline(failure) }
        for status in [cairo_status(context), cairo_surface_status(surface)]
        where status != CAIRO_STATUS_SUCCESS {
            throw Self.failure(status)
        }
    }

    private static func failure(_ status: cairo_status_t) -> ReportError {
        .drawing("the figure cannot be drawn: \(String(cString: cairo_status_to_string(status)))")
    }
}
