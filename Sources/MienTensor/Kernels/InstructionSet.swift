import CKernels

/// The widest instructions that kernels use. That is a choice of the process; without one, they are the widest that the
/// processor has.
public enum InstructionSet: String, CaseIterable, Sendable {
    /// Plain C, without FMA on x86-64.
    case baseline
    /// AVX2 and FMA, without AVX-VNNI.
    case avx2
    /// AVX-512 F, BW, DQ and VL, without VNNI.
    case avx512

    /// Keeps every kernel to these instructions, to see what a processor without more would do. One that has less keeps
    /// to what it has.
    public func limitKernels() {
        mien_int8_allow_vnni(false)
        switch self {
        case .baseline: mien_isa_limit(MIEN_ISA_BASELINE)
        case .avx2: mien_isa_limit(MIEN_ISA_AVX2)
        case .avx512: mien_isa_limit(MIEN_ISA_AVX512)
        }
    }
}
