import Foundation
import Mien

/// `mien model quantize`: the same model with its encoder in 8 bits.
struct ModelQuantizeJob {
    private var request: ModelQuantization
    private let threads: Int?

    init(_ arguments: Arguments) throws {
        let folders = arguments.operands.dropFirst()
        guard folders.count <= 1 else {
            throw UsageError("quantize \(folders.joined(separator: " ")): expected one model folder")
        }
        let output = try ModelOutput(arguments)
        let source = try folders.first ?? Model.embedded().folder
        try output.check(against: source, kind: "model")
        request = ModelQuantization(source: source, output: output.path)
        request.overwrites = output.overwrites
        threads = try arguments.integer("--threads", in: 1...1024)
    }

    /// Makes the folder and says how it compares.
    func run(printsJSON: Bool) throws -> ExitCode {
        let comparison = try request.run(threads: threads)
        if printsJSON {
            try Console.print(json: comparison)
        } else {
            Console.print(
                String(
                    format: """
                        %@: %.1f MB of weights instead of %.1f
                        cosine to the embeddings before, over %d made pictures: %.5f at least, %.5f on average
                        """,
                    request.output, Double(comparison.bytesAfter) / 1e6, Double(comparison.bytesBefore) / 1e6,
                    comparison.pictures, comparison.leastCosine, comparison.meanCosine))
        }
        return .done
    }
}
