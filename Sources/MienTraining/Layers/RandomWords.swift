import CKernels

/// Random numbers that depend on a seed, a stream and an index alone (Philox 4x32-10), so that nothing about
/// threads, order or interruption can change them, and a checkpoint need not hold a generator's state: where
/// training stands says it all.
package struct RandomWords: Sendable {
    /// What a stream is for, so that no two uses see the same numbers.
    package enum Purpose: UInt64, Sendable {
        case weights = 1
        case order
        case dropout
        case split
    }

    package let seed: UInt64
    package let stream: UInt64

    /// The numbers for one use; `index` counts epochs, passes or tensors.
    package init(seed: UInt64, purpose: Purpose, index: Int) {
        self.seed = seed
        stream = purpose.rawValue << 48 | UInt64(index)
    }

    /// The words from `first`, a multiple of 64, on.
    package func words(first: Int = 0, count: Int) -> [UInt32] {
        [UInt32](unsafeUninitializedCapacity: count) { buffer, initialized in
            if let base = buffer.baseAddress {
                trainingKernels.random_words(seed, stream, first, count, base)
            }
            initialized = count
        }
    }

    /// Uniform numbers in [lower, upper).
    package func uniform(
        _ lower: Float, _ upper: Float, into elements: UnsafeMutablePointer<Float>, count: Int
    ) {
        for (index, word) in words(count: count).enumerated() {
            elements[index] = lower + (upper - lower) * (Float(word >> 8) * 0x1p-24)
        }
    }

    /// The numbers 0..<count in random order (Fisher and Yates).
    package func permutation(count: Int) -> [Int] {
        var order = Array(0..<count)
        let words = words(count: 2 * count)
        for index in stride(from: count - 1, to: 0, by: -1) {
            // 64 random bits make the bias of the multiplication immeasurable.
            let word = UInt64(words[2 * index]) << 32 | UInt64(words[2 * index + 1])
            order.swapAt(index, Int(word.multipliedFullWidth(by: UInt64(index + 1)).high))
        }
        return order
    }
}
