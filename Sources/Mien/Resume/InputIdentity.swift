import Foundation
import MienHash
import MienTable

extension RunMetadata.Input {
    /// The number of pieces of a file that are hashed, and the bytes of each.
    private static let pieces = (count: 16, bytes: 1 << 16)

    /// Describes an input so that it is known again: of a file the size, the time of its last change, and a hash
    /// of sixteen pieces of 64 KiB spread evenly from its first byte to its last (all of a file up to 1 MiB).
    ///
    /// Any program that cuts, encodes or remuxes a video changes its size or its index, at one of its ends; a
    /// patch in the middle that keeps the size changes the time. Hashing all of the file would read a corpus
    /// twice.
    init(describing input: String) {
        self.init(path: input, name: (input as NSString).lastPathComponent)
        var info = stat()
        guard stat(input, &info) == 0, info.st_mode & S_IFMT == S_IFREG else { return }
        bytes = Int64(info.st_size)
        modified = Int64(info.st_mtim.tv_sec)
        sampleSHA256 = Self.sampleHash(input, size: Int(info.st_size))
    }

    /// Whether the input can be recognised, and a run over it resumed.
    var isIdentified: Bool { sampleSHA256 != nil }

    private static func sampleHash(_ path: String, size: Int) -> String? {
        guard let file = FileHandle(forReadingAtPath: path) else { return nil }
        defer { try? file.close() }
        let hash = ContentHash()
        do {
            for offset in offsets(size: size) {
                try file.seek(toOffset: UInt64(offset))
                let length = size <= pieces.count * pieces.bytes ? size : pieces.bytes
                guard let piece = try file.read(upToCount: length) else { continue }
                piece.withUnsafeBytes { hash.update($0) }
            }
        } catch {
            return nil
        }
        return hash.finish()
    }

    private static func offsets(size: Int) -> [Int] {
        guard size > pieces.count * pieces.bytes else { return [0] }
        let last = size - pieces.bytes
        return (0..<pieces.count).map {
            last / (pieces.count - 1) * $0 + ($0 == pieces.count - 1 ? last % (pieces.count - 1) : 0)
        }
    }
}
