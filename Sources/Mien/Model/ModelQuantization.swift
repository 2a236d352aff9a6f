import Foundation
import MienCLIP
import MienHeads
import MienTensor

/// `mien model quantize`: a model folder with its encoder's weights in 8 bits.
package struct ModelQuantization: Sendable {
    /// The folder to read.
    package var source: String
    /// The folder to make.
    package var output: String
    /// Whether an existing folder may be written to.
    package var overwrites = false

    package init(source: String, output: String) {
        self.source = source
        self.output = output
    }

    /// How close the new folder's embeddings are to the old one's.
    package struct Comparison: Sendable, Codable, Equatable {
        /// The number of pictures, which are made ones.
        package var pictures: Int
        /// The cosine between both embeddings of a picture: the smallest, and the mean.
        package var leastCosine: Double
        package var meanCosine: Double
        /// The bytes of `model.safetensors`, before and after.
        package var bytesBefore: Int
        package var bytesAfter: Int

        enum CodingKeys: String, CodingKey {
            case pictures
            case leastCosine = "least_cosine"
            case meanCosine = "mean_cosine"
            case bytesBefore = "bytes_before"
            case bytesAfter = "bytes_after"
        }
    }

    /// Makes the folder, and compares its embeddings with those of the old one.
    ///
    /// The weights are written last: a folder without them is an unfinished one.
    ///
    /// - Throws: ``MienError``.
    package func run(threads: Int? = nil) throws(MienError) -> Comparison {
        let files = FileManager.default
        if files.fileExists(atPath: output), !overwrites {
            throw .output("\(output): exists; -y writes into it")
        }
        let workers = Workers(count: threads ?? ProcessInfo.processInfo.activeProcessorCount)
        // Opened first: a folder that is no model must not leave another behind.
        let before = try embeddings(Model(folder: source, threads: threads))
        for needed in ["config.json", "preprocessor_config.json"]
        where !files.fileExists(atPath: source + "/" + needed) {
            throw .model("\(source): no \(needed), expected a Hugging Face CLIP folder or a model folder")
        }
        let weights = output + "/model.safetensors"
        do {
            for name in ["model.safetensors", "model.safetensors.index.json"]
            where files.fileExists(atPath: output + "/" + name) {
                try files.removeItem(atPath: output + "/" + name)
            }
            let names = ["config.json", "preprocessor_config.json", "heads.safetensors", "mien.json"]
            try ModelFolder.copy(
                names.filter { files.fileExists(atPath: source + "/" + $0) }, from: source, to: output)
        } catch {
            throw .output("\(output): cannot be written: \(error.localizedDescription)")
        }
        do {
            try QuantizedCheckpoint.write(folder: source, to: weights, workers: workers)
        } catch {
            throw .model("\(error)")
        }
        let after = try embeddings(Model(folder: output, threads: threads))
        let width = before.count / Self.pictures
        let cosines = (0..<Self.pictures).map { picture in
            let range = picture * width..<(picture + 1) * width
            return cosine(before[range], after[range])
        }
        return Comparison(
            pictures: Self.pictures, leastCosine: cosines.min() ?? 0,
            meanCosine: cosines.reduce(0, +) / Double(cosines.count),
            bytesBefore: Self.weightBytes(source), bytesAfter: Self.weightBytes(output))
    }

    private static let pictures = 8

    /// Embeddings of pictures that the quantiser has not seen.
    private func embeddings(_ model: Model) throws(MienError) -> [Float] {
        let encoder = model.encoder
        let pixels = CalibrationPictures.pixels(count: Self.pictures, side: encoder.imageSize, seed: 2)
        return [Float](unsafeUninitializedCapacity: Self.pictures * encoder.embeddingWidth) { output, count in
            pixels.withUnsafeBufferPointer {
                encoder.encode($0.baseAddress!, count: Self.pictures, into: output.baseAddress!)
            }
            count = output.count
        }
    }

    private static func weightBytes(_ folder: String) -> Int {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return Model.bytes(
            of: names.filter { $0.hasSuffix(".safetensors") && $0 != "heads.safetensors" }, in: folder)
    }
}

/// The cosine of the angle between two vectors; 1 for two that are the same.
private func cosine(_ a: ArraySlice<Float>, _ b: ArraySlice<Float>) -> Double {
    var (product, first, second) = (0.0, 0.0, 0.0)
    for (x, y) in zip(a, b) {
        product += Double(x) * Double(y)
        first += Double(x) * Double(x)
        second += Double(y) * Double(y)
    }
    return first == second && first == 0 ? 1 : product / (first * second).squareRoot()
}
