import CKernels

/// The widest instructions that kernels use.
public enum InstructionSet: String, CaseIterable, Sendable {
    /// Plain C, without FMA on x86-64.
    case baseline
    /// AVX2 and FMA, without AVX-VNNI.
    case avx2
    /// AVX2, FMA and AVX-VNNI.
    case avxVNNI = "avx-vnni"
    /// AVX-512 F, BW, DQ and VL, without VNNI.
    case avx512
    /// AVX-512 with VNNI.
    case avx512VNNI = "avx512-vnni"

    /// What this process uses where nobody says otherwise: the widest that the processor has, or what
    /// ``limitKernels()`` leaves of it.
    public static var `default`: InstructionSet { InstructionSet(mien_isa_default()) }

    /// This set or, where the processor lacks it, the next lower one that it has.
    package var available: InstructionSet { InstructionSet(mien_isa_best(kernels)) }

    /// The set by its name in C, whose order is that of the cases.
    package var kernels: mien_isa { mien_isa(UInt32(Self.allCases.firstIndex(of: self)!)) }

    private init(_ kernels: mien_isa) { self = Self.allCases[Int(kernels.rawValue)] }

    /// Keeps every kernel of the process to these instructions, to see what a processor without more would do. One that
    /// has less keeps to what it has. For a program to call before it computes.
    public func limitKernels() { mien_isa_set_default(kernels) }
}
