import MienCLIP
import MienFaces
import MienHeads
import MienTensor

/// The stages of a pipeline as this model needs them.
extension Model {
    /// A batch that fits the model.
    func makeBatch(_ configuration: Configuration) -> Batch {
        Batch(
            capacity: configuration.batchSize ?? encoder.preferredBatchSize, side: encoder.imageSize,
            embeddingWidth: encoder.embeddingWidth)
    }

    /// The crop stage for faces.
    func faceCrops(_ configuration: Configuration) throws(MienError) -> FaceCrops {
        let detector: FaceDetector
        do {
            // One core: the detector runs beside the encoder, which takes what is left.
            detector = try FaceDetector(workers: Workers(count: 1))
        } catch {
            throw .model("\(error)")
        }
        return FaceCrops(
            tracker: FaceTracker(detector: detector), cropper: FaceCropper(cropSpecification, side: encoder.imageSize),
            selection: configuration.faces, every: configuration.every)
    }

    /// The crop stage for whole frames.
    func wholeFrames(_ configuration: Configuration) -> WholeFrames {
        WholeFrames(
            preprocessor: ImagePreprocessor(encoder.preprocessing), every: configuration.every)
    }

    /// How faces are cropped: as `mien.json` says, or loosely around the detector's box.
    var cropSpecification: CropSpecification {
        guard let crop = manifest?.crop else { return CropSpecification(framing: .margin(0.2), alignsRoll: false) }
        if let distance = crop.eyeDistance, let center = crop.eyeCenter {
            return CropSpecification(
                framing: .eyes(distance: Float(distance), center: Point(x: Float(center.x), y: Float(center.y))),
                alignsRoll: crop.roll)
        }
        return CropSpecification(framing: .margin(Float(crop.margin ?? 0.2)), alignsRoll: crop.roll)
    }

    /// Fills the batch's embeddings from its pixels.
    func encode(_ batch: Batch) {
        guard batch.cropCount > 0 else { return }
        encoder.encode(batch.pixels, count: batch.cropCount, into: batch.embeddings.baseAddress)
    }
}
