import MienCLIP
import MienImage
import MienSafetensors
import Testing

@Suite struct ImagePreprocessorTests {
    static let configurations = [
        "clip", "bilinear-legacy", "larger-than-crop", "smaller-than-crop", "stretched", "crop-only",
    ]

    /// Byte for byte what CLIPImageProcessorPil makes.
    @Test(arguments: configurations) func squaresEqualPIL(_ name: String) throws {
        let folder = Goldens.path("preprocessing/\(name)")
        let preprocess = ImagePreprocessor(try #require(try PreprocessingConfiguration(folder: folder)))
        let expected = try SafetensorsFile(path: "\(folder)/expected.safetensors")
        #expect(expected.tensors.count == 14)
        for size in expected.tensors.keys {
            let extents = size.split(separator: "x").compactMap { Int($0) }
            let image = Image.pattern(width: extents[0], height: extents[1])
            #expect(try square(preprocess, image) == expected.bytes(size), "\(size)")
        }
    }

    /// The plan and buffers that it keeps between pictures do not show.
    @Test func picturesDoNotDependOnTheOnesBefore() {
        let preprocess = ImagePreprocessor(PreprocessingConfiguration(side: 12))
        for (width, height) in [(40, 30), (5, 90), (40, 30), (12, 12), (1, 1), (7, 9)] {
            let image = Image.pattern(width: width, height: height)
            let fresh = ImagePreprocessor(PreprocessingConfiguration(side: 12))
            #expect(square(preprocess, image) == square(fresh, image))
        }
    }

    /// A strip one pixel wide becomes a picture of 200,000 rows, of which only the crop is made.
    @Test func extremeAspectRatios() {
        let image = Image(width: 1, height: 20_000)
        for y in 0..<20_000 { image[0, y] = (UInt8(y / 100), 9, 200) }
        let preprocess = ImagePreprocessor(PreprocessingConfiguration(side: 10))
        let pixels = square(preprocess, image)
        #expect(stride(from: 0, to: 300, by: 3).allSatisfy { (99...100).contains(pixels[$0]) })
        #expect(stride(from: 2, to: 300, by: 3).allSatisfy { pixels[$0] == 200 })
    }

    private func square(_ preprocess: ImagePreprocessor, _ image: Image) -> [UInt8] {
        var pixels = [UInt8](repeating: 77, count: preprocess.side * preprocess.side * 3)
        pixels.withUnsafeMutableBufferPointer { pixels in
            guard let base = pixels.baseAddress else { return }
            preprocess(image, into: base)
        }
        return pixels
    }
}
