import CKernels
import Testing

import MienTraining

@Suite struct TrainingKernelTests {
    @Test func aWordDependsOnItsIndexAlone() {
        let words = RandomWords(seed: 5, purpose: .dropout, index: 7)
        let all = words.words(count: 1000)
        #expect(words.words(first: 128, count: 300) == Array(all[128..<428]))
        #expect(RandomWords(seed: 5, purpose: .dropout, index: 8).words(count: 64) != Array(all[..<64]))
        #expect(RandomWords(seed: 6, purpose: .dropout, index: 7).words(count: 64) != Array(all[..<64]))
        #expect(Set(all).count > 990)
    }

    /// The known answer of Philox 4x32-10 for an all-zero key and counter (Random123's kat_vectors).
    @Test func theGeneratorIsPhilox() {
        var words = [UInt32](repeating: 0, count: 64)
        mien_random_words(0, 0, 0, 64, &words)
        #expect(
            [words[0], words[16], words[32], words[48]] == [
                0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8,
            ])
    }

    @Test func aPermutationHoldsEveryNumberOnce() {
        let order = RandomWords(seed: 5, purpose: .order, index: 0).permutation(count: 10_000)
        #expect(order.sorted() == Array(0..<10_000))
        #expect(order != Array(0..<10_000))
        #expect(RandomWords(seed: 5, purpose: .order, index: 1).permutation(count: 10_000) != order)
        // Uniform: the mean position of the first tenth is the middle, within five standard deviations.
        let mean = Double(order[..<1000].reduce(0, +)) / 1000
        #expect(abs(mean - 5000) < 5 * 2887 / 31.6)
    }

    @Test func dropoutKeepsItsShareAndTheMean() {
        var mask = [Float](repeating: 0, count: 100_000)
        mien_dropout_mask(5, 9, 0, mask.count, 0.6, &mask)
        let kept = mask.filter { $0 != 0 }
        #expect(kept.allSatisfy { $0 == 2.5 })
        #expect(abs(Double(kept.count) / 100_000 - 0.4) < 0.01)
    }

    /// In a process of its own: the limit is one for all threads, and other tests compute at the same time.
    @Test func allInstructionSetsGiveTheSameBits() async {
        await #expect(processExitsWith: .success) {
            let limits = [MIEN_ISA_BASELINE, MIEN_ISA_AVX2, MIEN_ISA_AVX512]
            let results = limits.map { limit -> [[UInt32]] in
                mien_isa_limit(limit)
                return TrainingKernelTests.everyKernel()
            }
            for result in results { precondition(result == results[0], "the instruction sets differ") }
        }
    }

    private static func everyKernel() -> [[UInt32]] {
        let (rows, columns, stride) = (7, 37, 41)
        let count = rows * stride
        var z = noise(count, seed: 1)
        let (gamma, beta) = (noise(columns, seed: 2), noise(columns, seed: 3))
        var mask = [Float](repeating: 0, count: count)
        mien_dropout_mask(1, 2, 64, count, 0.3, &mask)
        var mean = [Float](repeating: 0, count: columns)
        var (variance, inverse) = (mean, mean)
        var out = [Float](repeating: 0, count: count)
        mien_norm_relu_forward(
            rows, columns, stride, &z, gamma, beta, mask, 1e-5, &mean, &variance, &inverse, &out)
        var d = noise(count, seed: 4)
        var (dGamma, dBeta) = (gamma, beta)
        mien_norm_relu_backward(
            rows, columns, stride, out, z, gamma, inverse, 1 / 0.7, &d, &dGamma, &dBeta)
        var (w, m, v) = (noise(count, seed: 5), noise(count, seed: 6), noise(count, seed: 7).map { $0 * $0 })
        var uphill = w
        mien_ascend(w, d, count, 0.3, 1, &uphill)
        var step = mien_adamw(
            keep: 0.999, one_beta1: 0.1, beta2: 0.999, one_beta2: 0.001, step: 0.01, root: 0.3, epsilon: 1e-8)
        mien_adamw_step(&step, count, d, &w, &m, &v)
        let sums = [mien_sum_of_squares(d, count), mien_sum_of_weighted_squares(d, w, count)]
        let floats = [z, out, d, dGamma, dBeta, w, m, v, uphill, mask] + [mean, variance, inverse]
        return floats.map { $0.map(\.bitPattern) } + [sums.map { UInt32(truncatingIfNeeded: $0.bitPattern) }]
    }
}
