import Foundation

/// Reads records of comma-separated values (RFC 4180): quoted fields, any line ending, a byte-order mark.
struct CSVReader {
    struct Record {
        /// The line it begins on, from 1.
        let line: Int
        let fields: [String]
    }

    let path: String
    private let bytes: [UInt8]
    private var position = 0
    private var line = 1

    init(path: String) throws(TrainingError) {
        self.path = path
        do {
            bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        } catch {
            throw .file(path: path, reason: "cannot be read: \(error.localizedDescription)")
        }
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
    }

    /// The next record that is not an empty line; nil at the end.
    mutating func next() -> Record? {
        while position < bytes.count {
            let start = line
            let fields = record()
            if fields.count > 1 || fields.first?.isEmpty == false {
                return Record(line: start, fields: fields)
            }
        }
        return nil
    }

    private mutating func record() -> [String] {
        var fields: [String] = []
        var field: [UInt8] = []
        var isQuoted = false
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            if isQuoted {
                if byte == UInt8(ascii: "\n") { line += 1 }
                guard byte == UInt8(ascii: "\"") else {
                    field.append(byte)
                    continue
                }
                // Two quotes stand for one.
                if position < bytes.count, bytes[position] == UInt8(ascii: "\"") {
                    field.append(byte)
                    position += 1
                } else {
                    isQuoted = false
                }
                continue
            }
            switch byte {
            case UInt8(ascii: "\"") where field.isEmpty: isQuoted = true
            case UInt8(ascii: ","):
                fields.append(Self.text(field))
                field.removeAll(keepingCapacity: true)
            case UInt8(ascii: "\n"), UInt8(ascii: "\r"):
                if byte == UInt8(ascii: "\r"), position < bytes.count, bytes[position] == UInt8(ascii: "\n") {
                    position += 1
                }
                line += 1
                return fields + [Self.text(field)]
            default: field.append(byte)
            }
        }
        return fields + [Self.text(field)]
    }

    private static func text(_ field: [UInt8]) -> String {
        var field = field[...]
        while let first = field.first, first == 0x20 || first == 0x09 { field.removeFirst() }
        while let last = field.last, last == 0x20 || last == 0x09 { field.removeLast() }
        return String(decoding: field, as: UTF8.self)
    }
}

/// Collects malformed rows: the first few in full, the rest as a number.
struct RowIssues {
    private static let shown = 10
    private(set) var rows: [MalformedRow] = []
    private(set) var count = 0

    mutating func add(_ path: String, line: Int, found: String, expected: String) {
        count += 1
        guard rows.count < Self.shown else { return }
        rows.append(MalformedRow(path: path, line: line, found: found, expected: expected))
    }

    /// Throws if there are any.
    func check(path: String, of total: Int) throws(TrainingError) {
        guard count > 0 else { return }
        throw .malformed(path: path, rows: rows, count: count, of: total)
    }
}
