import CFFmpeg
import Foundation

/// SHA-256 over the contents of files, computed by libavutil (which decoding brings along anyway).
package struct ContentHash: ~Copyable {
    private let context: OpaquePointer

    package init() {
        guard let context = av_sha_alloc(), av_sha_init(context, 256) == 0 else {
            preconditionFailure("out of memory for a hash context")
        }
        self.context = context
    }

    deinit {
        av_free(UnsafeMutableRawPointer(context))
    }

    /// Adds bytes.
    package func update(_ bytes: UnsafeRawBufferPointer) {
        av_sha_update(context, bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), bytes.count)
    }

    /// Adds the contents of a file, a piece at a time.
    package func update(contentsOf path: String) throws {
        let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
        defer { try? file.close() }
        while let piece = try file.read(upToCount: 1 << 20), !piece.isEmpty {
            piece.withUnsafeBytes { update($0) }
        }
    }

    /// The hash as 64 lower-case hexadecimal digits.
    package consuming func finish() -> String {
        var digest = [UInt8](repeating: 0, count: 32)
        av_sha_final(context, &digest)
        let digits = Array("0123456789abcdef")
        return String(digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
    }

    /// The hash of one file.
    package static func file(_ path: String) throws -> String {
        let hash = ContentHash()
        try hash.update(contentsOf: path)
        return hash.finish()
    }
}
