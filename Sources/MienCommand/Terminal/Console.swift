import Foundation

/// Where the command writes: data to standard output, everything said to the user to standard error.
enum Console {
    /// Whether a person sees what goes to standard error.
    static let isTerminal = isatty(STDERR_FILENO) != 0

    /// A message to the user.
    static func say(_ message: String) {
        write("mien: \(message)\n", to: STDERR_FILENO)
    }

    /// Data, or help that was asked for.
    static func print(_ text: String) {
        write(text.hasSuffix("\n") ? text : text + "\n", to: STDOUT_FILENO)
    }

    /// Data as JSON, with sorted keys.
    static func print(json value: some Encodable, inOneLine: Bool = false) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        if !inOneLine { encoder.outputFormatting.insert(.prettyPrinted) }
        print(String(decoding: try encoder.encode(value), as: UTF8.self))
    }

    /// Writes all of `text`; a reader that has gone away is not an error worth a message.
    static func write(_ text: String, to descriptor: Int32) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let written = bytes.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
            if written < 0 && errno == EINTR { continue }
            guard written > 0 else { return }
            bytes = bytes.dropFirst(written)
        }
    }
}
