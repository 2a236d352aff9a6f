import Foundation
import MienImage
import MienSafetensors

/// The files that `tools/goldens/clip` makes.
enum Goldens {
    static let folder = Bundle.module.resourcePath! + "/Goldens"

    /// The default model, which is too large to be there twice.
    static let defaultModel = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../Sources/Mien/Resources/default").standardizedFileURL.path

    static func path(_ name: String) -> String { "\(folder)/\(name)" }

    /// The folder of the model that a golden belongs to.
    static func model(_ name: String) -> String { name == "default" ? defaultModel : path(name) }
}

/// Squares, and the embeddings that transformers computes for them.
struct ExpectedEmbeddings {
    let count: Int
    let side: Int
    let width: Int
    let pixels: [UInt8]
    let embeddings: [Float]

    init(_ name: String) throws {
        let file = try SafetensorsFile(path: "\(Goldens.path(name))/expected.safetensors")
        let pixels = try file.description(of: "pixels")
        (count, side) = (pixels.shape[0], pixels.shape[1])
        width = try file.description(of: "embeddings").shape[1]
        self.pixels = try file.bytes("pixels")
        embeddings = try file.floats("embeddings").elements
    }
}

extension Image {
    /// Gradients, edges and texture; `tools/goldens/clip` makes the same picture.
    static func pattern(width: Int, height: Int) -> Image {
        let image = Image(width: width, height: height)
        for y in 0..<height {
            for x in 0..<width {
                let edges = 97 * (((x >> 3) ^ (y >> 3)) & 1)
                let grey = 3 * x + 5 * y + ((x * x + 3 * y * y) >> 5) + edges
                image[x, y] = (
                    UInt8(truncatingIfNeeded: grey), UInt8(truncatingIfNeeded: grey + 85),
                    UInt8(truncatingIfNeeded: grey + 170)
                )
            }
        }
        return image
    }
}

/// The largest difference in units of the largest expected element.
func relativeError(_ found: some Sequence<Float>, _ expected: some Sequence<Float>) -> Float {
    let scale = expected.reduce(0) { max($0, abs($1)) }
    return zip(found, expected).reduce(0) { max($0, abs($1.0 - $1.1)) } / scale
}
