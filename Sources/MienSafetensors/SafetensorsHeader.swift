/// The header of a safetensors file: eight bytes of length, then JSON that says where each tensor lies.
///
/// Nothing in a header is believed before it has been checked against the file. The elements must follow
/// each other without overlap or gap and end where the file ends, as the format demands. Addresses that are
/// not multiples of the element size are fine: early writers made them, and our readers copy.
struct SafetensorsHeader {
    var tensors: [String: TensorDescription] = [:]
    var metadata: [String: String] = [:]

    /// The largest header that the format allows, in bytes.
    static let largest = 100_000_000

    /// Reads the header at the start of `file`, the bytes of the whole file at `path`.
    init(_ file: UnsafeRawBufferPointer, path: String) throws(SafetensorsError) {
        func malformed(_ reason: String) -> SafetensorsError { .malformedFile(path: path, reason: reason) }
        // A header begins with a brace, whatever its length.
        if file.count < 9 || file[8] != UInt8(ascii: "{"), let kind = ForeignFile.description(of: file) {
            throw malformed("it is \(kind)")
        }
        let length = file.count < 8 ? .max : UInt64(littleEndian: file.loadUnaligned(as: UInt64.self))
        guard length <= Self.largest else {
            guard file.count >= 8 else {
                throw malformed("it has \(file.count) bytes, expected at least 8; download it again")
            }
            throw malformed("its header claims \(length) bytes, expected at most \(Self.largest)")
        }
        guard Int(length) <= file.count - 8 else {
            throw malformed(
                "its header claims \(length) bytes, but only \(file.count - 8) follow: it is cut short; download it "
                    + "again")
        }
        let data = 8 + Int(length)..<file.count
        var scanner = HeaderScanner(UnsafeRawBufferPointer(rebasing: file[8..<data.lowerBound]))
        var entries: [(name: String, entry: Entry)] = []
        do throws(HeaderScanner.Problem) {
            try scanner.object { key, scanner throws(HeaderScanner.Problem) in
                if key == "__metadata__" {
                    try scanner.object { key, scanner throws(HeaderScanner.Problem) in
                        metadata[key] = try scanner.string()
                    }
                } else {
                    entries.append((key, try Entry(&scanner)))
                }
            }
            try scanner.end()
        } catch {
            throw malformed(error.reason)
        }
        let end = entries.compactMap { $0.entry.offsets?.last }.max() ?? 0
        guard end <= data.count else {
            throw malformed(
                "it has \(data.count) bytes of data, expected \(end): it is cut short; download it again")
        }
        for (name, entry) in entries {
            tensors[name] = try entry.description(name: name, path: path, data: data)
        }
        try Self.checkLayout(tensors, path: path, data: data)
    }

    private static func checkLayout(
        _ tensors: [String: TensorDescription], path: String, data: Range<Int>
    ) throws(SafetensorsError) {
        var end = data.lowerBound
        let inOrder = tensors.values.sorted {
            ($0.byteRange.lowerBound, $0.byteRange.upperBound, $0.name)
                < ($1.byteRange.lowerBound, $1.byteRange.upperBound, $1.name)
        }
        for tensor in inOrder {
            guard tensor.byteRange.lowerBound == end else {
                let kind = tensor.byteRange.lowerBound < end ? "overlaps" : "leaves a gap after"
                throw .malformedTensor(
                    path: path, tensor: tensor.name,
                    reason: "\(kind) the tensor before it: it starts at byte "
                        + "\(tensor.byteRange.lowerBound - data.lowerBound) of the data, expected "
                        + "\(end - data.lowerBound)")
            }
            end = tensor.byteRange.upperBound
        }
        guard end == data.upperBound else {
            throw .malformedFile(
                path: path,
                reason: "it has \(data.count) bytes of data, expected \(end - data.lowerBound)")
        }
    }
}

/// One tensor as the header states it, before it is believed.
private struct Entry {
    var type: String?
    var shape: [Int]?
    var offsets: [Int]?

    init(_ scanner: inout HeaderScanner) throws(HeaderScanner.Problem) {
        var entry = (type: String?.none, shape: [Int]?.none, offsets: [Int]?.none)
        try scanner.object { key, scanner throws(HeaderScanner.Problem) in
            switch key {
            case "dtype": entry.type = try scanner.string()
            case "shape": entry.shape = try scanner.numbers()
            case "data_offsets": entry.offsets = try scanner.numbers()
            default:
                throw HeaderScanner.Problem(
                    reason: "a tensor has the unknown key \"\(key)\", expected dtype, shape and data_offsets")
            }
        }
        (type, shape, offsets) = entry
    }

    func description(name: String, path: String, data: Range<Int>) throws(SafetensorsError)
        -> TensorDescription
    {
        func malformed(_ reason: String) -> SafetensorsError {
            .malformedTensor(path: path, tensor: name, reason: reason)
        }
        guard let typeName = type else { throw malformed("has no dtype") }
        guard let type = ElementType(rawValue: typeName) else {
            throw malformed("has the unknown dtype \"\(typeName)\"")
        }
        guard let shape else { throw malformed("has no shape") }
        guard let offsets, offsets.count == 2 else {
            throw malformed("has no data_offsets with a start and an end")
        }
        guard offsets[0] <= offsets[1], offsets[1] <= data.count else {
            throw malformed(
                "lies at bytes \(offsets[0]) to \(offsets[1]) of the data, expected them within "
                    + "\(data.count) bytes")
        }
        // Extents beside a zero must make sense too: products of some of them are taken later.
        var size = type.size
        for extent in shape where extent > 0 {
            let (product, overflow) = size.multipliedReportingOverflow(by: extent)
            guard !overflow else { throw malformed("has the impossible shape \(shape)") }
            size = product
        }
        if shape.contains(0) { size = 0 }
        guard offsets[1] - offsets[0] == size else {
            throw malformed(
                "has \(offsets[1] - offsets[0]) bytes, expected \(size) for \(typeName) of shape \(shape)")
        }
        return TensorDescription(
            name: name, type: type, shape: shape,
            byteRange: data.lowerBound + offsets[0]..<data.lowerBound + offsets[1])
    }
}
