import MienCore

/// Writes rows of one [N, width] F32 tensor, with columns of N integers or doubles beside it, while N is
/// still unknown.
///
/// The rows go straight to the disk; the columns, eight bytes a row, wait in memory until ``finish()``,
/// which adds them, fills in the header and gives the file its name. Without `finish` no file appears.
///
/// ```swift
/// let writer = try SafetensorsStreamWriter(
///     path: path, tensor: "embeddings", width: 768, integerColumns: ["frame"], doubleColumns: ["time"])
/// try writer.append(row.span, integers: [12], doubles: [0.4])
/// try writer.finish(metadata: ["source": "clip.mp4"])
/// ```
package final class SafetensorsStreamWriter {
    /// The number of rows so far.
    package private(set) var rowCount = 0

    private let path: String
    private let tensor: String
    private let width: Int
    private let integerNames: [String]
    private let doubleNames: [String]
    private var integers: [[Int64]]
    private var doubles: [[Double]]
    private let headerLength: Int
    private var file: AtomicFile?
    /// Rows gathered for one larger write.
    private var pending: [UInt8] = []

    private static let pendingBytes = 1 << 18
    private static let paddingName = "padding"

    /// Starts the file.
    ///
    /// - Parameter metadataBytes: Room to keep in the header for the metadata that `finish` will get.
    package init(
        path: String, tensor: String, width: Int, integerColumns: [String] = [],
        doubleColumns: [String] = [], metadataBytes: Int = 16_384
    ) throws(SafetensorsError) {
        precondition(width > 0, "rows of \(width) elements have no content")
        let names = [tensor, Self.paddingName] + integerColumns + doubleColumns
        precondition(Set(names).count == names.count, "the names \(names) are not distinct")
        self.path = path
        self.tensor = tensor
        self.width = width
        integerNames = integerColumns
        doubleNames = doubleColumns
        integers = integerColumns.map { _ in [] }
        doubles = doubleColumns.map { _ in [] }
        // 160 bytes hold an entry's punctuation and its largest numbers; a name may be all escapes.
        let entryBytes = names.reduce(0) { $0 + 160 + 6 * $1.utf8.count }
        headerLength = (8 + metadataBytes + entryBytes + 63) / 64 * 64
        pending.reserveCapacity(Self.pendingBytes + 4 * width)
        do {
            file = try AtomicFile(path: path)
            try file!.write([UInt8](repeating: 0, count: headerLength))
        } catch {
            throw .cannotWrite(path: path, reason: "\(error)")
        }
    }

    /// Appends one row, and its value in each column in the order they were declared.
    package func append(
        _ row: Span<Float>, integers integerValues: [Int64] = [], doubles doubleValues: [Double] = []
    ) throws(SafetensorsError) {
        precondition(row.count == width, "a row has \(row.count) elements, expected \(width)")
        precondition(
            integerValues.count == integers.count && doubleValues.count == doubles.count,
            "a row needs \(integers.count) integers and \(doubles.count) doubles")
        row.withUnsafeBufferPointer { pending.append(contentsOf: UnsafeRawBufferPointer($0)) }
        for index in integers.indices { integers[index].append(integerValues[index]) }
        for index in doubles.indices { doubles[index].append(doubleValues[index]) }
        rowCount += 1
        if pending.count >= Self.pendingBytes { try flush() }
    }

    /// Completes the file and puts it in its place. Nothing may be appended after this.
    ///
    /// Metadata that does not fit the room kept for it is an error; the file then does not appear.
    package func finish(metadata: [String: String] = [:]) throws(SafetensorsError) {
        var entries = [SafetensorsLayout.Entry(name: tensor, type: .f32, shape: [rowCount, width])]
        // Some readers need the 8-byte columns aligned, and the format allows no gap: after an odd number of
        // 4-byte elements one more goes between.
        let padding = rowCount * width % 2 == 1 && !(integers.isEmpty && doubles.isEmpty)
        if padding { entries.append(.init(name: Self.paddingName, type: .f32, shape: [1])) }
        entries += integerNames.map { .init(name: $0, type: .i64, shape: [rowCount]) }
        entries += doubleNames.map { .init(name: $0, type: .f64, shape: [rowCount]) }
        let needed = SafetensorsLayout.header(entries, metadata: metadata).count
        guard needed <= headerLength else {
            throw .cannotWrite(
                path: path, reason: "the header needs \(needed) bytes, expected at most \(headerLength)")
        }
        try flush()
        guard let file = file.take() else { preconditionFailure("the writer of \(path) has finished") }
        do {
            if padding { try file.write([0, 0, 0, 0]) }
            for column in integers { try file.write(column.withUnsafeBytes(Array.init)) }
            for column in doubles { try file.write(column.withUnsafeBytes(Array.init)) }
            try file.seek(to: 0)
            try file.write(SafetensorsLayout.header(entries, metadata: metadata, length: headerLength))
            try file.commit()
        } catch {
            throw .cannotWrite(path: path, reason: "\(error)")
        }
    }

    private func flush() throws(SafetensorsError) {
        guard file != nil else { preconditionFailure("the writer of \(path) has finished") }
        do { try file!.write(pending) } catch { throw .cannotWrite(path: path, reason: "\(error)") }
        pending.removeAll(keepingCapacity: true)
    }
}
