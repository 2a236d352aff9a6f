extension Baseline: Codable {
    private enum CodingKeys: String, CodingKey {
        case readings
        case units = "action_units"
        case expressions
    }

    private struct Unit: Codable {
        var median: Double
        var mad: Double
    }

    /// Reads `{"readings": 118, "action_units": {"AU01": {"median": 0.1, "mad": 0.01}, ...}, "expressions":
    /// {"neutral": 0.9, ...}}`; all twelve action units must be there, and all expressions or none.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        let units = try values.decode([String: Unit].self, forKey: .units)
        var (median, deviation) = (ActionUnitScores(repeating: 0), ActionUnitScores(repeating: 0))
        for unit in ActionUnit.allCases {
            guard let read = units[unit.name], 0...1 ~= read.median, 0...1 ~= read.mad else {
                throw DecodingError.dataCorruptedError(
                    forKey: .units, in: values,
                    debugDescription: "expected median and mad of \(unit.name) from 0 to 1")
            }
            median[unit] = Float(read.median)
            deviation[unit] = Float(read.mad)
        }
        let expressions = try values.decodeIfPresent([String: Double].self, forKey: .expressions)
        let expression = try expressions.map { read in
            var scores = ExpressionScores(repeating: 0)
            for expression in FacialExpression.allCases {
                guard let score = read[expression.name], 0...1 ~= score else {
                    throw DecodingError.dataCorruptedError(
                        forKey: .expressions, in: values,
                        debugDescription: "expected \(expression.name) from 0 to 1")
                }
                scores[expression] = Float(score)
            }
            return scores
        }
        self.init(
            median: median, deviation: deviation, expression: expression,
            readings: try values.decode(Int.self, forKey: .readings))
    }

    /// Writes what ``init(from:)`` reads, with six decimals.
    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(readings, forKey: .readings)
        let units = ActionUnit.allCases.map {
            ($0.name, Unit(median: Self.decimals(median[$0]), mad: Self.decimals(deviation[$0])))
        }
        try values.encode(Dictionary(uniqueKeysWithValues: units), forKey: .units)
        let expressions = expression.map { scores in
            FacialExpression.allCases.map { ($0.name, Self.decimals(scores[$0])) }
        }
        try values.encodeIfPresent(
            expressions.map { Dictionary(uniqueKeysWithValues: $0) }, forKey: .expressions)
    }

    private static func decimals(_ score: Float) -> Double {
        Double(fixedPoint(ofProbability: Double(score))) / Double(fixedPointOne)
    }
}
