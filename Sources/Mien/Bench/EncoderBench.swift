/// How many images a second the encoder embeds.
package struct EncoderBench: Codable, Sendable {
    /// The number of images encoded together.
    package private(set) var batch: Int
    /// What the encoder multiplied with.
    package private(set) var precision: Precision
    /// The median over the rounds.
    package private(set) var imagesPerSecond: Double
    /// The fastest and the slowest round.
    package private(set) var range: ClosedRange<Double>

    enum CodingKeys: String, CodingKey {
        case batch, precision, range
        case imagesPerSecond = "images_per_second"
    }

    /// Encodes batches for about `seconds`, in rounds of at least one batch, after one round to warm up.
    package init(model: Model, batch: Int, seconds: Double) {
        var configuration = Configuration()
        configuration.batchSize = batch
        let work = model.makeBatch(configuration)
        work.fillBlank(count: batch)
        let once = measure { model.encode(work) }
        let perRound = max(1, Int(seconds / 7 / max(once, 1e-6)))
        var rates: [Double] = []
        for _ in 0..<(once * 3 > seconds ? 3 : 7) {
            let time = measure { for _ in 0..<perRound { model.encode(work) } }
            rates.append(Double(perRound * batch) / time)
        }
        self.batch = batch
        precision = model.precision
        imagesPerSecond = median(rates)
        range = rates.min()!...rates.max()!
    }
}

extension Model {
    /// Encodes `crops` grey pictures in the batches a run would use.
    func encodeBlank(crops: Int, _ configuration: Configuration) {
        let batch = makeBatch(configuration)
        var rest = crops
        while rest > 0 {
            let count = min(rest, batch.capacity)
            batch.fillBlank(count: count)
            encode(batch)
            rest -= count
        }
    }
}
