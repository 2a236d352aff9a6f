import MienTable
import MienTimeline

/// A still picture of one face's timeline, for papers: expressions and action units over seconds.
package struct Figure {
    /// What the name of a figure may end with.
    package static let formats = Canvas.Format.allCases.map(\.rawValue)

    /// The number of the face that is drawn.
    package var face: Int { series.face }

    private let series: FigureSeries
    private let options: FigureOptions

    // Points.
    private static let left = 34.0
    private static let right = 66.0
    private static let chart = 92.0
    private static let unit = 9.0
    private static let gap = 12.0
    private static let axis = 26.0

    /// Reads the face's rows from the table at `path`.
    ///
    /// - Throws: `.absent` if the table has no such face, or no reading of it in the time asked for.
    package init(table path: String, options: FigureOptions) throws(ReportError) {
        self.options = options
        series = try FigureSeries(path, options: options)
    }

    /// Draws the figure.
    ///
    /// - Parameter format: One of ``formats``.
    package func write(format: String, to sink: any TableSink) throws(ReportError) {
        guard let format = Canvas.Format(rawValue: format) else {
            throw .drawing("'\(format)': expected \(Self.formats.joined(separator: ", "))")
        }
        let stacked = options.expressions == .stacked || options.expressions == .both
        let curves = options.expressions == .curves || options.expressions == .both
        let heights =
            (stacked ? [Self.chart] : []) + (curves ? [Self.chart] : [])
            + (options.showsUnits ? [Self.unit * Double(ActionUnitScores.count)] : [])
        let top = options.title == nil ? 8.0 : 22.0
        let total = top + heights.reduce(0, +) + Self.gap * Double(heights.count - 1) + Self.axis
        let width = options.width * 72 / 25.4
        let canvas = try Canvas(
            format, width: width, height: total, resolution: options.resolution, sink: sink)
        if let title = options.title {
            canvas.write(title, x: Self.left, y: 13, size: 8.5, FigurePanel.ink)
        }
        var y = top
        for (i, height) in heights.enumerated() {
            let panel = FigurePanel(
                canvas: canvas, x: Self.left, y: y, width: width - Self.left - Self.right, height: height,
                series: series)
            switch (i, stacked) {
            case (0, true): panel.drawStack()
            case _ where i < (stacked ? 1 : 0) + (curves ? 1 : 0): panel.drawCurves()
            default: try panel.drawUnits()
            }
            let isUnits = options.showsUnits && i == heights.count - 1
            if isUnits {
                drawScale(canvas, x: width - Self.right + 12, y: y, height: height)
            } else if i == 0 {
                drawLegend(canvas, x: width - Self.right + 12, y: y)
            }
            panel.drawTimeAxis(labelled: i == heights.count - 1)
            y += height + Self.gap
        }
        try canvas.finish()
    }

    private func drawLegend(_ canvas: Canvas, x: Double, y: Double) {
        for (row, expression) in FacialExpression.allCases.enumerated() {
            let line = y + 4 + Double(row) * 11
            canvas.fill(
                x: x, y: line - 1, width: 7, height: 7, Palette.light.expressions[expression.rawValue])
            canvas.write(expression.name, x: x + 10, y: line + 5, size: FigurePanel.fontSize, FigurePanel.ink)
        }
    }

    private func drawScale(_ canvas: Canvas, x: Double, y: Double, height: Double) {
        let steps = 64
        for step in 0..<steps {
            let value = 1 - Float(step) / Float(steps - 1)
            // A little overlap, so that no seam shows between the steps.
            canvas.fill(
                x: x, y: y + Double(step) * height / Double(steps), width: 7,
                height: height / Double(steps) + (step == steps - 1 ? 0 : 0.3),
                Palette.light.colour(of: value))
        }
        for (value, text) in [(1.0, "1"), (0.5, "0.5"), (0.0, "0")] {
            canvas.write(
                text, x: x + 10, y: y + height * (1 - value) + 2.4, size: FigurePanel.fontSize,
                FigurePanel.ink)
        }
        canvas.write(
            "Probability", x: x + 33, y: y + height / 2, size: FigurePanel.fontSize, FigurePanel.ink, .middle,
            isVertical: true)
    }
}
