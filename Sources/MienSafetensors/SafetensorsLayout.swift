/// Makes the header of a safetensors file.
enum SafetensorsLayout {
    struct Entry: Sendable {
        var name: String
        var type: ElementType
        var shape: [Int]

        var byteCount: Int { shape.reduce(type.size, *) }
    }

    /// The length field and the JSON for tensors that follow each other in this order, filled up with
    /// spaces to `length` bytes, or to the next multiple of 64 so that the data can be mapped aligned.
    static func header(_ entries: [Entry], metadata: [String: String], length: Int? = nil) -> [UInt8] {
        var fields: [String] = []
        if !metadata.isEmpty {
            let pairs = metadata.sorted { $0.key < $1.key }.map { "\(quoted($0.key)):\(quoted($0.value))" }
            fields.append("\"__metadata__\":{\(pairs.joined(separator: ","))}")
        }
        var offset = 0
        for entry in entries {
            let end = offset + entry.byteCount
            let shape = entry.shape.map(String.init).joined(separator: ",")
            fields.append(
                "\(quoted(entry.name)):{\"dtype\":\"\(entry.type.rawValue)\",\"shape\":[\(shape)],"
                    + "\"data_offsets\":[\(offset),\(end)]}")
            offset = end
        }
        let json = Array("{\(fields.joined(separator: ","))}".utf8)
        let total = length ?? (8 + json.count + 63) / 64 * 64
        precondition(total >= 8 + json.count, "a header of \(8 + json.count) bytes exceeds \(total)")
        let size = UInt64(total - 8)
        let prefix = (0..<8).map { UInt8(truncatingIfNeeded: size >> (8 * UInt64($0))) }
        return prefix + json + [UInt8](repeating: UInt8(ascii: " "), count: total - 8 - json.count)
    }

    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\u{0}"..<"\u{20}":
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
