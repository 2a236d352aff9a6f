import Mien

/// A model whose encoder is measured, as often as one likes.
package struct EncoderMeter {
    private let model: Model
    private let work: Batch
    private let secondsToFirst: Double

    /// Loads a model, and times its first embedding.
    ///
    /// - Parameter batch: The number of images encoded together.
    package init(batch: Int, load: () throws(MienError) -> Model) throws(MienError) {
        let start = ContinuousClock.now
        model = try load()
        model.encodeBlank(crops: 1, Configuration())
        secondsToFirst = (ContinuousClock.now - start) / .seconds(1)
        var configuration = Configuration()
        configuration.batchSize = batch
        work = model.makeBatch(configuration)
        work.fillBlank(count: batch)
    }

    /// Encodes batches for about `seconds`, in stretches of at least one batch, after one that does not count.
    package func measure(seconds: Double) -> EncoderBench {
        let once = MienBench.measure { model.encode(work) }
        let perStretch = max(1, Int(seconds / 7 / max(once, 1e-6)))
        var rates: [Double] = []
        let stretches = once * 3 <= seconds ? 7 : once <= seconds ? 3 : 1
        for _ in 0..<stretches {
            let time = MienBench.measure { for _ in 0..<perStretch { model.encode(work) } }
            rates.append(Double(perStretch * work.cropCount) / time)
        }
        return EncoderBench(model, batch: work.cropCount, rates: rates, secondsToFirst: secondsToFirst)
    }
}
