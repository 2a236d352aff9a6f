import MienCLIP
import MienCore
import MienFaces
import MienHeads
import MienTensor

/// The stages of a pipeline as this model needs them.
extension Model {
    /// A batch that fits the model.
    package func makeBatch(_ configuration: Configuration) -> Batch {
        Batch(
            capacity: configuration.batchSize ?? preferredBatchSize, side: encoder.imageSize,
            embeddingWidth: encoder.embeddingWidth)
    }

    /// An engine that encodes with this model.
    ///
    /// - Parameters:
    ///   - cancellation: See ``Engine``.
    ///   - keepsEmbeddings: Whether rows have embeddings, and no scores.
    func engine(
        _ source: any Source, _ crops: any CropProducer, _ configuration: Configuration,
        policy: EnginePolicy = .wholeInput, cancellation: Cancellation, keepsEmbeddings: Bool = false
    ) -> Engine {
        Engine(
            source: source, crops: crops, policy: policy, cancellation: cancellation,
            keepsEmbeddings: keepsEmbeddings, makeBatch: { makeBatch(configuration) },
            read: { [self] batch in
                encode(batch)
                if !keepsEmbeddings { readHeads(batch) }
            })
    }

    /// The crop stage for faces; those in `recorded` need no crop.
    func faceCrops(
        _ configuration: Configuration, recorded: RecordedRows? = nil
    ) throws(MienError) -> FaceCrops {
        faceCrops(
            configuration, detector: try faceDetector(), recorded: recorded,
            measures: try faceMeasures(configuration, isLive: false))
    }

    /// The crop stage for faces with a detector that is there.
    ///
    /// - Parameters:
    ///   - measures: What is measured of faces besides.
    ///   - sample: What the rows are a sample of, if they are of one of many.
    func faceCrops(
        _ configuration: Configuration, detector: FaceDetector, recorded: RecordedRows? = nil,
        measures: FaceMeasures? = nil, sample: Int? = nil
    ) -> FaceCrops {
        FaceCrops(
            tracker: faceTracker(detector, isLive: configuration.isCausal), cropper: faceCropper,
            selection: configuration.faces, every: configuration.every, recorded: recorded,
            measures: measures, sample: sample)
    }

    /// What is measured of faces besides their scores, if the run asks for it.
    func faceMeasures(
        _ configuration: Configuration, isLive: Bool
    ) throws(MienError) -> FaceMeasures? {
        guard let options = configuration.geometry else { return nil }
        return try FaceMeasures(options, isLive: isLive, workers: Workers(count: 1))
    }

    /// - Parameter isLive: Whether frames leave the tracker at once, with nothing of what comes after them.
    func faceTracker(isLive: Bool) throws(MienError) -> FaceTracker {
        faceTracker(try faceDetector(), isLive: isLive)
    }

    private func faceTracker(_ detector: FaceDetector, isLive: Bool) -> FaceTracker {
        var options = TrackingOptions()
        options.isLive = isLive
        return FaceTracker(detector: detector, options: options)
    }

    /// A detector of its own for a run.
    func faceDetector() throws(MienError) -> FaceDetector {
        do {
            return try FaceDetector(workers: searchWorkers)
        } catch {
            throw .model("\(error)")
        }
    }

    /// Cuts faces out as the model wants them.
    var faceCropper: FaceCropper { FaceCropper(cropSpecification, side: encoder.imageSize) }

    /// The crop stage for whole frames.
    func wholeFrames(_ configuration: Configuration) -> WholeFrames {
        WholeFrames(
            preprocessor: ImagePreprocessor(encoder.preprocessing), every: configuration.every)
    }

    /// How faces are cropped: as `mien.json` says, or loosely around the detector's box.
    var cropSpecification: CropSpecification {
        guard let crop = manifest?.crop else {
            return CropSpecification(framing: .margin(0.2), alignsRoll: false)
        }
        if let distance = crop.eyeDistance {
            let center = Point(x: Float(crop.eyeCenter[0]), y: Float(crop.eyeCenter[1]))
            return CropSpecification(
                framing: .eyes(distance: Float(distance), center: center), alignsRoll: crop.roll)
        }
        return CropSpecification(framing: .margin(Float(crop.margin ?? 0.2)), alignsRoll: crop.roll)
    }

    /// Enough crops for the encoder's products to be large, and no more: a batch that waits to be full is
    /// latency and memory. A narrow encoder is faster than the search for faces, and waits with it, a
    /// processor idle: it gets fewer.
    private var preferredBatchSize: Int {
        let configuration = encoder.configuration
        return min(configuration.width < 256 ? 8 : 32, max(1, 1600 / configuration.tokenCount))
    }

    /// Fills the batch's embeddings from its pixels.
    package func encode(_ batch: Batch) {
        guard batch.cropCount > 0 else { return }
        encoderLock.withLock {
            encoder.encode(batch.pixels, count: batch.cropCount, into: batch.embeddings.baseAddress)
        }
    }

    /// Fills the batch's probabilities from its embeddings.
    func readHeads(_ batch: Batch) {
        guard batch.cropCount > 0, let heads else { return }
        let calibration = manifest?.calibration ?? Calibration()
        let embeddings = UnsafePointer(batch.embeddings.baseAddress)
        let count = batch.cropCount
        if heads.hasExpression {
            let scores = batch.expressions.baseAddress
            heads.expression(embeddings: embeddings, count: count, logits: scores)
            softmax(scores, rows: count, calibration: calibration, probabilities: scores)
            batch.hasExpressions = true
        }
        if heads.hasActionUnits {
            let scores = batch.actionUnits.baseAddress
            heads.actionUnits(embeddings: embeddings, count: count, logits: scores)
            sigmoid(scores, rows: count, calibration: calibration, probabilities: scores)
            batch.hasActionUnits = true
        }
    }
}
