import MienCore

/// Collects tensors and writes them as one safetensors file, all or nothing.
///
/// ```swift
/// var writer = SafetensorsWriter()
/// writer.add(name: "output.bias", shape: [8], floats: bias.span)
/// try writer.write(to: "heads.safetensors")
/// ```
package struct SafetensorsWriter: Sendable {
    /// The header's `__metadata__`.
    package var metadata: [String: String]

    private var entries: [SafetensorsLayout.Entry] = []
    private var contents: [[UInt8]] = []

    package init(metadata: [String: String] = [:]) {
        self.metadata = metadata
    }

    /// Adds an F32 tensor.
    package mutating func add(name: String, shape: [Int], floats: Span<Float>) {
        floats.withUnsafeBufferPointer {
            add(name, .f32, shape, count: floats.count, UnsafeRawBufferPointer($0))
        }
    }

    /// Adds an I64 tensor.
    package mutating func add(name: String, shape: [Int], integers: [Int64]) {
        integers.withUnsafeBytes { add(name, .i64, shape, count: integers.count, $0) }
    }

    /// Adds an F64 tensor.
    package mutating func add(name: String, shape: [Int], doubles: [Double]) {
        doubles.withUnsafeBytes { add(name, .f64, shape, count: doubles.count, $0) }
    }

    /// Adds an I8 tensor.
    package mutating func add(name: String, shape: [Int], signedBytes: [Int8]) {
        signedBytes.withUnsafeBytes { add(name, .i8, shape, count: signedBytes.count, $0) }
    }

    /// Writes the file; `path` holds either what it held before or the whole new file.
    package func write(to path: String) throws(SafetensorsError) {
        // Wide elements first keeps every tensor aligned to its elements.
        let order = entries.indices.sorted {
            (-entries[$0].type.size, entries[$0].name) < (-entries[$1].type.size, entries[$1].name)
        }
        let header = SafetensorsLayout.header(order.map { entries[$0] }, metadata: metadata)
        do {
            let file = try AtomicFile(path: path)
            try file.write(header)
            for index in order { try file.write(contents[index]) }
            try file.commit()
        } catch {
            throw .cannotWrite(path: path, reason: "\(error)")
        }
    }

    private mutating func add(
        _ name: String, _ type: ElementType, _ shape: [Int], count: Int, _ bytes: UnsafeRawBufferPointer
    ) {
        precondition(shape.reduce(1, *) == count, "\(name): \(count) elements do not have shape \(shape)")
        precondition(
            name != "__metadata__" && !entries.contains { $0.name == name }, "\(name) cannot be added")
        entries.append(.init(name: name, type: type, shape: shape))
        contents.append(Array(bytes))
    }
}
