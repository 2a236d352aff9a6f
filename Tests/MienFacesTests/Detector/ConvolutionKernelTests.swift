import CKernels
import MienFaces
import MienTensor
import TestSupport
import Testing

/// The convolution kernels against the definition, written out in double precision.
@Suite struct ConvolutionKernelTests {
    struct Shape: CustomTestStringConvertible {
        var gather: mien_gather
        var kernel: Int
        var stride: Int
        var width: Int
        var height: Int
        var inputs: Int
        var outputs: Int
        var skip = MIEN_SKIP_NONE
        var skipChannels = 8
        var relu = true
        var prelu = false
        func activation(_ sum: Double, slope: Float) -> Double {
            prelu ? max(sum, 0) + Double(slope) * min(sum, 0) : relu ? max(sum, 0) : sum
        }

        /// What the layer is by its definition, in doubles.
        func definition(
            _ input: FeatureMap, _ skipMap: FeatureMap, weights: [Float], biases: [Float], slopes: [Float],
            depthwise: [Float], pads: (Int, Int)
        ) -> [Double] {
            let (outWidth, outHeight) = ((width + stride - 1) / stride, (height + stride - 1) / stride)
            let inputCount = gather == MIEN_GATHER_PATCH ? kernel * kernel * inputs : inputs
            var expected = [Double](repeating: 0, count: outWidth * outHeight * outputs)
            for y in 0..<outHeight {
                for x in 0..<outWidth {
                    func tap(_ index: Int, _ channel: Int) -> Double {
                        let column = x * stride - pads.0 + index % kernel
                        let row = y * stride - pads.1 + index / kernel
                        guard column >= 0, column < width, row >= 0, row < height else { return 0 }
                        return Double(input.features(x: column, y: row)[channel])
                    }
                    let gathered: [Double] = (0..<inputCount).map { k in
                        switch gather {
                        case MIEN_GATHER_PATCH: tap(k / inputs, k % inputs)
                        case MIEN_GATHER_PIXEL: tap(0, k)
                        default:
                            (0..<9).reduce(Double(depthwise[9 * inputCount + k])) {
                                $0 + tap($1, k) * Double(depthwise[$1 * inputCount + k])
                            }
                        }
                    }
                    for n in 0..<outputs {
                        var sum = (0..<inputCount).reduce(Double(biases[n])) {
                            $0 + gathered[$1] * Double(weights[n * inputCount + $1])
                        }
                        if n < skipChannels {
                            if skip == MIEN_SKIP_SAME {
                                sum += Double(skipMap.features(x: x, y: y)[n])
                            } else if skip == MIEN_SKIP_POOLED {
                                sum += Double(
                                    (0..<4).map { skipMap.features(x: 2 * x + $0 % 2, y: 2 * y + $0 / 2)[n] }
                                        .max()!)
                            }
                        }
                        expected[(y * outWidth + x) * outputs + n] = activation(sum, slope: slopes[n])
                    }
                }
            }
            return expected
        }

        var testDescription: String {
            "\(gather) \(kernel)x\(kernel)/\(stride), \(width)x\(height)x\(inputs) -> \(outputs), skip \(skip)"
        }
    }

