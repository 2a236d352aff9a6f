import MienCore
import MienTable
import MienTimeline

/// The embedding of a face, or of a whole frame.
public struct FaceEmbedding: Sendable {
    /// The number of the frame, from 1.
    public let frame: Int
    /// Seconds from the first frame.
    public let timestamp: Double
    /// The face's number; nil for a whole frame.
    public let faceID: Int?
    /// The face's box in pixels; nil for a whole frame.
    public let box: FaceRectangle?
    /// As many numbers as ``Model/embeddingWidth`` says, as the encoder gives them: not normalised.
    public let values: [Float]
}

extension Model {
    /// Embeds the faces of a video, or its frames as wholes, in order. Needs no heads.
    ///
    /// - Parameters:
    ///   - input: A path or an address that FFmpeg can open, or `-` for standard input.
    ///   - cancellation: Stops the run when cancelled, after the frames in flight.
    ///   - progress: Told the number of frames done and, if the container says it, the number there are.
    ///   - deliver: Takes an embedding; an error it throws ends the run and comes out of this call.
    /// - Returns: The account of the run.
    /// - Throws: ``MienError``, or what `deliver` threw; the embeddings before a failure have been delivered.
    @discardableResult
    public func embed(
        _ input: String, content: Embedder.Content = .faces, configuration: Configuration = Configuration(),
        cancellation: Cancellation = Cancellation(), progress: ((Int, Int?) -> Void)? = nil,
        deliver: (FaceEmbedding) throws -> Void
    ) throws -> AnalysisRun {
        try embed(
            OpenedInput(input, configuration: configuration), content, configuration, cancellation, progress,
            deliver)
    }

    /// The same for an input that is open.
    func embed(
        _ opened: OpenedInput, _ content: Embedder.Content, _ configuration: Configuration,
        _ cancellation: Cancellation, _ progress: ((Int, Int?) -> Void)?,
        _ deliver: (FaceEmbedding) throws -> Void
    ) throws -> AnalysisRun {
        let crops: any CropProducer =
            switch content {
            case .faces: try faceCrops(configuration)
            case .wholeFrames: wholeFrames(configuration)
            }
        let engine = engine(
            StreamSource(opened.reader), crops, configuration,
            cancellation: Cancellation(following: cancellation), keepsEmbeddings: true)
        var counts = TableCounts()
        try engine.run { delivered in
            for row in delivered.entry.rows {
                let (reading, frames) = (row.reading, counts.frames)
                counts.add(reading)
                if counts.frames > frames { progress?(counts.frames, opened.frameCount) }
                guard let values = row.embedding else { continue }
                try deliver(
                    FaceEmbedding(
                        frame: reading.frame, timestamp: reading.timestamp, faceID: reading.faceID,
                        box: reading.box, values: values))
            }
        }
        return opened.run(counts: counts, cancellation: cancellation)
    }
}
