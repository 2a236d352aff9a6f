import Foundation
import MienSafetensors
import MienTensor

/// The heads of a model folder: small MLPs that read expressions and action units from image embeddings
/// (arXiv 2403.09915), one for each task, either of which may be absent.
///
///     x -> [Linear -> batch norm -> ReLU] x layers -> Linear -> logits
///
/// The logits of an embedding are the same bits whatever batch it is in. Nothing is allocated once the largest batch has been seen.
///
/// ```swift
/// let heads = try Heads(path: "model/heads.safetensors", width: encoder.embeddingWidth)
/// heads.expression(embeddings: embeddings, count: 8, logits: logits)
/// softmax(logits, rows: 8, calibration: manifest.calibration, probabilities: probabilities)
/// ```
package final class Heads: Sendable {
    /// The width of the embeddings the heads read.
    package let width: Int

    private let expressionHead: Head?
    private let actionUnitsHead: Head?

    /// Reads the heads from the safetensors file at `path`.
    ///
    /// - Parameters:
    ///   - width: The width of the encoder's embeddings; nil takes what the file has.
    ///   - workers: What large batches may use. Changes no bit.
    package convenience init(
        path: String, width: Int? = nil, workers: Workers = Workers(count: 1)
    ) throws(HeadsError) {
        let file: SafetensorsFile
        do throws(SafetensorsError) {
            file = try SafetensorsFile(path: path)
        } catch {
            throw .tensor(error)
        }
        let prefixes = HeadTask.allCases.map { "\($0.rawValue)." }
        let strangers = file.tensors.keys.filter { name in !prefixes.contains { name.hasPrefix($0) } }
        let tasks = HeadTask.allCases.filter { HeadParameters.exist(for: $0, in: file) }
        guard !tasks.isEmpty else { throw .noHead(path: path) }
        if let stranger = strangers.min() { throw .unexpectedTensor(path: path, tensor: stranger) }
        var parameters: [HeadParameters] = []
        for task in tasks {
            // The first head says how wide the embeddings of the second are.
            let expected = width ?? parameters.first?.width
            parameters.append(try HeadParameters(task: task, file: file, width: expected))
        }
        self.init(parameters, workers: workers)
    }

    /// Creates heads from parameters in memory: at least one head, all of the same width.
    package init(_ parameters: [HeadParameters], workers: Workers = Workers(count: 1)) {
        precondition(
            !parameters.isEmpty && parameters.allSatisfy { $0.width == parameters[0].width },
            "heads of one width are needed, not of \(parameters.map(\.width))")
        width = parameters[0].width
        expressionHead = parameters.first { $0.task == .expression }.map { Head($0, workers: workers) }
        actionUnitsHead = parameters.first { $0.task == .actionUnits }.map { Head($0, workers: workers) }
    }

    package var hasExpression: Bool { expressionHead != nil }
    package var hasActionUnits: Bool { actionUnitsHead != nil }

    /// Writes the expression logits, count x 8, of count x ``width`` embeddings. Requires ``hasExpression``.
    package func expression(
        embeddings: UnsafePointer<Float>, count: Int, logits: UnsafeMutablePointer<Float>
    ) {
        guard let expressionHead else { preconditionFailure("these heads read no expressions") }
        expressionHead.apply(embeddings, count: count, logits: logits)
    }

    /// Writes the action unit logits, count x 12, of count x ``width`` embeddings. Requires
    /// ``hasActionUnits``.
    package func actionUnits(
        embeddings: UnsafePointer<Float>, count: Int, logits: UnsafeMutablePointer<Float>
    ) {
        guard let actionUnitsHead else { preconditionFailure("these heads read no action units") }
        actionUnitsHead.apply(embeddings, count: count, logits: logits)
    }

    /// Writes the logits of `task`, count x its outputs.
    package func callAsFunction(
        _ task: HeadTask, embeddings: UnsafePointer<Float>, count: Int, logits: UnsafeMutablePointer<Float>
    ) {
        switch task {
        case .expression: expression(embeddings: embeddings, count: count, logits: logits)
        case .actionUnits: actionUnits(embeddings: embeddings, count: count, logits: logits)
        }
    }

    /// Whether there is a head for `task`.
    package func has(_ task: HeadTask) -> Bool { task == .expression ? hasExpression : hasActionUnits }
}

/// One head and the scratch its layers pass on.
private final class Head: Sendable {
    /// The rows that are in flight at once.
    private static let chunk = 256

    private let layers: [FoldedLinear]
    private let output: FoldedLinear
    private let workers: Workers
    private let even: FloatBuffer
    private let odd: FloatBuffer
    /// Protected by `lock`, as are the buffers' elements.
    private nonisolated(unsafe) let workspace = Workspace()
    /// Held while the scratch is in use, so that heads can be shared between threads.
    private let lock = NSLock()

    init(_ parameters: HeadParameters, workers: Workers) {
        self.workers = workers
        layers = parameters.layers.map { FoldedLinear($0.linear, norm: $0.norm) }
        output = FoldedLinear(parameters.output, norm: nil)
        let widest = layers.map(\.outputs).max() ?? 0
        even = FloatBuffer(count: widest * Self.chunk)
        odd = FloatBuffer(count: widest * Self.chunk)
    }

    func apply(_ embeddings: UnsafePointer<Float>, count: Int, logits: UnsafeMutablePointer<Float>) {
        lock.lock()
        defer { lock.unlock() }
        let width = layers.first?.inputs ?? output.inputs
        for first in stride(from: 0, to: count, by: Self.chunk) {
            let rows = min(Self.chunk, count - first)
            var x = Matrix(embeddings + first * width, rows: rows, columns: width)
            var (scratch, other) = (even.baseAddress, odd.baseAddress)
            for layer in layers {
                let y = MutableMatrix(scratch, rows: rows, columns: layer.outputs)
                layer.apply(x, to: y, rectified: true, workspace: workspace, workers: workers)
                x = y.readOnly
                swap(&scratch, &other)
            }
            let y = MutableMatrix(logits + first * output.outputs, rows: rows, columns: output.outputs)
            output.apply(x, to: y, rectified: false, workspace: workspace, workers: workers)
        }
    }
}
