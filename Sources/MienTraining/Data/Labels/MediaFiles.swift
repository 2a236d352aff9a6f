import Foundation
import MienCore

/// Finds the files that a list names, each looked for once.
struct MediaFiles {
    /// What paths are relative to; empty is the current folder.
    let folder: String
    private var known: [ByteString: String?] = [:]
    private var names: [String: [String]] = [:]

    init(folder: String) { self.folder = folder }

    /// The path of the file that `path` means, or nil if there is none.
    ///
    /// The same name may be stored as one character or as a letter and its accent (macOS), and a list made on Windows
    /// has backslashes.
    mutating func find(_ path: String) -> String? {
        if let found = known[ByteString(text: path)] { return found }
        var found = existing(at: resolve(path))
        if found == nil, path.contains("\\") {
            found = existing(at: resolve(path.replacing("\\", with: "/")))
        }
        known[ByteString(text: path)] = found
        return found
    }

    /// What is wanted in the place of a path that leads nowhere.
    func expectation(_ path: String) -> String {
        let place = resolve(path)
        let name = (place as NSString).lastPathComponent
        let others = (try? FileManager.default.contentsOfDirectory(atPath: place.parentFolder)) ?? []
        let isBroken = others.contains { other in
            other.unicodeScalars.contains("\u{FFFD}")
                && other.unicodeScalars.count == name.unicodeScalars.count
                && zip(other.unicodeScalars, name.unicodeScalars).allSatisfy { $0 == "\u{FFFD}" || $0 == $1 }
        }
        return isBroken
            ? "an image or video; the name of \(place) on the disk is not UTF-8 text: rename it there"
            : "an image or video; there is no \(place)"
    }

    /// Where a path leads.
    func resolve(_ path: String) -> String {
        guard !path.hasPrefix("/") else { return path }
        return folder.isEmpty ? path : (folder as NSString).appendingPathComponent(path)
    }

    private mutating func existing(at path: String) -> String? {
        let files = FileManager.default
        if path.isEmpty || files.fileExists(atPath: path) { return path.isEmpty ? nil : path }
        guard !path.utf8.allSatisfy({ $0 < 0x80 }) else { return nil }
        var found = path.hasPrefix("/") ? "/" : ""
        for part in path.split(separator: "/") {
            let next = (found as NSString).appendingPathComponent(String(part))
            // Strings are equal if their characters are, however they are stored.
            guard !files.fileExists(atPath: next) else {
                found = next
                continue
            }
            let place = found.isEmpty ? "." : found
            if names[place] == nil { names[place] = (try? files.contentsOfDirectory(atPath: place)) ?? [] }
            guard let name = names[place]?.first(where: { $0 == part }) else { return nil }
            found = (found as NSString).appendingPathComponent(name)
        }
        return found
    }
}

/// A string that only another one of the same bytes equals: files may differ by how an accent is stored.
private struct ByteString: Hashable {
    let text: String

    static func == (a: ByteString, b: ByteString) -> Bool { a.text.utf8.elementsEqual(b.text.utf8) }

    func hash(into hasher: inout Hasher) {
        for byte in text.utf8 { hasher.combine(byte) }
    }
}
