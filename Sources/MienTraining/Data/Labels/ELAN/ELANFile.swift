import Foundation

/// What an annotation file of ELAN says, as far as it is about labels.
package struct ELANFile: Sendable, Equatable {
    package struct Tier: Sendable, Equatable {
        /// The name.
        package var name: String
        /// The line of the file that it begins on, from 1.
        package var line: Int
        /// In order of time.
        package var annotations: [Annotation] = []
        /// What its other annotations lack.
        package var problems: [Problem] = []
    }

    /// What is wrong with an annotation, and on which line of the file.
    package struct Problem: Sendable, Equatable {
        package var line: Int
        package var found: String
        package var expected: String
    }

    /// A linked media file.
    package struct Media: Sendable, Equatable {
        /// Its address, and the one from the document's folder.
        package var url: String
        package var relativeURL: String?
        /// The position in it, in milliseconds, at which the document's clock is 0.
        package var timeOrigin: Int
    }

    package struct Annotation: Sendable, Equatable {
        /// Milliseconds on the clock of the document; the end is not part of it.
        package var start: Int
        package var end: Int
        /// The text, without spaces around it.
        package var value: String
        /// The line of the file that it begins on, from 1.
        package var line: Int
    }

    package var path: String
    package var tiers: [Tier] = []
    /// The media files that are linked, the first of which ELAN calls the master.
    package var media: [Media] = []
    /// Free text that travels in the document, by name.
    package var properties: [String: String] = [:]

    /// Larger files are no annotations of a video.
    private static let largestSize = 1 << 28

    /// Reads the file at `path`.
    ///
    /// Nothing outside of the file is ever read, and a document type declaration, in which XML defines entities, is
    /// refused: ELAN writes none.
    package init(path: String) throws(TrainingError) {
        let data: Data
        do {
            data = try Data(contentsOf: URL(fileURLWithPath: path))
        } catch {
            throw .file(path: path, reason: "cannot be read: \(error.localizedDescription)")
        }
        try self.init(data, path: path)
    }

    /// Reads a file that is in memory; messages call it `path`.
    package init(_ data: Data, path: String) throws(TrainingError) {
        self.path = path
        guard !data.isEmpty else { throw .data(path: path, reason: "empty, expected a file of ELAN") }
        guard data.count <= Self.largestSize else {
            throw .data(path: path, reason: "\(data.count) bytes, expected at most \(Self.largestSize)")
        }
        guard !data.starts(with: [0xFE, 0xFF]), !data.starts(with: [0xFF, 0xFE]) else {
            throw .data(path: path, reason: "UTF-16 text, expected UTF-8, as ELAN writes it")
        }
        let prologue = data[
            ..<(data.range(of: Data("<ANNOTATION_DOCUMENT".utf8))?.lowerBound ?? data.endIndex)]
        guard prologue.range(of: Data("<!DOCTYPE".utf8)) == nil else {
            throw .data(path: path, reason: "has a document type declaration, which no file of ELAN has")
        }
        let parser = ELANParser(data)
        try parser.parse(into: &self)
    }

    /// The position in the media file `video`, in milliseconds, at which the document's clock is 0: that of the linked
    /// file of the same name, or if none is called so, the one that all linked files have.
    ///
    /// - Throws: `.data` if that leaves a choice.
    package func timeOrigin(of video: String) throws(TrainingError) -> Int {
        let name = (video as NSString).lastPathComponent
        func names(_ media: Media) -> [String] {
            [media.url, media.relativeURL].compactMap(\.self).flatMap { url in
                let last = url.split(whereSeparator: { "/\\".contains($0) }).last.map(String.init) ?? url
                return [last, last.removingPercentEncoding ?? last]
            }
        }
        func stem(_ name: String) -> String { (name as NSString).deletingPathExtension }
        for isSame in [{ $0 == name }, { stem($0) == stem(name) }] as [(String) -> Bool] {
            let origins = Set(media.filter { names($0).contains(where: isSame) }.map(\.timeOrigin))
            if let origin = origins.first, origins.count == 1 { return origin }
        }
        let origins = Set(media.map(\.timeOrigin))
        guard origins.count > 1 else { return origins.first ?? 0 }
        let list = media.map { "\(names($0)[0]) (\($0.timeOrigin) ms)" }.joined(separator: ", ")
        throw .data(
            path: path,
            reason:
                "its media files have different offsets, \(list), and which of them is \(name) cannot be told; "
                + "expected one of this name, or --media with the one that is")
    }
}