    static let shapes: [Shape] = [
        // SAME padding: 3 and 5, even and odd, stride 1 and 2.
        Shape(gather: MIEN_GATHER_PATCH, kernel: 3, stride: 2, width: 8, height: 6, inputs: 3, outputs: 8),
        Shape(gather: MIEN_GATHER_PATCH, kernel: 3, stride: 2, width: 7, height: 5, inputs: 3, outputs: 8),
        Shape(gather: MIEN_GATHER_PATCH, kernel: 5, stride: 2, width: 8, height: 6, inputs: 3, outputs: 24),
        Shape(gather: MIEN_GATHER_PATCH, kernel: 5, stride: 2, width: 7, height: 9, inputs: 3, outputs: 16),
        Shape(gather: MIEN_GATHER_PATCH, kernel: 5, stride: 1, width: 7, height: 6, inputs: 3, outputs: 8),
        Shape(
            gather: MIEN_GATHER_DEPTHWISE, kernel: 3, stride: 1, width: 9, height: 5, inputs: 24, outputs: 40),
        Shape(
            gather: MIEN_GATHER_DEPTHWISE, kernel: 3, stride: 2, width: 6, height: 4, inputs: 16, outputs: 8),
        Shape(
            gather: MIEN_GATHER_DEPTHWISE, kernel: 3, stride: 2, width: 5, height: 7, inputs: 8, outputs: 16),
        // Strips that run over several rows and end in the middle of a tile; the widest layer.
        Shape(
            gather: MIEN_GATHER_DEPTHWISE, kernel: 3, stride: 1, width: 25, height: 13, inputs: 32,
            outputs: 48),
        Shape(
            gather: MIEN_GATHER_PIXEL, kernel: 1, stride: 1, width: 13, height: 5, inputs: 384, outputs: 96),
        // Skips: the same channels, fewer, and pooled.
        Shape(
            gather: MIEN_GATHER_DEPTHWISE, kernel: 3, stride: 1, width: 6, height: 6, inputs: 24, outputs: 24,
            skip: MIEN_SKIP_SAME, skipChannels: 24),
        Shape(
            gather: MIEN_GATHER_PIXEL, kernel: 1, stride: 1, width: 6, height: 6, inputs: 8, outputs: 32,
            skip: MIEN_SKIP_SAME, skipChannels: 24),
        Shape(
            gather: MIEN_GATHER_DEPTHWISE, kernel: 3, stride: 1, width: 6, height: 6, inputs: 8, outputs: 48,
            skip: MIEN_SKIP_POOLED, skipChannels: 40, relu: false),
        // PReLU, and full convolutions of more channels.
        Shape(
            gather: MIEN_GATHER_PATCH, kernel: 3, stride: 2, width: 8, height: 8, inputs: 3, outputs: 16,
            relu: false, prelu: true),
        Shape(
            gather: MIEN_GATHER_PATCH, kernel: 2, stride: 2, width: 4, height: 4, inputs: 128, outputs: 64,
            relu: false, prelu: true),
        Shape(
            gather: MIEN_GATHER_DEPTHWISE, kernel: 3, stride: 1, width: 6, height: 6, inputs: 16, outputs: 32,
            skip: MIEN_SKIP_POOLED, skipChannels: 16, relu: false, prelu: true),
    ]

