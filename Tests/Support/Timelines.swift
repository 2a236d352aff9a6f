import MienTable
import MienTimeline

extension Random {
    package mutating func chance(_ probability: Double) -> Bool {
        Double.random(in: 0..<1, using: &self) < probability
    }

    package mutating func expression() -> ExpressionScores {
        let weights = (0..<8).map { _ in Float.random(in: 0...1, using: &self) }
        let sum = weights.reduce(0, +)
        return ExpressionScores(weights.map { $0 / sum })
    }

    package mutating func actionUnits() -> ActionUnitScores {
        ActionUnitScores((0..<12).map { _ in Float.random(in: 0...1, using: &self) })
    }

    /// A timeline with everything that happens: irregular frames, faces that come and go, frames without faces,
    /// skipped, held, dropped and damaged ones, pauses, clocks that stand still, jump back or are no number.
    package mutating func timeline(frames: Int, faces: Int, rate: Double = 30, every: Int = 1)
        -> [FaceReading]
    {
        var rows: [FaceReading] = []
        var time = 0.0
        var present = Set<Int>()
        for frame in 1...frames {
            for face in 0..<faces where chance(present.contains(face) ? 0.03 : 0.15) {
                present.formSymmetricDifference([face])
            }
            let pts = Int64((time * 90000).rounded())
            var status: FrameStatus = frame % every == 1 % every ? .ok : .skipped
            if chance(0.05) {
                status = [.dropped, .decodeError, .noFace, .held].randomElement(using: &self)!
            }
            if present.isEmpty || status == .noFace {
                rows.append(
                    FaceReading(
                        frame: frame, faceID: nil, timestamp: time,
                        status: status.continuesTrack ? .noFace : status,
                        pts: pts))
            } else {
                for face in present.sorted() { rows.append(row(frame, face, time, pts, status)) }
            }
            switch Int.random(in: 0..<200, using: &self) {
            case 0: time += 0
            case 1: time -= Double.random(in: 0...2, using: &self)
            case 2: time += Double.random(in: 0.4...1, using: &self)
            case 3...20: time += Double.random(in: 0.0001...0.2, using: &self)
            default: time += 1 / rate
            }
        }
        return rows
    }

    /// Gives rows that have scores something in the columns of all groups, with numbers missing here and there.
    package mutating func fill(_ rows: inout [FaceReading]) {
        for index in rows.indices where rows[index].smoothedActionUnits != nil {
            rows[index].relativeActionUnits = RelativeActionUnits(
                values: InlineArray { _ in Float.random(in: -1...1, using: &self) })
            if chance(0.1) { continue }
            var geometry = FaceGeometry()
            for quantity in FaceGeometry.Quantity.allCases where chance(0.95) {
                geometry[quantity] = Float.random(in: -400...400, using: &self)
            }
            rows[index].geometry = geometry
            rows[index].blendshapes = BlendshapeScores(
                values: InlineArray { _ in Float.random(in: 0...1, using: &self) })
        }
    }

    private mutating func row(
        _ frame: Int, _ face: Int, _ time: Double, _ pts: Int64, _ status: FrameStatus
    ) -> FaceReading {
        var reading = FaceReading(
            frame: frame, faceID: face, timestamp: chance(0.002) ? .nan : time,
            confidence: Float.random(in: 0...1, using: &self), status: status, pts: chance(0.1) ? nil : pts,
            box: FaceRectangle(
                x: Float.random(in: -50...4000, using: &self), y: Float.random(in: -50...4000, using: &self),
                width: Float.random(in: 1...900, using: &self),
                height: Float.random(in: 1...900, using: &self)))
        if status.isSuccess {
            reading.expression = expression()
            if !chance(0.02) { reading.actionUnits = actionUnits() }
            if chance(0.01) { reading.expression?[.fear] = .nan }
        }
        return reading
    }
}

/// Smooths all rows.
package func smooth(_ rows: [FaceReading], _ options: SmoothingOptions = SmoothingOptions()) throws
    -> [FaceReading]
{
    var smoother = try TimelineSmoother(options: options)
    var result: [FaceReading] = []
    for row in rows { smoother.push(row) { result.append($0) } }
    smoother.finish { result.append($0) }
    return result
}

/// Keeps what it is given.
package final class MemorySink: TableSink {
    package private(set) var bytes: [UInt8] = []
    package private(set) var writes: [Int] = []
    package private(set) var isCommitted = false

    package init() {}

    package func write(_ rows: Span<UInt8>) throws(TimelineError) {
        for i in rows.indices { bytes.append(rows[i]) }
        writes.append(rows.count)
    }

    package func commit() throws(TimelineError) { isCommitted = true }
}

/// The table of these rows.
package func table(_ rows: [FaceReading], groups: ColumnGroups = []) throws -> [UInt8] {
    let sink = MemorySink()
    let writer = TableWriter(sink: sink, groups: groups)
    for row in rows { try writer.write(row) }
    try writer.commit()
    return sink.bytes
}

/// The rows of a table.
package func readings(_ table: [UInt8], name: String = "table.csv") throws -> [FaceReading] {
    let reader = try TableReader(bytes: table, name: name)
    var rows: [FaceReading] = []
    while let row = try reader.next() { rows.append(row.reading) }
    return rows
}

extension FaceReading {
    /// A reading with something in every column of every table.
    package static let example = FaceReading(
        frame: 1, faceID: 0, timestamp: -0.0, confidence: 0.98765432, status: .ok, pts: -9000,
        box: FaceRectangle(x: -3.456, y: 12, width: 100.005, height: 0.25),
        expression: ExpressionScores([0.1, 0, 0, 0, 0.9, 0, 0, 0]),
        actionUnits: ActionUnitScores([0, 0.01, 0.02, 0.03, 0.04, 0.05, 0.06, 0.07, 0.08, 0.09, 0.1, 1]),
        smoothedExpression: ExpressionScores([0.6, 0, 0, 0, 0.4, 0, 0, 0]),
        smoothedActionUnits: ActionUnitScores(repeating: 0.5))
}
