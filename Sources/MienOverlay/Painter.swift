import CCairo
import MienVideo

/// Draws on one canvas with Cairo.
final class Painter {
    let bounds: Rect
    private let canvas: Canvas
    private let surface: OpaquePointer
    private let context: OpaquePointer

    enum Weight { case normal, bold }

    init(_ canvas: Canvas) {
        self.canvas = canvas
        bounds = Rect(x: 0, y: 0, width: Double(canvas.width), height: Double(canvas.height))
        surface = cairo_image_surface_create_for_data(
            canvas.baseAddress, CAIRO_FORMAT_RGB24, Int32(canvas.width), Int32(canvas.height),
            Int32(canvas.bytesPerRow))
        context = cairo_create(surface)
        let options = cairo_font_options_create()
        cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY)
        cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_SLIGHT)
        cairo_set_font_options(context, options)
        cairo_font_options_destroy(options)
    }

    deinit {
        cairo_destroy(context)
        cairo_surface_destroy(surface)
    }

    /// Runs `draw` between what Cairo must be told when others change the pixels.
    func paint(_ draw: () -> Void) {
        cairo_surface_mark_dirty(surface)
        draw()
        cairo_surface_flush(surface)
    }

    func fill(_ rect: Rect, _ colour: Colour, radius: Double = 0) {
        guard rect.width > 0, rect.height > 0 else { return }
        path(rect, radius: radius)
        use(colour)
        cairo_fill(context)
    }

    /// Draws the outline of `rect`, with a dark rim that keeps it visible on a ground of its colour.
    func outline(_ rect: Rect, _ colour: Colour, width: Double, radius: Double, isDashed: Bool) {
        // A line of odd width is sharp where its middle is that of a pixel.
        let shift = width.truncatingRemainder(dividingBy: 2) == 1 ? 0.5 : 0
        path(
            Rect(x: rect.x + shift, y: rect.y + shift, width: rect.width, height: rect.height), radius: radius
        )
        use(Colour(0x000000, alpha: 0.45))
        cairo_set_line_width(context, width * 2.2)
        cairo_stroke_preserve(context)
        use(colour)
        cairo_set_line_width(context, width)
        if isDashed {
            let dashes = [width * 4, width * 3]
            cairo_set_dash(context, dashes, 2, 0)
        }
        cairo_stroke(context)
        cairo_set_dash(context, nil, 0, 0)
    }

    /// Draws a line with a dark rim.
    func line(
        from start: (x: Double, y: Double), to end: (x: Double, y: Double), _ colour: Colour, width: Double
    ) {
        cairo_new_path(context)
        cairo_move_to(context, start.x, start.y)
        cairo_line_to(context, end.x, end.y)
        cairo_set_line_cap(context, CAIRO_LINE_CAP_ROUND)
        use(Colour(0x000000, alpha: 0.45))
        cairo_set_line_width(context, width * 2.2)
        cairo_stroke_preserve(context)
        use(colour)
        cairo_set_line_width(context, width)
        cairo_stroke(context)
        cairo_set_line_cap(context, CAIRO_LINE_CAP_BUTT)
    }

    func width(of text: String, size: Double, weight: Weight = .normal) -> Double {
        select(size, weight)
        var extents = cairo_text_extents_t()
        cairo_text_extents(context, text, &extents)
        return extents.x_advance
    }

    /// Writes `text` from `x` on, its capitals centred on `middle`.
    func write(
        _ text: String, x: Double, middle: Double, size: Double, weight: Weight = .normal, _ colour: Colour
    ) {
        select(size, weight)
        use(colour)
        // DejaVu's capitals are 0.73 em high.
        cairo_move_to(context, x.rounded(), (middle + 0.365 * size).rounded())
        cairo_show_text(context, text)
    }

    /// Whether Cairo found a font on this machine. Without one it draws with strokes of its own.
    var hasFont: Bool {
        select(12, .normal)
        return cairo_scaled_font_get_type(cairo_get_scaled_font(context)) != CAIRO_FONT_TYPE_USER
    }

    private func select(_ size: Double, _ weight: Weight) {
        cairo_select_font_face(
            context, "DejaVu Sans", CAIRO_FONT_SLANT_NORMAL,
            weight == .bold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL)
        cairo_set_font_size(context, size)
    }

    private func use(_ colour: Colour) {
        cairo_set_source_rgba(context, colour.red, colour.green, colour.blue, colour.alpha)
    }

    private func path(_ rect: Rect, radius: Double) {
        let radius = min(radius, rect.width / 2, rect.height / 2)
        cairo_new_path(context)
        guard radius > 0.5 else {
            cairo_rectangle(context, rect.x, rect.y, rect.width, rect.height)
            return
        }
        for quarter in 0..<4 {
            let start = Double(quarter) * .pi / 2 - .pi / 2
            let x = quarter < 2 ? rect.right - radius : rect.x + radius
            let y = quarter == 1 || quarter == 2 ? rect.bottom - radius : rect.y + radius
            cairo_arc(context, x, y, radius, start, start + .pi / 2)
        }
        cairo_close_path(context)
    }
}
