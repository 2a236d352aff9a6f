/// Reads the little JSON that a safetensors header may contain: objects, strings, arrays of whole numbers.
///
/// A general JSON reader would keep one of two equal keys and turn large numbers into floating point. Both
/// hide damage, so the header has its own reader. It never looks past its bytes and does not recurse.
struct HeaderScanner {
    /// What is wrong, for the caller to complete with the file's name.
    struct Problem: Error {
        var reason: String
    }

    private let bytes: UnsafeRawBufferPointer
    private var position = 0

    /// Creates a scanner of `bytes`, which must outlive it.
    init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
    }

    /// Reads an object, handing each key to `value`, which must consume what follows.
    mutating func object(
        _ value: (_ key: String, _ scanner: inout HeaderScanner) throws(Problem) -> Void
    ) throws(Problem) {
        try expect("{")
        var keys: Set<String> = []
        if take("}") { return }
        repeat {
            let key = try string()
            guard keys.insert(key).inserted else {
                throw Problem(reason: "the name \"\(key)\" appears twice in the header")
            }
            try expect(":")
            try value(key, &self)
        } while take(",")
        try expect("}")
    }

    /// Reads an array of non-negative whole numbers.
    mutating func numbers() throws(Problem) -> [Int] {
        try expect("[")
        var result: [Int] = []
        if take("]") { return result }
        repeat { result.append(try number()) } while take(",")
        try expect("]")
        return result
    }

    /// Reads a string with its escapes.
    mutating func string() throws(Problem) -> String {
        try expect("\"")
        var text: [UInt8] = []
        while let byte = next() {
            switch byte {
            case UInt8(ascii: "\""):
                guard let string = String(validating: text, as: UTF8.self) else {
                    throw Problem(reason: "the header has a string that is not UTF-8")
                }
                return string
            case UInt8(ascii: "\\"): text.append(contentsOf: try escape())
            case 0..<0x20:
                throw Problem(
                    reason: "the header has a control character in a string at byte \(position - 1)")
            default: text.append(byte)
            }
        }
        throw Problem(reason: "the header ends inside a string")
    }

    /// Checks that only white space is left.
    mutating func end() throws(Problem) {
        skipSpace()
        guard position == bytes.count else {
            throw Problem(reason: "the header has something after its end, at byte \(position)")
        }
    }

    private mutating func number() throws(Problem) -> Int {
        skipSpace()
        let start = position
        var value = 0
        while position < bytes.count, case let digit = Int(bytes[position]) - 0x30, 0...9 ~= digit {
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) = product.addingReportingOverflow(digit)
            guard !overflow, !carry else {
                throw Problem(reason: "the header has a number that is too large at byte \(start)")
            }
            value = sum
            position += 1
        }
        guard position > start else {
            throw Problem(reason: "the header has no whole number where one belongs, at byte \(start)")
        }
        return value
    }

    private mutating func escape() throws(Problem) -> [UInt8] {
        switch next() {
        case UInt8(ascii: "\""): return [UInt8(ascii: "\"")]
        case UInt8(ascii: "\\"): return [UInt8(ascii: "\\")]
        case UInt8(ascii: "/"): return [UInt8(ascii: "/")]
        case UInt8(ascii: "b"): return [0x08]
        case UInt8(ascii: "f"): return [0x0C]
        case UInt8(ascii: "n"): return [0x0A]
        case UInt8(ascii: "r"): return [0x0D]
        case UInt8(ascii: "t"): return [0x09]
        case UInt8(ascii: "u"): break
        default: throw Problem(reason: "the header has an unknown escape at byte \(position)")
        }
        var code = try codeUnit()
        if 0xD800..<0xDC00 ~= code, position + 1 < bytes.count, bytes[position] == UInt8(ascii: "\\"),
            bytes[position + 1] == UInt8(ascii: "u")
        {
            position += 2
            let low = try codeUnit()
            guard 0xDC00..<0xE000 ~= low else {
                throw Problem(reason: "the header has half a surrogate pair at byte \(position)")
            }
            code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
        }
        guard let scalar = Unicode.Scalar(code) else {
            throw Problem(reason: "the header has half a surrogate pair at byte \(position)")
        }
        return Array(String(Character(scalar)).utf8)
    }

    private mutating func codeUnit() throws(Problem) -> UInt32 {
        var code: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = next(), let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw Problem(reason: "the header has an incomplete \\u escape at byte \(position)")
            }
            code = code << 4 | UInt32(digit)
        }
        return code
    }

    private mutating func expect(_ character: Unicode.Scalar) throws(Problem) {
        guard take(character) else {
            throw Problem(reason: "the header lacks a '\(character)' at byte \(position)")
        }
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        skipSpace()
        guard position < bytes.count, bytes[position] == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    private mutating func next() -> UInt8? {
        guard position < bytes.count else { return nil }
        defer { position += 1 }
        return bytes[position]
    }

    private mutating func skipSpace() {
        while position < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[position]) { position += 1 }
    }
}
