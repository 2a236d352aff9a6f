/// Turns the cells of one record into a reading.
struct RowParser {
    /// What is wrong with a cell.
    struct Problem: Error {
        let text: String
    }

    let layout: TableLayout

    /// The reading in `cells` of `text`.
    func reading(_ text: Span<UInt8>, _ cells: [RecordScanner.Cell]) throws(Problem) -> FaceReading {
        let face = try integer(text, cells, 1) ?? -1
        guard let frame = try integer(text, cells, 0) else {
            throw problem(text, cells, 0, "the number of a frame")
        }
        guard face >= -1 else { throw problem(text, cells, 1, "a face's number or -1") }
        let statusCell = cell(cells, 6)
        guard let status = Self.statuses.first(where: { text.matches($0.rawValue, statusCell) }) else {
            throw problem(text, cells, 6, Self.statuses.map(\.rawValue).joined(separator: ", "))
        }
        var reading = FaceReading(
            frame: Int(frame), faceID: face < 0 ? nil : Int(face),
            timestamp: try number(text, cells, 2) ?? .nan, status: status)
        reading.confidence = try group(text, cells, 3, Self.probability, InlineArray<1, Float>.self)?[0]
        reading.pts = try integer(text, cells, 5)
        reading.box = try group(text, cells, TableLayout.box, Self.coordinate, InlineArray<4, Float>.self)
            .map { FaceRectangle(x: $0[0], y: $0[1], width: $0[2], height: $0[3]) }
        reading.expression = try group(text, cells, TableLayout.expression, Self.probability)
            .map(ExpressionScores.init(values:))
        reading.actionUnits = try group(text, cells, TableLayout.actionUnits, Self.probability)
            .map(ActionUnitScores.init(values:))
        reading.smoothedExpression = try group(
            text, cells, TableLayout.smoothedExpression, Self.probability
        ).map(ExpressionScores.init(values:))
        reading.smoothedActionUnits = try group(
            text, cells, TableLayout.smoothedActionUnits, Self.probability
        ).map(ActionUnitScores.init(values:))
        if layout.hasRelative {
            reading.relativeActionUnits = try group(
                text, cells, TableLayout.relativeActionUnits, Self.difference
            ).map(RelativeActionUnits.init(values:))
        }
        return reading
    }

    /// The label in a column of labels.
    func label(
        _ text: Span<UInt8>, _ cells: [RecordScanner.Cell], _ column: Int
    ) throws(Problem) -> FacialExpression? {
        let range = cell(cells, column)
        if text.isMissing(range) { return nil }
        guard let label = Self.labels.first(where: { text.matches($0.name, range) }) else {
            throw problem(text, cells, column, Self.labels.map(\.name).joined(separator: ", "))
        }
        return label
    }

    // `allCases` makes an array every time.
    private static let statuses = FrameStatus.allCases
    private static let labels = FacialExpression.allCases

    private static let probability = (range: Float(0)...1, expected: "a probability from 0 to 1")
    private static let difference = (range: Float(-1)...1, expected: "a difference from -1 to 1")
    private static let coordinate = (range: Float(-1e9)...1e9, expected: "pixels")

    private func cell(_ cells: [RecordScanner.Cell], _ column: Int) -> Range<Int> {
        cells[layout.positions[column]].range
    }

    /// A set of values that are there or missing together.
    private func group<let count: Int>(
        _ text: Span<UInt8>, _ cells: [RecordScanner.Cell], _ first: Int,
        _ kind: (range: ClosedRange<Float>, expected: String),
        _: InlineArray<count, Float>.Type = InlineArray<count, Float>.self
    ) throws(Problem) -> InlineArray<count, Float>? {
        var values = InlineArray<count, Float>(repeating: 0)
        var missing = 0
        for i in 0..<count {
            let range = cell(cells, first + i)
            if text.isMissing(range) {
                missing += 1
            } else if let value = text.number(range).map(Float.init), kind.range.contains(value) {
                values[i] = value
            } else {
                throw problem(text, cells, first + i, kind.expected)
            }
        }
        if missing == 0 { return values }
        if missing == count { return nil }
        throw Problem(
            text: "\(missing) of the \(count) cells from \(name(first)) to \(name(first + count - 1)) "
                + "are empty, expected all of them or none")
    }

    private func integer(
        _ text: Span<UInt8>, _ cells: [RecordScanner.Cell], _ column: Int
    ) throws(Problem) -> Int64? {
        let range = cell(cells, column)
        if text.isMissing(range) { return nil }
        guard let value = text.integer(range) else { throw problem(text, cells, column, "an integer") }
        return value
    }

    private func number(
        _ text: Span<UInt8>, _ cells: [RecordScanner.Cell], _ column: Int
    ) throws(Problem) -> Double? {
        let range = cell(cells, column)
        if text.isMissing(range) { return nil }
        guard let value = text.number(range) else { throw problem(text, cells, column, "a number") }
        return value
    }

    private func name(_ column: Int) -> String {
        let relative = column - TableLayout.relativeActionUnits
        return relative < 0 ? TableColumn.all[column].name : TableColumn.relative[relative].name
    }

    private func problem(
        _ text: Span<UInt8>, _ cells: [RecordScanner.Cell], _ column: Int, _ expected: String
    ) -> Problem {
        let range = cell(cells, column)
        let found = text.text(range.lowerBound..<min(range.upperBound, range.lowerBound + 40))
        return Problem(text: "\(name(column)) is \"\(found)\", expected \(expected)")
    }
}
