import Glibc

/// Numbered images named by a printf pattern such as `img_%04d.png`.
///
/// FFmpeg reads from the first number on and stops at the first one missing, without a word. This type
/// knows the numbers that exist, so that a gap can be told from the end.
struct ImageSequence: Equatable {
    /// The pattern as given.
    let pattern: String
    /// The numbers of the files that match, in rising order.
    let numbers: [Int]

    /// Nil if `pattern` holds no single `%d` or `%0Nd` in its last component.
    init?(pattern: String) {
        let slash = pattern.lastIndex(of: "/")
        let folder = slash.map { String(pattern[...$0]) } ?? "./"
        let name = slash.map { pattern[pattern.index(after: $0)...] } ?? pattern[...]
        guard let parts = Self.split(name) else { return nil }
        self.pattern = pattern
        numbers = folderEntries(folder).compactMap(parts.number).sorted()
    }

    /// The number reading starts from: the smallest that exists.
    var first: Int { numbers.first ?? 0 }

    /// Throws if there is no image to start with.
    func checkFirst() throws(VideoError) {
        if numbers.isEmpty { throw .noImages(pattern: pattern, reason: "no file matches") }
    }

    /// The sentence for a sequence that stopped after `count` images though later ones exist.
    func gap(after count: Int) -> String? {
        let next = first + count
        let later = numbers.filter { $0 > next }
        guard let nearest = later.first, !numbers.contains(next) else { return nil }
        return """
            the sequence \(pattern) stops at a gap: number \(next) is missing, and number \(nearest)\
            \(later.count > 1 ? " and \(later.count - 1) more" : "") that follow are not read
            """
    }

    /// Whether FFmpeg would take a file of this name for an image.
    static func isImageName(_ path: String) -> Bool {
        let names: Set = [
            "apng", "bmp", "dds", "dpx", "exr", "gif", "hdr", "j2k", "jp2", "jpeg", "jpg", "jxl", "pam",
            "pbm",
            "pcx", "pfm", "pgm", "pgx", "png", "pnm", "ppm", "psd", "qoi", "sgi", "svg", "tga", "tif", "tiff",
            "webp", "xbm", "xpm", "xwd",
        ]
        guard let dot = path.lastIndex(of: ".") else { return false }
        return names.contains(path[path.index(after: dot)...].lowercased())
    }

    /// The text around the number, and the number's least width.
    private struct Parts {
        var prefix: String
        var suffix: String
        var width: Int

        func number(in entry: String) -> Int? {
            guard entry.hasPrefix(prefix), entry.hasSuffix(suffix) else { return nil }
            let digits = entry.dropFirst(prefix.count).dropLast(suffix.count)
            guard digits.count >= max(width, 1), digits.allSatisfy({ $0.isASCII && $0.isNumber }) else {
                return nil
            }
            // A longer run of digits than the width asks for has no leading zero.
            if digits.count > max(width, 1), digits.hasPrefix("0") { return nil }
            // FFmpeg counts in 32 bits.
            return Int32(digits).map(Int.init)
        }
    }

    private static func split(_ name: Substring) -> Parts? {
        guard let percent = name.firstIndex(of: "%") else { return nil }
        let rest = name[name.index(after: percent)...]
        let digits = rest.prefix { $0.isASCII && $0.isNumber }
        let suffix = rest[digits.endIndex...]
        guard suffix.first == "d", !suffix.contains("%") else { return nil }
        return Parts(
            prefix: String(name[..<percent]), suffix: String(suffix.dropFirst()), width: Int(digits) ?? 0)
    }
}
