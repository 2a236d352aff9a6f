import CKernels
import MienTensor

/// A safetensors file: memory-mapped, with a header that has been checked against the file.
///
/// ```swift
/// let file = try SafetensorsFile(path: "model.safetensors")
/// let bias = try file.floats("vision_model.post_layernorm.bias", shape: [768])
/// ```
package final class SafetensorsFile: Sendable {
    /// The file's path, as given.
    package let path: String
    /// The tensors by name.
    package let tensors: [String: TensorDescription]
    /// The header's `__metadata__`.
    package let metadata: [String: String]

    private let file: MappedFile

    /// Maps the file at `path` and checks its header.
    package init(path: String) throws(SafetensorsError) {
        self.path = path
        file = try MappedFile(path: path)
        let header = try SafetensorsHeader(file.bytes, path: path)
        tensors = header.tensors
        metadata = header.metadata
    }

    /// The description of the tensor called `name`, which must have `shape` unless that is `nil`.
    package func description(
        of name: String, shape: [Int]? = nil
    ) throws(SafetensorsError) -> TensorDescription {
        guard let tensor = tensors[name] else { throw .missingTensor(path: path, tensor: name) }
        if let shape, tensor.shape != shape {
            throw .wrongShape(path: path, tensor: name, found: tensor.shape, expected: shape)
        }
        return tensor
    }

    /// The elements of an F32, F16 or BF16 tensor, converted exactly to single precision.
    ///
    /// - Parameter shape: What the shape must be; `nil` takes any.
    package func floats(_ name: String, shape: [Int]? = nil) throws(SafetensorsError) -> FloatBuffer {
        let tensor = try description(of: name, shape: shape)
        try checkIsFloat(tensor)
        let buffer = FloatBuffer(count: tensor.count)
        convert(tensor, elements: 0..<tensor.count, to: buffer.baseAddress)
        return buffer
    }

    /// Reads some rows of an F32, F16 or BF16 tensor of shape [N, ...] into `destination`, which must have
    /// room for exactly these rows.
    package func floats(
        _ name: String, rows: Range<Int>, into destination: inout MutableSpan<Float>
    ) throws(SafetensorsError) {
        let tensor = try description(of: name)
        try checkIsFloat(tensor)
        let rowCount = tensor.shape.first ?? 1
        guard rows.lowerBound >= 0, rows.upperBound <= rowCount else {
            throw .missingRows(path: path, tensor: name, found: rowCount, wanted: rows)
        }
        let width = tensor.shape.dropFirst().reduce(1, *)
        precondition(
            destination.count == rows.count * width,
            "\(rows.count) rows of \(width) elements do not fit a span of \(destination.count)")
        destination.withUnsafeMutableBufferPointer { pointer in
            guard let base = pointer.baseAddress else { return }
            convert(tensor, elements: rows.lowerBound * width..<rows.upperBound * width, to: base)
        }
    }

    /// The elements of an I64, I32 or U8 tensor.
    package func integers(_ name: String) throws(SafetensorsError) -> [Int64] {
        let tensor = try description(of: name)
        return switch tensor.type {
        case .i64: elements(tensor) { (value: Int64) in Int64(littleEndian: value) }
        case .i32: elements(tensor) { (value: Int32) in Int64(Int32(littleEndian: value)) }
        case .u8: elements(tensor) { (value: UInt8) in Int64(value) }
        default: throw wrongType(tensor, expected: "I64, I32 or U8")
        }
    }

    /// The elements of an F64 tensor.
    package func doubles(_ name: String) throws(SafetensorsError) -> [Double] {
        let tensor = try description(of: name)
        guard tensor.type == .f64 else { throw wrongType(tensor, expected: "F64") }
        return elements(tensor) { (value: UInt64) in Double(bitPattern: UInt64(littleEndian: value)) }
    }

    /// The elements of a U8 tensor.
    package func bytes(_ name: String) throws(SafetensorsError) -> [UInt8] {
        let tensor = try description(of: name)
        guard tensor.type == .u8 else { throw wrongType(tensor, expected: "U8") }
        return Array(file.bytes[tensor.byteRange])
    }

    /// The elements of an I8 tensor.
    ///
    /// - Parameter shape: What the shape must be; `nil` takes any.
    package func signedBytes(_ name: String, shape: [Int]? = nil) throws(SafetensorsError) -> [Int8] {
        let tensor = try description(of: name, shape: shape)
        guard tensor.type == .i8 else { throw wrongType(tensor, expected: "I8") }
        let elements = Array(file.bytes[tensor.byteRange].bindMemory(to: Int8.self))
        file.release(tensor.byteRange)
        return elements
    }

    private func checkIsFloat(_ tensor: TensorDescription) throws(SafetensorsError) {
        guard [.f32, .f16, .bf16].contains(tensor.type) else {
            throw wrongType(tensor, expected: "F32, F16 or BF16")
        }
    }

    private func wrongType(_ tensor: TensorDescription, expected: String) -> SafetensorsError {
        .wrongType(path: path, tensor: tensor.name, found: tensor.type.rawValue, expected: expected)
    }

    private func convert(
        _ tensor: TensorDescription, elements: Range<Int>, to destination: UnsafeMutablePointer<Float>
    ) {
        guard !elements.isEmpty, let base = file.bytes.baseAddress else { return }
        let start = tensor.byteRange.lowerBound + elements.lowerBound * tensor.type.size
        let source = base + start
        let kernels = mien_rows_kernels_for(mien_isa_default()).pointee
        switch tensor.type {
        case .f16: kernels.float_from_f16(source, elements.count, destination)
        case .bf16: kernels.float_from_bf16(source, elements.count, destination)
        default:
            UnsafeMutableRawPointer(destination).copyMemory(
                from: source, byteCount: elements.count * tensor.type.size)
        }
        file.release(start..<start + elements.count * tensor.type.size)
    }

    private func elements<Stored: BitwiseCopyable, Element>(
        _ tensor: TensorDescription, _ element: (Stored) -> Element
    ) -> [Element] {
        (0..<tensor.count).map { index in
            element(
                file.bytes.loadUnaligned(
                    fromByteOffset: tensor.byteRange.lowerBound + index * MemoryLayout<Stored>.size,
                    as: Stored.self))
        }
    }
}
