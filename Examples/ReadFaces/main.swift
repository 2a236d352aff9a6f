import Foundation
import Mien

guard CommandLine.arguments.count == 2 else { stop(because: "usage: ReadFaces VIDEO", status: 1) }
do {
    let analyzer = try Analyzer()
    for try await reading in analyzer.readings(of: CommandLine.arguments[1]) {
        guard let face = reading.faceID, let scores = reading.smoothedExpression else { continue }
        let smile = reading.actionUnits?[.au12] ?? 0
        print(reading.timestamp, "face \(face):", scores.dominant ?? .other, "AU12", smile)
    }
} catch {
    stop(because: "\(error)", status: 2)
}

func stop(because reason: String, status: Int32) -> Never {
    FileHandle.standardError.write(Data("\(reason)\n".utf8))
    exit(status)
}
