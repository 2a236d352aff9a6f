import MienTimeline

/// A face's scores as lines of bars: eight expressions, and twelve action units beside or below them.
///
///     face 0   happiness 83%   ok
///     neutral    ██······    21    AU01  ▎····   4   AU12  ████·  83
struct FaceBlock {
    /// How the bars lie.
    enum Shape {
        /// Expressions, and beside them two columns of action units: 9 lines.
        case wide
        /// Expressions, and below them two columns of action units: 15 lines.
        case tall
        /// The expressions alone: 9 lines.
        case short
        /// One line: the expression and the action units that are active.
        case line

        /// The number of lines.
        var height: Int {
            switch self {
            case .wide, .short: 9
            case .tall: 15
            case .line: 1
            }
        }

        /// The fewest columns that it is legible in.
        var leastWidth: Int {
            switch self {
            case .wide: 58
            case .tall, .short: 24
            case .line: 1
            }
        }
    }

    private typealias Ink = TerminalLine.Ink

    let shape: Shape
    let width: Int
    let style: TerminalStyle
    let decisions: ActionUnitDecisions

    private static let nameWidth = 9
    private static let valueWidth = 4

    /// The lines of a face, ``Shape/height`` of them, each of ``width`` cells.
    func lines(_ face: LiveScene.Face) -> [TerminalLine] {
        if shape == .line { return [summary(face)] }
        var lines = [title(face)]
        for row in 0..<(shape.height - 1) {
            var line = TerminalLine(columns: width)
            switch shape {
            case .wide:
                // Two columns of action units of 14 cells or more, 2 cells between the columns.
                let unitWidth = (width - 4) / 4
                let expressionWidth = width - 4 - 2 * unitWidth
                put(expression: row, of: face, at: 0, width: expressionWidth, in: &line)
                if row < 6 {
                    put(unit: row, of: face, at: expressionWidth + 2, width: unitWidth, in: &line)
                    put(
                        unit: row + 6, of: face, at: expressionWidth + unitWidth + 4, width: unitWidth,
                        in: &line)
                }
            case .tall, .short:
                let unitWidth = (width - 2) / 2
                if row < 8 {
                    put(expression: row, of: face, at: 0, width: width, in: &line)
                } else {
                    put(unit: row - 8, of: face, at: 0, width: unitWidth, in: &line)
                    put(unit: row - 2, of: face, at: unitWidth + 2, width: unitWidth, in: &line)
                }
            case .line: break
            }
            lines.append(line)
        }
        return lines
    }

    private func title(_ face: LiveScene.Face) -> TerminalLine {
        var line = TerminalLine(columns: width)
        var place = line.put("face \(face.id)", at: 0, .face(face.id))
        // Whole words, or none.
        let facts: [(String, Ink)] = [
            (Self.reading(face), .bold), (face.status.words, face.status.ink),
            (face.geometry.map(Self.direction) ?? "", .dim),
        ]
        for (text, ink) in facts where !text.isEmpty && place + 2 + text.count <= width {
            place = line.put("  " + text, at: place, ink)
        }
        return line
    }

    private func summary(_ face: LiveScene.Face) -> TerminalLine {
        var line = title(face)
        guard let scores = face.smoothedActionUnits ?? face.actionUnits else { return line }
        let active = decisions.active(scores).map { "\($0.rawValue)" }
        guard !active.isEmpty else { return line }
        let text = "  AU " + active.joined(separator: " ")
        let used = line.text(coloured: false).reversed().drop { $0 == " " }.count
        if used + text.count <= width { line.put(text, at: used) }
        return line
    }

    /// Where head and eyes point, as in `head +12 -5, gaze +3 -2`: towards the own left and up in degrees.
    private static func direction(_ geometry: FaceGeometry) -> String {
        func angles(_ name: String, _ yaw: Float?, _ pitch: Float?) -> String? {
            guard let yaw, let pitch else { return nil }
            func signed(_ value: Float) -> String { (value < 0 ? "" : "+") + "\(Int(value.rounded()))" }
            return "\(name) \(signed(yaw)) \(signed(pitch))"
        }
        return [
            angles("head", geometry[.poseYaw], geometry[.posePitch]),
            angles("gaze", geometry[.gazeYaw], geometry[.gazePitch]),
        ].compactMap(\.self).joined(separator: ", ")
    }

    private static func reading(_ face: LiveScene.Face) -> String {
        guard let scores = face.smoothedExpression ?? face.expression, let label = scores.dominant else {
            return "no reading"
        }
        return "\(label.name) \(percent(scores[label]))%"
    }

    private func put(
        expression row: Int, of face: LiveScene.Face, at column: Int, width: Int, in line: inout TerminalLine
    ) {
        let label = FacialExpression.allCases[row]
        let scores = face.smoothedExpression ?? face.expression
        put(
            label.name, name: Self.nameWidth, score: scores?[label], raw: face.expression?[label],
            isStrong: scores?.dominant == label, of: face, at: column, width: width, in: &line)
    }

    private func put(
        unit row: Int, of face: LiveScene.Face, at column: Int, width: Int, in line: inout TerminalLine
    ) {
        let unit = ActionUnit.allCases[row]
        let score = (face.smoothedActionUnits ?? face.actionUnits)?[unit]
        put(
            decisions.name(of: unit), name: 5, score: score, raw: face.actionUnits?[unit],
            isStrong: score.map { decisions.isActive(unit, $0) } ?? false, of: face,
            at: column, width: width, in: &line)
    }

    /// A name, a bar of the smoothed score with a mark where the raw one is, and per cent.
    private func put(
        _ text: String, name: Int, score: Float?, raw: Float?, isStrong: Bool, of face: LiveScene.Face,
        at column: Int, width: Int, in line: inout TerminalLine
    ) {
        // What is no probability is no score.
        let score = score.flatMap { 0...1 ~= $0 ? $0 : nil }
        let bar = ScoreBar(width: width - name - 1 - Self.valueWidth, style: style)
        line.put(text, at: column, upTo: column + name, isStrong ? .bold : .plain)
        guard bar.width > 0 else {
            return line.put(
                score.map { "\(Self.percent($0))" } ?? "-", before: column + width, isStrong ? .bold : .plain)
        }
        let left = column + name + 1
        line.put(bar.track, at: left, .dim)
        line.put(bar.filled(score), at: left, isStrong ? .face(face.id) : .plain)
        if let raw, raw >= 0, raw <= 1 {
            let place = min(Int((raw * Float(bar.width)).rounded(.down)), bar.width - 1)
            // Where the bar itself ends there the mark would hide how far it goes.
            let end = bar.filled(score).count
            if place >= end { line.put(style.hasUnicode ? "│" : "|", at: left + place, .dim) }
        }
        let value = score.map { "\(Self.percent($0))" } ?? "-"
        line.put(value, before: column + width, isStrong ? .bold : .plain)
    }

    private static func percent(_ score: Float) -> Int {
        Int((score * 100).rounded())
    }
}

extension FrameStatus {
    /// The status in words.
    fileprivate var words: String { rawValue.replacing("_", with: " ") }

    fileprivate var ink: TerminalLine.Ink {
        switch self {
        case .ok: .good
        case .held, .skipped, .noFace: .dim
        case .dropped: .warning
        case .decodeError, .outage: .bad
        }
    }
}
