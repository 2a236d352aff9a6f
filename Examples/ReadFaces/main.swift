import Mien

let analyzer = try Analyzer()
for try await reading in analyzer.readings(of: CommandLine.arguments[1]) {
    guard let face = reading.faceID, let scores = reading.smoothedExpression else { continue }
    let smile = reading.actionUnits?[.au12] ?? 0
    print(reading.timestamp, "face \(face):", scores.dominant ?? .other, "AU12", smile)
}
