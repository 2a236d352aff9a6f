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
        mien_train_kernels_for(mien_isa_default()).pointee.random_words(0, 0, 0, 64, &words)
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
        mien_train_kernels_for(mien_isa_default()).pointee.dropout_mask(5, 9, 0, mask.count, 0.6, &mask)
        let kept = mask.filter { $0 != 0 }
        #expect(kept.allSatisfy { $0 == 2.5 })
        #expect(abs(Double(kept.count) / 100_000 - 0.4) < 0.01)
    }
}
