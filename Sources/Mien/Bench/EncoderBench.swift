/// How many images a second the encoder embeds.
package struct EncoderBench: Codable, Sendable {
    /// The model's name.
    package private(set) var modelName: String
    /// The number of images encoded together.
    package private(set) var batch: Int
    /// What the encoder multiplied with.
    package private(set) var precision: Precision
    /// The median over the rounds.
    package private(set) var imagesPerSecond: Double
    /// The fastest and the slowest round.
    package private(set) var range: ClosedRange<Double>
    /// Seconds from opening the model folder to the first embedding.
    package private(set) var secondsToFirst: Double
    /// The resident memory with the model and a batch in it, in bytes.
    package private(set) var residentBytes: Int
    /// The bytes of the model's files.
    package private(set) var fileBytes: Int

    enum CodingKeys: String, CodingKey {
        case modelName = "model"
        case batch, precision, range
        case imagesPerSecond = "images_per_second"
        case secondsToFirst = "seconds_to_first_embedding"
        case residentBytes = "resident_bytes"
        case fileBytes = "file_bytes"
    }

    /// Loads a model and encodes batches for about `seconds`, in rounds of at least one batch, after one round to warm
    /// up.
    package init(batch: Int, seconds: Double, load: () throws(MienError) -> Model) throws(MienError) {
        let start = ContinuousClock.now
        let model = try load()
        model.encodeBlank(crops: 1, Configuration())
        secondsToFirst = (ContinuousClock.now - start) / .seconds(1)
        modelName = model.name
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
        residentBytes = ProcessUse.now.residentBytes
        fileBytes = model.fileBytes
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
