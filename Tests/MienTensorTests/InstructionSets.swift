import CKernels
import MienTensor
import TestSupport
import Testing

extension Random {
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

@Suite struct InstructionSetTests {
    @Test func aSetIsAvailableOrALowerOneIs() {
        for (set, isa) in zip(InstructionSet.allCases, 0...) {
            #expect(set.kernels.rawValue == isa)
            #expect(set.available.kernels.rawValue <= isa)
            #expect(set.available.available == set.available)
        }
        #expect(InstructionSet.baseline.available == .baseline)
        #expect(InstructionSet.avx512VNNI.available == InstructionSet.default)
    }

    /// In processes of their own, since the limit is the process's.
    @Test func kernelsKeepToTheirLimit() async {
        await #expect(processExitsWith: .success) {
            for set in InstructionSet.allCases.reversed() {
                set.limitKernels()
                precondition(InstructionSet.default == set.available)
            }
        }
    }
}
