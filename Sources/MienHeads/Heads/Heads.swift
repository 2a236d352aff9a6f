import Foundation
import MienTensor

/// The heads of a model folder: small MLPs that read expressions and action units from image embeddings
/// (arXiv 2403.09915), one for each task, either of which may be absent.
///
///     x -> [Linear -> batch norm -> ReLU] x layers -> Linear -> logits
///
/// The logits of an embedding are the same bits whatever batch it is in. Nothing is allocated after `init`.
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
    /// - Parameter width: The width of the encoder's embeddings; nil takes what the file has.
    package convenience init(path: String, width: Int? = nil) throws(HeadsError) {
        let file: SafetensorsFile
        do throws(TensorError) {
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
        self.init(parameters)
    }

    /// Creates heads from parameters in memory: at least one head, all of the same width.
    package init(_ parameters: [HeadParameters]) {
        precondition(
            !parameters.isEmpty && parameters.allSatisfy { $0.width == parameters[0].width },
            "heads of one width are needed, not of \(parameters.map(\.width))")
        width = parameters[0].width
        expressionHead = parameters.first { $0.task == .expression }.map { Head($0) }
        actionUnitsHead = parameters.first { $0.task == .actionUnits }.map { Head($0) }
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

/// One head and the two rows of scratch its layers pass on.
private final class Head: Sendable {
    private let layers: [FoldedLinear]
    private let output: FoldedLinear
    private let even: FloatBuffer
    private let odd: FloatBuffer
    /// Held while the scratch is in use, so that heads can be shared between threads.
    private let lock = NSLock()

    init(_ parameters: HeadParameters) {
        layers = parameters.layers.map { FoldedLinear($0.linear, norm: $0.norm) }
        output = FoldedLinear(parameters.output, norm: nil)
        let widest = (layers + [output]).map { max($0.inputs, $0.outputs) }.max() ?? 0
        even = FloatBuffer(count: widest)
        odd = FloatBuffer(count: widest)
    }

    func apply(_ embeddings: UnsafePointer<Float>, count: Int, logits: UnsafeMutablePointer<Float>) {
        lock.lock()
        defer { lock.unlock() }
        let width = layers.first?.inputs ?? output.inputs
        for row in 0..<count {
            var x = even.baseAddress
            var y = odd.baseAddress
            // Copied so that its alignment, and with it the order of the sums, does not depend on the row.
            x.update(from: embeddings + row * width, count: width)
            for layer in layers {
                layer.apply(x, to: y, rectified: true)
                swap(&x, &y)
            }
            output.apply(x, to: y, rectified: false)
            (logits + row * output.outputs).update(from: y, count: output.outputs)
        }
    }
}
