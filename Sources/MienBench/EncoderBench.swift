import Mien

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

    init(_ model: Model, batch: Int, rates: [Double], secondsToFirst: Double) {
        modelName = model.name
        self.batch = batch
        precision = model.precision
        imagesPerSecond = median(rates)
        range = rates.min()!...rates.max()!
        self.secondsToFirst = secondsToFirst
        residentBytes = ProcessUse.now.residentBytes
        fileBytes = model.fileBytes
    }
}
