import CKernels

/// How the pixels in a range of one side of a resized picture are made from the original's.
struct ResampleAxis {
    /// The most original pixels in one new pixel.
    let taps: Int
    /// For each new pixel of the range, the original pixels that go into it.
    private(set) var windows: [mien_resample_window]
    /// (range, taps)
    let weights: [Int32]

    /// For the new pixels in `range` of a side that goes from `from` to `to` pixels.
    init(filter: PreprocessingConfiguration.Filter, from: Int, to: Int, range: Range<Int>) {
        let kernel = mien_resample_filter(UInt32(filter.rawValue))
        let taps = mien_resample_taps(kernel, from, to)
        var windows = [mien_resample_window](repeating: .init(), count: range.count)
        weights = [Int32](unsafeUninitializedCapacity: taps * range.count) { weights, count in
            mien_resample_weights(
                kernel, from, to, range.lowerBound, range.count, &windows, weights.baseAddress)
            count = taps * range.count
        }
        self.taps = taps
        self.windows = windows
    }

    /// The original pixels that the range needs.
    var source: Range<Int> {
        guard let first = windows.map(\.first).min() else { return 0..<0 }
        return Int(first)..<Int(windows.map { $0.first + $0.count }.max() ?? first)
    }

    /// Counts original pixels from `origin` from now on.
    mutating func shift(origin: Int) {
        for index in windows.indices { windows[index].first -= Int32(origin) }
    }
}
