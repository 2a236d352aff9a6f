import CKernels
import Foundation
import MienTensor
import TestSupport
import Testing

@Suite struct YUVKernelTests {
    struct Layout: Sendable {
        var width: Int
        var height: Int
        var halvesRows: Bool
        var isLeft: Bool
        var isFullRange: Bool
    }

    static let layouts = [(2, 2), (34, 6), (70, 10)].flatMap { size in
        (0..<8).map {
            Layout(
                width: size.0, height: size.1, halvesRows: $0 & 1 == 0, isLeft: $0 & 2 == 0,
                isFullRange: $0 & 4 == 0)
        }
    }

    /// One plane of random samples with room at the end of each row.
    private struct Plane {
        let width: Int
        let height: Int
        let row: Int
        let samples: [UInt8]

        init(_ width: Int, _ height: Int, _ generator: inout Random) {
            (self.width, self.height, row) = (width, height, width + 5)
            samples = (0..<row * height).map { _ in UInt8.random(in: 0...255, using: &generator) }
        }

        /// The sample at a place between the pixels, edges repeated, linearly interpolated.
        func value(_ x: Double, _ y: Double) -> Double {
            func sample(_ x: Double, _ y: Double) -> Double {
                let column = min(max(Int(x), 0), width - 1), line = min(max(Int(y), 0), height - 1)
                return Double(samples[line * row + column])
            }
            let (left, top) = (x.rounded(.down), y.rounded(.down))
            let upper = sample(left, top) * (left + 1 - x) + sample(left + 1, top) * (x - left)
            let lower = sample(left, top + 1) * (left + 1 - x) + sample(left + 1, top + 1) * (x - left)
            return upper * (top + 1 - y) + lower * (y - top)
        }
    }

    private func convert(_ y: Plane, _ u: Plane, _ v: Plane, _ layout: Layout, _ level: InstructionSet)
        -> [UInt8]
    {
        // BT.601, as swscale has it.
        let matrix = mien_yuv_matrix_of([104597, 132201, 25675, 53279], layout.isFullRange)
        var out = [UInt8](repeating: 7, count: 3 * layout.width * layout.height)
        let scratch = FloatBuffer(count: mien_yuv_scratch(Int32(layout.width)) / 4 + 1)
        y.samples.withUnsafeBufferPointer { luma in
            u.samples.withUnsafeBufferPointer { blue in
                v.samples.withUnsafeBufferPointer { red in
                    var picture = mien_yuv_picture(
                        y: luma.baseAddress!, u: blue.baseAddress!, v: red.baseAddress!, y_row: y.row,
                        u_row: u.row, v_row: v.row, width: Int32(layout.width), height: Int32(layout.height),
                        halves_rows: layout.halvesRows, is_left: layout.isLeft)
                    mien_yuv_kernels_for(level.kernels).pointee.to_rgb(
                        &picture, matrix, &out, 3 * layout.width, scratch.baseAddress)
                }
            }
        }
        return out
    }

    @Test(arguments: layouts, [InstructionSet.baseline, .default])
    func everyPixelIsTheDefinitionRounded(layout: Layout, level: InstructionSet) {
        var generator = Random(seed: 11)
        let (width, height) = (layout.width, layout.height)
        let y = Plane(width, height, &generator)
        let chromaHeight = layout.halvesRows ? height / 2 : height
        let u = Plane(width / 2, chromaHeight, &generator)
        let v = Plane(width / 2, chromaHeight, &generator)
        let out = convert(y, u, v, layout, level)
        let (black, lumaRange, chromaRange) = layout.isFullRange ? (0.0, 255.0, 255.0) : (16.0, 219.0, 224.0)
        var worst = 0.0
        for line in 0..<height {
            for column in 0..<width {
                let x = (Double(column) + (layout.isLeft ? 0 : -0.5)) / 2
                let down = layout.halvesRows ? (Double(line) - 0.5) / 2 : Double(line)
                let luma = (Double(y.samples[line * y.row + column]) - black) * 255 / lumaRange
                let blue = (u.value(x, down) - 128) * 255 / chromaRange
                let red = (v.value(x, down) - 128) * 255 / chromaRange
                let exact = [
                    luma + 1.402 * red, luma - 0.344136 * blue - 0.714136 * red, luma + 1.772 * blue,
                ]
                for channel in 0..<3 {
                    let got = Double(out[3 * (line * width + column) + channel])
                    worst = max(worst, abs(got - min(max(exact[channel], 0), 255)))
                }
            }
        }
        // Half for the rounding of the result, the rest for that of the matrix.
        #expect(worst < 0.6, "\(worst)")
    }
}
