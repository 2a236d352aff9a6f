import KernelChecks
import MienTensor
import Testing

/// Every kernel of this processor against its plain C. What plain C gives is checked against definitions elsewhere.
@Suite struct KernelCheckTests {
    struct Check: CustomTestStringConvertible {
        let index: Int
        let set: InstructionSet
        var testDescription: String { "\(set.rawValue), \(String(cString: mien_check_name(index)))" }
    }

    /// All but those without kernels of the set's own.
    static let checks = InstructionSet.allCases.flatMap { set in
        (0..<mien_check_count()).filter { mien_check_has($0, set.kernels) }.map { Check(index: $0, set: set) }
    }

    @Test(arguments: checks) func agreesWithPlainC(check: Check) {
        var result = mien_check_result()
        mien_check_run(check.index, check.set.kernels, &result)
        let report = withUnsafeBytes(of: &result.report) { bytes in
            String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
        #expect(result.failures == 0, "\(report)")
        #expect(result.comparisons > 0)
    }
}
