import CKernels
import MienTensor
import Testing

/// The tests that change which instruction set the kernels use. That choice is the process's, so they run
/// one after the other.
@Suite(.serialized) enum InstructionSets {
    static let levels = [MIEN_ISA_BASELINE, MIEN_ISA_AVX2, MIEN_ISA_AVX512]

    /// Runs `body` with kernels up to `level`: those of a lower one where the processor lacks it.
    static func limited<Result>(to level: mien_isa_level, _ body: () -> Result) -> Result {
        mien_isa_limit(level)
        defer { mien_isa_limit(MIEN_ISA_AVX512) }
        return body()
    }
}

extension Generator {
    /// Numbers of about unit variance, uniformly distributed.
    mutating func floats(_ count: Int) -> [Float] {
        (0..<count).map { _ in Float(next() >> 40) * 0x1p-24 * 3.46 - 1.73 }
    }
}

/// Copies what a matrix shows.
func elements(_ matrix: MutableMatrix) -> [Float] {
    var result: [Float] = []
    for row in 0..<matrix.rows {
        result.append(
            contentsOf: UnsafeBufferPointer(
                start: matrix.baseAddress + row * matrix.stride, count: matrix.columns))
    }
    return result
}

extension InstructionSets {
    @Test(arguments: InstructionSet.allCases)
    static func kernelsKeepToTheirLimit(_ set: InstructionSet) {
        defer {
            mien_isa_limit(MIEN_ISA_AVX512)
            mien_int8_allow_vnni(true)
        }
        let best = mien_isa()
        let limit =
            switch set {
            case .baseline: MIEN_ISA_BASELINE
            case .avx2: MIEN_ISA_AVX2
            case .avx512: MIEN_ISA_AVX512
            }
        set.limitKernels()
        #expect(mien_isa().rawValue == min(best.rawValue, limit.rawValue))
        #expect(mien_int8_best() != MIEN_INT8_AVX_VNNI && mien_int8_best() != MIEN_INT8_AVX512_VNNI)
    }
}
