import Foundation
import MienCore
import MienSafetensors

/// A JSON object from a file, with access by key that says where a wrong value stands.
struct JSONFile {
    let path: String
    /// The key path of this object in its file, for messages: empty, or as in "vision_config.".
    let prefix: String
    private let members: [String: JSONValue]

    /// Reads the file; nil if there is none.
    init?(path: String) throws(CLIPError) {
        guard access(path, F_OK) == 0 else { return nil }
        let bytes = try Self.contents(of: path)
        let value: JSONValue
        do {
            value = try JSONDecoder().decode(JSONValue.self, from: Data(bytes))
        } catch {
            let kind = bytes.withUnsafeBytes { bytes in
                bytes.first { !" \t\r\n".utf8.contains($0) } == UInt8(ascii: "{")
                    ? nil : ForeignFile.description(of: bytes)
            }
            throw .malformed(path: path, reason: "is not valid JSON" + (kind.map { "; it is \($0)" } ?? ""))
        }
        guard case .object(let members) = value else {
            throw .malformed(path: path, reason: "holds \(value.summary), expected a JSON object")
        }
        self.init(path: path, prefix: "", members: members)
    }

    private init(path: String, prefix: String, members: [String: JSONValue]) {
        self.path = path
        self.prefix = prefix
        self.members = members
    }

    /// The value of `key`; nil if it is missing or null, which mean the same in these files.
    subscript(key: String) -> JSONValue? {
        let value = members[key]
        return value == .null ? nil : value
    }

    /// The keys with a value, in order.
    var keys: [String] { members.keys.filter { self[$0] != nil }.sorted() }

    func object(_ key: String) throws(CLIPError) -> JSONFile? {
        guard let value = self[key] else { return nil }
        guard case .object(let members) = value else { throw wrong(key, "an object") }
        return JSONFile(path: path, prefix: "\(prefix)\(key).", members: members)
    }

    func integer(_ key: String, in range: ClosedRange<Int>) throws(CLIPError) -> Int? {
        guard let value = self[key] else { return nil }
        guard let integer = value.int, range.contains(integer) else {
            throw wrong(key, "an integer from \(range.lowerBound) to \(range.upperBound)")
        }
        return integer
    }

    func positiveNumber(_ key: String) throws(CLIPError) -> Double? {
        guard let value = self[key] else { return nil }
        guard let number = value.double, number > 0, number.isFinite else {
            throw wrong(key, "a positive number")
        }
        return number
    }

    func boolean(_ key: String) throws(CLIPError) -> Bool? {
        guard let value = self[key] else { return nil }
        guard case .bool(let boolean) = value else { throw wrong(key, "true or false") }
        return boolean
    }

    func string(_ key: String) throws(CLIPError) -> String? {
        guard let value = self[key] else { return nil }
        guard case .string(let string) = value else { throw wrong(key, "a string") }
        return string
    }

    func strings(_ key: String) throws(CLIPError) -> [String]? {
        guard let value = self[key] else { return nil }
        guard case .array(let elements) = value else { throw wrong(key, "an array of strings") }
        var strings: [String] = []
        for element in elements {
            guard case .string(let string) = element else { throw wrong(key, "an array of strings") }
            strings.append(string)
        }
        return strings
    }

    /// The error for the value of `key`.
    func wrong(_ key: String, _ expected: String) -> CLIPError {
        .wrongValue(
            path: path, key: prefix + key, found: self[key]?.summary ?? "missing",
            expected: expected)
    }

    private static func contents(of path: String) throws(CLIPError) -> [UInt8] {
        guard let file = fopen(path, "rb") else {
            throw .cannotRead(path: path, reason: String(cString: strerror(errno)))
        }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = fread(&chunk, 1, chunk.count, file)
            bytes += chunk[..<count]
            if count < chunk.count { break }
        }
        guard ferror(file) == 0 else {
            throw .cannotRead(path: path, reason: String(cString: strerror(errno)))
        }
        return bytes
    }
}
