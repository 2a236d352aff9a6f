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
        guard let output = arguments.string("--output") else {
            throw UsageError("no output given: -o DIR")
        }
        let source = try folders.first ?? Model.embedded().folder
        func resolved(_ path: String) -> String { URL(fileURLWithPath: path).resolvingSymlinksInPath().path }
        if resolved(output) == resolved(source) {
            throw UsageError("-o \(output): is the model folder itself, expected another")
        }
        guard !FileManager.default.fileExists(atPath: output) || arguments.has("-y") else {
            throw UsageError("\(output) exists; -y writes into it")
        }
        request = ModelQuantization(source: source, output: output)
        request.overwrites = arguments.has("-y")
        threads = try arguments.integer("--threads", in: 1...1024)
    }

    /// Makes the folder and says how it compares.
    func run(printsJSON: Bool) throws -> ExitCode {
        let comparison = try request.run(threads: threads)
        if printsJSON {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
            Console.print(String(decoding: try encoder.encode(comparison), as: UTF8.self))
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