    @Test(arguments: shapes) func agreesWithItsDefinition(_ shape: Shape) {
        var random = TestNumbers()
        let outWidth = (shape.width + shape.stride - 1) / shape.stride
        let outHeight = (shape.height + shape.stride - 1) / shape.stride
        let isPatch = shape.gather == MIEN_GATHER_PATCH
        let taps = shape.kernel * shape.kernel
        let inputs = isPatch ? taps * shape.inputs : shape.inputs

        let input = FeatureMap(
            width: shape.width, height: shape.height, channels: shape.inputs, border: shape.kernel / 2)
        input.fill(&random)
        let pooled = shape.skip == MIEN_SKIP_POOLED ? 2 : 1
        let skip = FeatureMap(
            width: outWidth * pooled, height: outHeight * pooled, channels: shape.skipChannels)
        skip.fill(&random)
        let weights = (0..<shape.outputs * inputs).map { _ in random.next() }
        let biases = (0..<shape.outputs).map { _ in random.next() }
        let slopes = (0..<shape.outputs).map { _ in random.next() }
        let depthwise = (0..<10 * shape.inputs).map { _ in random.next() }

        // TensorFlow's SAME: ceil(n / s) outputs, the smaller half of the padding first.
        func pad(_ size: Int, _ out: Int) -> Int {
            max((out - 1) * shape.stride + shape.kernel - size, 0) / 2
        }
        let pads = (pad(shape.width, outWidth), pad(shape.height, outHeight))
        // The layers of our networks have even or odd sizes both ways, never mixed.
        #expect(pads.0 == pads.1)

        let expected = shape.definition(
            input, skip, weights: weights, biases: biases, slopes: slopes, depthwise: depthwise,
            pads: pads)

        let plain = FloatBuffer(weights)
        let packed = FloatBuffer(count: weights.count)
        mien_layer_pack(plain.baseAddress, Int32(inputs), Int32(shape.outputs), packed.baseAddress)
        let bias = FloatBuffer(biases)
        let slope = FloatBuffer(slopes)
        let depth = FloatBuffer(depthwise)
        var layer = mien_layer(
            gather: shape.gather, skip: shape.skip, relu: shape.relu, kernel: Int32(shape.kernel),
            stride: Int32(shape.stride), pad: Int32(pads.0), inputs: Int32(inputs),
            outputs: Int32(shape.outputs), depthwise: depth.baseAddress, weights: packed.baseAddress,
            bias: bias.baseAddress, slope: shape.prelu ? slope.baseAddress : nil)
        var (inputView, skipView) = (input.kernelView, skip.kernelView)
        for level in InstructionSet.allCases {
            let kernels = mien_conv_kernels_for(level.kernels).pointee
            let output = FeatureMap(width: outWidth, height: outHeight, channels: shape.outputs)
            var outputView = output.kernelView
            // In two parts, as two threads would.
            let middle = Int32(outWidth * outHeight / 3)
            kernels.run_layer(&layer, &inputView, &skipView, &outputView, 0, middle)
            kernels.run_layer(
                &layer, &inputView, &skipView, &outputView, middle, Int32(outWidth * outHeight))
            var worst = 0.0
            for pixel in 0..<outWidth * outHeight {
                let found = output.features(x: pixel % outWidth, y: pixel / outWidth)
                for n in 0..<shape.outputs {
                    worst = max(worst, abs(Double(found[n]) - expected[pixel * shape.outputs + n]))
                }
            }
            // Sums of up to 384 products of numbers below 1.
            #expect(worst < 1e-4, "instruction set \(level)")
            #expect(output.borderIsZero)
        }
    }

    @Test(arguments: InstructionSet.allCases) func upsamplingIsBilinearWithHalfPixelCentres(
        level: InstructionSet
    ) {
        let low = FeatureMap(width: 2, height: 2, channels: 8)
        for (index, value) in [0, 4, 8, 16].enumerated() {
            low.features(x: index % 2, y: index / 2)[3] = Float(value)
        }
        let map = FeatureMap(width: 4, height: 4, channels: 8)
        map.features(x: 0, y: 0)[3] = 100
        var (from, to) = (low.kernelView, map.kernelView)
        mien_conv_kernels_for(level.kernels).pointee.upsample_add(&from, &to, 0, 4)
        let expected: [Float] = [
            100, 1, 3, 4,
            2, 3.25, 5.75, 7,
            6, 7.75, 11.25, 13,
            8, 10, 14, 16,
        ]
        #expect((0..<16).map { map.features(x: $0 % 4, y: $0 / 4)[3] } == expected)
        #expect((0..<16).allSatisfy { map.features(x: $0 % 4, y: $0 / 4)[2] == 0 })
    }
}

/// Reproducible numbers in -0.5..<0.5.
struct TestNumbers {
    private var random = Random(seed: 12345)

    mutating func next() -> Float {
        Float.random(in: -0.5..<0.5, using: &random)
    }
}

extension FeatureMap {
    func fill(_ random: inout TestNumbers) {
        for y in 0..<height {
            for x in 0..<width {
                for channel in 0..<channels {
                    features(x: x, y: y)[channel] = random.next()
                }
            }
        }
    }

    /// Whether the pixels just outside the map are zero still (for a border of one pixel).
    var borderIsZero: Bool {
        let row = (width + 2) * channels
        let start = features(x: 0, y: 0) - row - channels
        return (0..<height + 2).allSatisfy { y in
            (0..<width + 2).allSatisfy { x in
                (1...height).contains(y) && (1...width).contains(x)
                    || (0..<channels).allSatisfy { start[y * row + x * channels + $0] == 0 }
            }
        }
    }
}
