import MienTimeline

/// Turns the cells of one record into a reading.
struct RowParser {
    /// What is wrong with a cell.
    struct Problem: Error {
        let text: String
    }

    let layout: TableLayout
    private let starts: (relative: Int, geometry: Int, blendshapes: Int)

    init(layout: TableLayout) {
        self.layout = layout
        starts = (layout.start(of: .relative), layout.start(of: .geometry), layout.start(of: .blendshapes))
    }

    /// The reading in a record.
    func reading(_ record: borrowing CSVRecord) throws(Problem) -> FaceReading {
        let face = try integer(record, 1) ?? -1
        guard let frame = try integer(record, 0) else {
            throw problem(record, 0, "the number of a frame")
        }
        guard face >= -1 else { throw problem(record, 1, "a face's number or -1") }
        let statusCell = layout.positions[6]
        guard let status = Self.statuses.first(where: { record.matches($0.rawValue, statusCell) }) else {
            throw problem(record, 6, Self.statuses.map(\.rawValue).joined(separator: ", "))
        }
        var reading = FaceReading(
            frame: Int(frame), faceID: face < 0 ? nil : Int(face),
            timestamp: try number(record, 2) ?? .nan, status: status)
        reading.confidence = try group(record, 3, Self.probability, InlineArray<1, Float>.self)?[0]
        reading.pts = try hasRoundedPTS(record) ? nil : integer(record, TableLayout.pts)
        reading.box = try group(record, TableLayout.box, Self.coordinate, InlineArray<4, Float>.self)
            .map { FaceRectangle(x: $0[0], y: $0[1], width: $0[2], height: $0[3]) }
        reading.expression = try group(record, TableLayout.expression, Self.probability)
            .map(ExpressionScores.init(values:))
        reading.actionUnits = try group(record, TableLayout.actionUnits, Self.probability)
            .map(ActionUnitScores.init(values:))
        reading.smoothedExpression = try group(
            record, TableLayout.smoothedExpression, Self.probability
        ).map(ExpressionScores.init(values:))
        reading.smoothedActionUnits = try group(
            record, TableLayout.smoothedActionUnits, Self.probability
        ).map(ActionUnitScores.init(values:))
        if layout.groups.contains(.relative) {
            reading.relativeActionUnits = try group(record, starts.relative, Self.difference)
                .map(RelativeActionUnits.init(values:))
        }
        if layout.groups.contains(.geometry) { reading.geometry = try geometry(record) }
        if layout.groups.contains(.blendshapes) {
            reading.blendshapes = try group(record, starts.blendshapes, Self.probability)
                .map(BlendshapeScores.init(values:))
        }
        return reading
    }

    /// The numbers of the geometry, any of which may be missing; nil if all are.
    private func geometry(_ record: borrowing CSVRecord) throws(Problem) -> FaceGeometry? {
        var result = FaceGeometry()
        var missing = 0
        for quantity in RowFormat.quantities {
            let column = starts.geometry + quantity.rawValue
            guard let value = try number(record, column) else {
                missing += 1
                continue
            }
            guard Self.coordinate.range.contains(Float(value)) else {
                throw problem(record, column, quantity.unit)
            }
            result[quantity] = Float(value)
        }
        return missing == FaceGeometry.count ? nil : result
    }

    /// The label in a column of labels.
    func label(_ record: borrowing CSVRecord, _ column: Int) throws(Problem) -> FacialExpression? {
        let cell = layout.positions[column]
        if record.isMissing(cell) { return nil }
        guard let label = Self.labels.first(where: { record.matches($0.name, cell) }) else {
            throw problem(record, column, Self.labels.map(\.name).joined(separator: ", "))
        }
        return label
    }

    /// Whether a spreadsheet dropped digits of the presentation timestamp, which then says nothing any more.
    func hasRoundedPTS(_ record: borrowing CSVRecord) -> Bool {
        record.integer(layout.positions[TableLayout.pts]) == .rounded
    }

    // `allCases` makes an array every time.
    private static let statuses = FrameStatus.allCases
    private static let labels = FacialExpression.allCases

    private static let probability = (range: Float(0)...1, expected: "a probability from 0 to 1")
    private static let difference = (range: Float(-1)...1, expected: "a difference from -1 to 1")
    private static let coordinate = (range: Float(-1e9)...1e9, expected: "pixels")

    /// A set of values that are there or missing together.
    private func group<let count: Int>(
        _ record: borrowing CSVRecord, _ first: Int, _ kind: (range: ClosedRange<Float>, expected: String),
        _: InlineArray<count, Float>.Type = InlineArray<count, Float>.self
    ) throws(Problem) -> InlineArray<count, Float>? {
        var values = InlineArray<count, Float>(repeating: 0)
        var missing = 0
        for i in 0..<count {
            let cell = layout.positions[first + i]
            if record.isMissing(cell) {
                missing += 1
            } else if let value = record.number(cell).map(Float.init), kind.range.contains(value) {
                values[i] = value
            } else {
                throw problem(record, first + i, kind.expected)
            }
        }
        if missing == 0 { return values }
        if missing == count { return nil }
        throw Problem(
            text:
                "\(missing) of the \(count) cells from \(layout.name(first)) to \(layout.name(first + count - 1)) "
                + "are empty, expected all of them or none")
    }

    private func integer(_ record: borrowing CSVRecord, _ column: Int) throws(Problem) -> Int64? {
        switch record.integer(layout.positions[column]) {
        case .missing: return nil
        case .value(let value): return value
        case .rounded, .none: throw problem(record, column, "an integer")
        }
    }

    private func number(_ record: borrowing CSVRecord, _ column: Int) throws(Problem) -> Double? {
        let cell = layout.positions[column]
        if record.isMissing(cell) { return nil }
        guard let value = record.number(cell) else { throw problem(record, column, "a number") }
        return value
    }

    private func problem(_ record: borrowing CSVRecord, _ column: Int, _ expected: String) -> Problem {
        Problem(
            text:
                "\(layout.name(column)) is \"\(record.excerpt(layout.positions[column]))\", expected \(expected)"
        )
    }
}
