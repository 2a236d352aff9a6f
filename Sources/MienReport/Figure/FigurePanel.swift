import MienTimeline

/// One of the charts of a figure: where it is, and how time goes across it.
struct FigurePanel {
    static let ink = Palette.Colour(0x22262C)
    static let faint = Palette.Colour(0xD9DDE2)
    static let fontSize = 7.0

    let canvas: Canvas
    let x: Double
    let y: Double
    let width: Double
    let height: Double
    let series: FigureSeries

    func place(_ time: Double) -> Double {
        let range = series.range
        return x + (time - range.lowerBound) / (range.upperBound - range.lowerBound) * width
    }

    /// The probabilities of the expressions on top of each other.
    func drawStack() {
        frame(label: "Probability")
        canvas.clip(x: x, y: y, width: width, height: height) {
            for run in series.runs {
                // The highest first: each covers all of the one before it but its own band, so that no seam shows.
                for layer in layers(run) {
                    canvas.fill(layer.points, Palette.light.expressions[layer.index])
                }
            }
        }
        outline()
    }

    /// The probabilities of the expressions as lines.
    func drawCurves() {
        frame(label: "Probability")
        canvas.clip(x: x, y: y - 1, width: width, height: height + 2) {
            for i in 0..<ExpressionScores.count {
                for run in series.runs {
                    let line = columns(run).flatMap { column in
                        column.points.map {
                            (x: $0.x, y: level(column.low[i], column.high[i], isLow: $0.isLow))
                        }
                    }
                    guard line.allSatisfy({ !$0.y.isNaN }) else { continue }
                    canvas.stroke(line, Palette.light.expressions[i], width: 0.8)
                }
            }
        }
        outline()
    }

    /// The action units as a heat map: a row each, the darker the more probable.
    func drawUnits() throws(ReportError) {
        let rows = ActionUnitScores.count
        let count = max(1, min(1200, Int(width * 2.5)))
        var highest = Array(repeating: Float.nan, count: rows * count)
        for reading in series.times.indices {
            let first = max(
                0, Int(((place(series.times[reading]) - x) / width * Double(count)).rounded(.down)))
            let last = min(
                count - 1, Int(((place(series.ends[reading]) - x) / width * Double(count)).rounded(.up)) - 1)
            guard first < count else { continue }
            for column in first...max(first, last) {
                for unit in 0..<rows {
                    let score = series.score(reading, ExpressionScores.count + unit)
                    let cell = unit * count + column
                    if !(highest[cell] >= score) { highest[cell] = score }
                }
            }
        }
        try canvas.draw(
            cells: highest.map { $0.isNaN ? nil : Palette.light.colour(of: $0) }, columns: count, rows: rows,
            x: x,
            y: y, width: width, height: height)
        let pitch = height / Double(rows)
        for unit in ActionUnit.allCases {
            canvas.write(
                unit.name, x: x - 4, y: y + (Double(unit.index) + 0.5) * pitch + 2.4, size: Self.fontSize,
                Self.ink,
                .end)
            if unit.index > 0 {
                let line = y + Double(unit.index) * pitch
                canvas.stroke([(x, line), (x + width, line)], Palette.Colour(0xFFFFFF), width: 0.5)
            }
        }
        outline()
    }

    /// The axis of time below the panel.
    func drawTimeAxis(labelled: Bool) {
        let ticks = Ticks(series.range, count: max(2, Int(width / 40)))
        for value in ticks.values {
            canvas.stroke(
                [(place(value), y + height), (place(value), y + height + 2.5)], Self.ink, width: 0.5)
            guard labelled else { continue }
            canvas.write(
                ticks.label(value), x: place(value), y: y + height + 10, size: Self.fontSize, Self.ink,
                .middle)
        }
        guard labelled else { return }
        canvas.write(
            "Time (s)", x: x + width / 2, y: y + height + 21, size: Self.fontSize, Self.ink, .middle)
    }

    private func frame(label: String) {
        for (value, text) in [(0.0, "0"), (0.5, "0.5"), (1.0, "1")] {
            let line = y + height * (1 - value)
            canvas.stroke([(x, line), (x + width, line)], Self.faint, width: 0.5)
            canvas.write(text, x: x - 4, y: line + 2.4, size: Self.fontSize, Self.ink, .end)
        }
        canvas.write(
            label, x: x - 22, y: y + height / 2, size: Self.fontSize, Self.ink, .middle, isVertical: true)
    }

    private func outline() {
        canvas.stroke(
            [(x, y), (x, y + height), (x + width, y + height)], Self.ink, width: 0.5)
    }

    private func level(_ low: Float, _ high: Float, isLow: Bool) -> Double {
        y + height * (1 - Double(isLow ? low : high))
    }

    /// Readings that fall into the same quarter of a point are drawn as one.
    private struct Column {
        var start: Double
        var end: Double
        var count: Float = 0
        var low = InlineArray<8, Float>(repeating: .infinity)
        var high = InlineArray<8, Float>(repeating: -.infinity)
        var sum = InlineArray<8, Float>(repeating: 0)

        /// Where a line goes through: its lowest and its highest value if it stands for several readings.
        var points: [(x: Double, isLow: Bool)] {
            count > 1 ? [(start, true), (start, false)] : [(start, false)]
        }
    }

    private func columns(_ run: FigureSeries.Run) -> [Column] {
        var columns: [Column] = []
        for reading in run {
            // A reading without expressions has a place among those of action units only.
            guard !series.score(reading, 0).isNaN else { continue }
            let start = place(series.times[reading])
            if columns.isEmpty || start - columns[columns.count - 1].start >= 0.25 {
                columns.append(Column(start: start, end: start))
            }
            let last = columns.count - 1
            columns[last].count += 1
            columns[last].end = place(series.ends[reading])
            for i in 0..<ExpressionScores.count {
                let score = series.score(reading, i)
                columns[last].low[i] = min(columns[last].low[i], score)
                columns[last].high[i] = max(columns[last].high[i], score)
                columns[last].sum[i] += score
            }
        }
        // The last reading is there until its end.
        if var end = columns.last, end.end > end.start {
            end.start = end.end
            columns.append(end)
        }
        return columns
    }

    /// The areas below each expression and all after it, so that the first is on top, as in the legend.
    private func layers(_ run: FigureSeries.Run) -> [(index: Int, points: [(x: Double, y: Double)])] {
        let columns = columns(run)
        guard let first = columns.first, let last = columns.last else { return [] }
        var heights = Array(repeating: 0.0, count: columns.count)
        let layers = (0..<ExpressionScores.count).reversed().map {
            i -> (index: Int, points: [(x: Double, y: Double)]) in
            for c in columns.indices { heights[c] += Double(columns[c].sum[i] / columns[c].count) }
            let top = columns.indices.map { (x: columns[$0].start, y: y + height * (1 - heights[$0])) }
            return (index: i, points: [(first.start, y + height)] + top + [(last.start, y + height)])
        }
        return layers.reversed()
    }
}
