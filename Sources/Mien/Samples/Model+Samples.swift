import MienCLIP
import MienCore
import MienFaces
import MienHash
import MienHeads
import MienTable
import MienTensor
import MienVideo

/// Embeddings of labelled images and moments of videos, for training: the crops are those of annotating.
extension Model {
    /// The number of elements of an embedding.
    public var embeddingWidth: Int { encoder.embeddingWidth }

    /// How faces are cropped, as `mien.json` says it; for a bare CLIP folder as it would have to.
    package var crop: Crop {
        if let manifest { return manifest.crop }
        var crop = Crop()
        crop.eyeDistance = nil
        crop.margin = 0.2
        crop.roll = false
        return crop
    }

    /// SHA-256 over what embeddings depend on: the encoder's files and the crop, not the heads.
    package func featureFingerprint() throws(MienError) -> String {
        let hash = ContentHash()
        // Raised when the detector, the tracker, the cropper or the encoder change what comes out.
        // The second part, when quantising does; weights that are stored in 8 bits speak for themselves.
        let revision = "features 1, \(cropSpecification)\(precision == .int8 ? ", int8 1" : "")\n"
        Array(revision.utf8).withUnsafeBytes { hash.update($0) }
        do {
            for name in files where Self.isOfEncoder(name) {
                Array("\(name)\n".utf8).withUnsafeBytes { hash.update($0) }
                try hash.update(contentsOf: folder + "/" + name)
            }
        } catch {
            throw .model("\(folder): the model's files could not be read: \(error)")
        }
        return hash.finish()
    }

    /// Whether a file of the folder is part of the image encoder: not the heads, not what CLIP has for text.
    private static func isOfEncoder(_ name: String) -> Bool {
        name.hasSuffix(".json")
            ? ["config.json", "preprocessor_config.json"].contains(name) : name != "heads.safetensors"
    }

    /// Embeds faces at moments of a video, in the order they come in it.
    ///
    /// - Parameters:
    ///   - cancellation: Ends the run after what is in flight; what is then missing was not delivered.
    ///   - deliver: Takes each sample, on the calling thread.
    /// - Returns: The run, and the samples whose moment the video does not have.
    package func embed(
        _ samples: [FaceSample], of video: String, cancellation: Cancellation,
        deliver: (SampleEmbedding) throws -> Void
    ) throws -> (run: AnalysisRun, unreached: [Int]) {
        let configuration = Configuration()
        let opened = try OpenedInput(video, configuration: configuration)
        let isSatisfied = Cancellation(following: cancellation)
        let crops = MomentCrops(
            samples: samples, tracker: FaceTracker(detector: try makeDetector()),
            cropper: faceCropper, isSatisfied: isSatisfied)
        try run(StreamSource(opened.reader), crops, configuration, isSatisfied, deliver)
        return (opened.run(counts: TableCounts(), cancellation: cancellation), crops.unreached)
    }

    /// Embeds the largest face of one frame in `every` of a video.
    ///
    /// - Returns: The run; a sample with each embedding was delivered before.
    package func embedAll(
        of video: String, every: Int, cancellation: Cancellation,
        deliver: (SampleEmbedding) throws -> Void
    ) throws -> AnalysisRun {
        var configuration = Configuration()
        configuration.every = every
        configuration.faces = .largest(1)
        let opened = try OpenedInput(video, configuration: configuration)
        let source = StreamSource(opened.reader)
        try run(source, try faceCrops(configuration), configuration, cancellation) { sample in
            if sample.embedding != nil { try deliver(sample) }
        }
        return opened.run(counts: TableCounts(), cancellation: cancellation)
    }

    /// Embeds images: the largest face of each, or, if they are crops of faces already, each as CLIP does.
    ///
    /// - Parameter skipsUnreadable: Whether an image that cannot be read is left out instead of ending the run.
    /// - Returns: The images that were left out.
    package func embed(
        images: [String], areCrops: Bool, skipsUnreadable: Bool, cancellation: Cancellation,
        deliver: (SampleEmbedding) throws -> Void
    ) throws -> [(index: Int, error: MienError)] {
        var failures: [(index: Int, error: MienError)] = []
        let source = StillSource(count: images.count) { index in
            do throws(MienError) { return try Self.picture(images[index]) } catch {
                guard skipsUnreadable else { throw error }
                failures.append((index, error))
                return nil
            }
        }
        let content: StillCrops.Content =
            areCrops
            ? .crops(ImagePreprocessor(encoder.preprocessing))
            : .scenes(try makeDetector(), faceCropper)
        try run(source, StillCrops(content), Configuration(), cancellation, deliver)
        return failures
    }

    private static func picture(_ path: String) throws(MienError) -> VideoFrame {
        do {
            if let frame = try VideoReader(path).next() { return frame }
        } catch {
            throw .input("\(error)")
        }
        throw .input("\(path): holds no picture, expected one")
    }

    private func makeDetector() throws(MienError) -> FaceDetector {
        do {
            return try FaceDetector(workers: Workers(count: 1))
        } catch {
            throw .model("\(error)")
        }
    }

    private func run(
        _ source: any Source, _ crops: any CropProducer, _ configuration: Configuration,
        _ cancellation: Cancellation, _ deliver: (SampleEmbedding) throws -> Void
    ) throws {
        let engine = engine(
            source, crops, configuration, cancellation: Cancellation(following: cancellation),
            keepsEmbeddings: true)
        try engine.run { delivered in
            for row in delivered.entry.rows { try deliver(SampleEmbedding(row)) }
        }
    }
}

extension SampleEmbedding {
    fileprivate init(_ row: PendingRow) {
        let reading = row.reading
        self.init(
            index: row.sample ?? 0, frame: reading.frame, timestamp: reading.timestamp,
            status: reading.status, faceID: reading.faceID, box: reading.box, embedding: row.embedding)
    }
}
