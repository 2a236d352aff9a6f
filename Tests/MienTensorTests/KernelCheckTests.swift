import KernelChecks
import MienTensor
import Testing

/// Every kernel of this processor against its plain C. What plain C gives is checked against definitions elsewhere.
@Suite struct KernelCheckTests {
    struct Check: CustomTestStringConvertible {
        let index: Int
        var testDescription: String { String(cString: mien_check_name(index)) }
    }

    static let checks = (0..<mien_check_count()).map(Check.init)
    static let sets = InstructionSet.allCases.filter { $0 != .baseline && $0.available == $0 }

    @Test(arguments: checks, sets) func agreesWithPlainC(check: Check, set: InstructionSet) {
        var result = mien_check_result()
        mien_check_run(check.index, set.kernels, &result)
        let report = withUnsafeBytes(of: &result.report) { bytes in
            String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
        #expect(result.failures == 0, "\(report)")
        #expect(result.comparisons > 0)
    }
}
