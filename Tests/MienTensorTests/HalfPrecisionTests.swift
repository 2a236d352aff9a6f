import CKernels
import Foundation
import MienTensor
import Testing

@Suite struct HalfPrecisionTests {
    private static let all = [UInt16](0...UInt16.max)

    private func converted(
        _ level: InstructionSet,
        _ convert: (mien_rows_kernels) -> (UnsafeRawPointer?, Int, UnsafeMutablePointer<Float>?) -> Void
    ) -> [UInt32] {
        // One byte off, as a mapped file may be.
        let bytes: [UInt8] = [0] + Self.all.flatMap { half in [UInt8(half & 0xFF), UInt8(half >> 8)] }
        var floats = [Float](repeating: 0, count: Self.all.count)
        bytes.withUnsafeBytes {
            convert(mien_rows_kernels_for(level.kernels).pointee)(
                $0.baseAddress! + 1, Self.all.count, &floats)
        }
        return floats.map(\.bitPattern)
    }

    @Test(arguments: [InstructionSet.baseline, .default])
    func everyHalfIsExact(level: InstructionSet) {
        let found = converted(level) { $0.float_from_f16 }
        for (bits, result) in zip(Self.all, found) {
            let exponent = Int(bits >> 10 & 0x1F)
            let fraction = Int(bits & 0x3FF)
            let sign = UInt32(bits >> 15) << 31
            let magnitude: UInt32 =
                switch exponent {
                case 0x1F: 0x7F80_0000 | UInt32(fraction) << 13
                case 0: Float(scalbn(Double(fraction), -24)).bitPattern
                default: Float(scalbn(Double(1024 + fraction), exponent - 25)).bitPattern
                }
            #expect(result == sign | magnitude, "half \(bits)")
        }
    }

    @Test(arguments: [InstructionSet.baseline, .default])
    func everyBfloatIsExact(level: InstructionSet) {
        let found = converted(level) { $0.float_from_bf16 }
        #expect(found == Self.all.map { UInt32($0) << 16 })
    }
}
