import Foundation
import MienTimeline

/// The bytes of a text file as UTF-8, block by block, whatever Unicode encoding it is stored in.
///
/// Spreadsheets put a byte order mark in front, which is dropped, and call UTF-16 "Unicode text".
struct CSVSource {
    private static let blockSize = 1 << 16

    private enum Encoding {
        case utf8
        case utf16(isBigEndian: Bool)
    }

    let name: String
    /// Whether the text is that of the file, byte for byte.
    var isPlain: Bool { if case .utf8 = encoding { true } else { false } }
    /// The bytes in front of the text: those of a byte order mark.
    private(set) var markLength = 0
    private(set) var isAtEnd: Bool

    private let descriptor: Int32
    private let closes: Bool
    private var encoding = Encoding.utf8
    private var raw: [UInt8] = []
    /// The first half of a character beyond 16 bits.
    private var surrogate: UInt16?

    /// Opens the file at `path`, `-` for the standard input.
    init(path: String) throws(TimelineError) {
        let isStandard = path == "-"
        descriptor = isStandard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .cannotOpen(path: path, code: errno) }
        closes = !isStandard
        name = isStandard ? "standard input" : path
        isAtEnd = false
    }

    /// Text that is in memory.
    init(bytes: [UInt8], name: String) {
        (descriptor, closes, self.name, isAtEnd, raw) = (-1, false, name, true, bytes)
    }

    func close() {
        if closes { Foundation.close(descriptor) }
    }

    /// Appends the beginning of the text to `text`, after a look at what kind of file it is.
    mutating func start(_ text: inout [UInt8]) throws(TimelineError) {
        while !isAtEnd, raw.count < Self.blockSize, !raw.contains(UInt8(ascii: "\n")) { try readBlock() }
        if raw.starts(with: [0xEF, 0xBB, 0xBF]) {
            markLength = 3
        } else if raw.starts(with: [0xFF, 0xFE]) || raw.starts(with: [0xFE, 0xFF]) {
            markLength = 2
            encoding = .utf16(isBigEndian: raw[0] == 0xFE)
        } else if raw.count >= 4, (raw[0] == 0) != (raw[1] == 0), (raw[2] == 0) == (raw[0] == 0),
            (raw[3] == 0) == (raw[1] == 0)
        {
            // Without a mark: every other byte of English text is 0.
            encoding = .utf16(isBigEndian: raw[0] == 0)
        } else if let kind = Self.kind(of: raw) {
            throw .malformedTable(path: name, line: 1, problem: "\(kind); expected text, as in a CSV file")
        }
        raw.removeFirst(markLength)
        decode(into: &text)
    }

    /// Appends more of the text to `text`, unless it is at its end.
    mutating func read(_ text: inout [UInt8]) throws(TimelineError) {
        try readBlock()
        decode(into: &text)
    }

    private mutating func readBlock() throws(TimelineError) {
        let used = raw.count
        raw.append(contentsOf: repeatElement(0, count: Self.blockSize))
        var count = -1
        repeat {
            count = raw.withUnsafeMutableBytes {
                Foundation.read(descriptor, $0.baseAddress! + used, Self.blockSize)
            }
        } while count < 0 && errno == EINTR
        let code = errno
        raw.removeLast(Self.blockSize - max(count, 0))
        guard count >= 0 else { throw .cannotRead(path: name, code: code) }
        isAtEnd = count == 0
    }

    private mutating func decode(into text: inout [UInt8]) {
        guard case .utf16(let isBigEndian) = encoding else {
            text += raw
            raw.removeAll(keepingCapacity: true)
            return
        }
        var position = 0
        while position + 1 < raw.count {
            let (first, second) = (UInt16(raw[position]), UInt16(raw[position + 1]))
            append(isBigEndian ? first << 8 | second : second << 8 | first, to: &text)
            position += 2
        }
        raw.removeFirst(position)
        if isAtEnd, surrogate != nil || !raw.isEmpty { Self.append(Self.replacement, to: &text) }
    }

    private mutating func append(_ unit: UInt16, to text: inout [UInt8]) {
        if let high = surrogate {
            surrogate = nil
            if 0xDC00...0xDFFF ~= unit {
                let value = 0x10000 + (UInt32(high) - 0xD800) << 10 + (UInt32(unit) - 0xDC00)
                return Self.append(Unicode.Scalar(value) ?? Self.replacement, to: &text)
            }
            Self.append(Self.replacement, to: &text)
        }
        if 0xD800...0xDBFF ~= unit {
            surrogate = unit
        } else {
            Self.append(Unicode.Scalar(unit) ?? Self.replacement, to: &text)
        }
    }

    private static let replacement: Unicode.Scalar = "\u{FFFD}"

    private static func append(_ scalar: Unicode.Scalar, to text: inout [UInt8]) {
        if scalar.value < 0x80 { text.append(UInt8(scalar.value)) } else { text += Array(scalar.utf8) }
    }

    /// The kind of a file that is no text, by its first bytes; nil if it may be text.
    private static func kind(of bytes: [UInt8]) -> String? {
        let workbook = "save its sheet as CSV (in Excel \"CSV UTF-8\")"
        let kinds: [([UInt8], String)] = [
            ([0x50, 0x4B, 3, 4], "a workbook of Excel or LibreOffice, or another zip file: \(workbook)"),
            ([0xD0, 0xCF, 0x11, 0xE0], "a workbook of an older Excel: \(workbook)"),
            ([0x1F, 0x8B], "compressed with gzip, as R's .rds files are too: unpack it with gunzip"),
            (Array("BZh".utf8), "compressed with bzip2: unpack it with bunzip2"),
            ([0xFD, 0x37, 0x7A, 0x58, 0x5A], "compressed with xz: unpack it with unxz"),
            ([0x28, 0xB5, 0x2F, 0xFD], "compressed with Zstandard: unpack it with unzstd"),
            (Array("PAR1".utf8), "a Parquet file: write it as CSV with DuckDB or pandas"),
            (Array("%PDF".utf8), "a PDF document"),
        ]
        if let (_, kind) = kinds.first(where: { bytes.starts(with: $0.0) }) { return kind }
        if bytes.first(where: { !" \t\r\n".utf8.contains($0) }) == UInt8(ascii: "<") {
            return "a web page or XML document"
        }
        // What follows the first line may be the rest of a file after a crash of the machine.
        let line = bytes.prefix { $0 != UInt8(ascii: "\n") }
        return line.contains(0) ? "binary data" : nil
    }
}
