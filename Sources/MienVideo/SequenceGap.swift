import CFFmpeg
import Foundation

/// A number missing from a sequence of images, where later ones are there: FFmpeg stops at it and is silent.
struct SequenceGap: CustomStringConvertible {
    let description: String

    /// Looks for images of the pattern behind the end of the first `firstCount`.
    init?(pattern: InputName, firstCount: Int) {
        guard pattern.kind == .sequence else { return nil }
        let folder = (pattern.name as NSString).deletingLastPathComponent
        let names = Set((try? FileManager.default.contentsOfDirectory(atPath: folder.isEmpty ? "." : folder)) ?? [])
        func name(_ number: Int) -> String? {
            var buffer = [CChar](repeating: 0, count: 4096)
            guard av_get_frame_filename(&buffer, Int32(buffer.count), pattern.name, Int32(number)) == 0 else {
                return nil
            }
            let path = String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            return (path as NSString).lastPathComponent
        }
        // FFmpeg looks for the first image among the numbers 0 to 4.
        guard let first = (0...4).first(where: { name($0).map(names.contains) ?? false }) else { return nil }
        let missing = first + firstCount
        // Another thousand numbers: a gap in a recording, not another recording.
        guard let missingName = name(missing), !names.contains(missingName),
            let later = (missing + 1..<missing + 1000).lazy.compactMap(name).first(where: names.contains)
        else { return nil }
        description = "the sequence ends before \(missingName), which is missing, though \(later) is there"
    }
}
