import Foundation
import MienCore
import MienSafetensors
import MienTable
import MienTimeline

/// Writes the embeddings of faces or whole frames into one safetensors file.
///
/// The file appears when ``finish()`` has returned, and not before.
public final class Embedder {
    /// What is embedded.
    public enum Content: String, Sendable {
        /// Each face, cropped as the model says.
        case faces
        /// Each frame as a whole, resized and cropped as CLIP does.
        case wholeFrames = "whole frames"
    }

    /// The number of elements of an embedding.
    public let width: Int
    /// The number of embeddings so far.
    public var rowCount: Int { writer.rowCount }

    private let model: Model
    private let content: Content
    private let configuration: Configuration
    private let writer: SafetensorsStreamWriter
    private var inputs: [String] = []

    /// Starts the file.
    ///
    /// - Throws: ``MienError/output(_:)`` if it cannot be written.
    public init(
        model: Model, output: String, content: Content, configuration: Configuration = Configuration()
    ) throws(MienError) {
        try configuration.validate()
        self.model = model
        self.content = content
        self.configuration = configuration
        width = model.encoder.embeddingWidth
        do {
            writer = try SafetensorsStreamWriter(
                path: output, tensor: "embeddings", width: width,
                integerColumns: ["input", "frame", "face_id", "groups"], doubleColumns: ["time"],
                metadataBytes: 1 << 16)
        } catch {
            throw .output("\(error)")
        }
    }

    /// Appends the embeddings of one input.
    ///
    /// - Parameter progress: Told the number of frames done and, if the container says it, the number there are.
    /// - Throws: ``MienError``; what was embedded before a failure stays in the file.
    @discardableResult
    public func embed(
        _ input: String, cancellation: Cancellation = Cancellation(),
        progress: ((Int, Int?) -> Void)? = nil
    ) throws(MienError) -> AnalysisRun {
        let opened = try OpenedInput(input, configuration: configuration)
        let position = Int64(inputs.count)
        inputs.append(input)
        do {
            return try model.embed(opened, content, configuration, cancellation, progress) { face in
                try writer.append(
                    face.values.span,
                    integers: [position, Int64(face.frame), Int64(face.faceID ?? -1), position],
                    doubles: [face.timestamp])
            }
        } catch let error as SafetensorsError {
            throw .output("\(error)")
        } catch {
            throw MienError(error)
        }
    }

    /// Completes the file and gives it its name.
    public func finish() throws(MienError) {
        do {
            let names = try JSONEncoder().encode(inputs)
            var metadata = [
                "mien": mienVersion, "model": model.name, "model_sha256": try model.fingerprint(),
                "content": content.rawValue,
            ]
            // A list of a thousand long names is not worth failing for.
            if names.count < 1 << 15 { metadata["inputs"] = String(decoding: names, as: UTF8.self) }
            try writer.finish(metadata: metadata)
        } catch let error as MienError {
            throw error
        } catch {
            throw .output("\(error)")
        }
    }
}
