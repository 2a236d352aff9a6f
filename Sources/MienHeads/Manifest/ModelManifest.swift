import Foundation
import MienCore

/// What `mien.json` says of a model folder: everything about the heads that is not a weight.
///
/// Keys this version does not know are kept when the manifest is rewritten, on every level. A missing key
/// takes its default. Writing the same manifest twice gives the same bytes.
package struct ModelManifest: Sendable, Equatable {
    /// The version of the format this describes.
    package static let currentFormat = 1

    /// The version of the format; readers refuse a newer one.
    package var format = ModelManifest.currentFormat
    /// The name of the model, for people and for the metadata of tables; nil if it has none.
    package var name: String?
    /// How a face is cut out for the encoder.
    package var crop = Crop()
    /// How logits become probabilities and decisions.
    package var calibration = Calibration()
    /// The windows of temporal smoothing.
    package var smoothing = Smoothing()
    /// Where the weights come from: data, options, curves. Free, and kept as it is.
    package var provenance: [String: JSONValue] = [:]
    /// The licence of the weights, as an SPDX expression or in words.
    package var licence: String?
    /// The members of the document that this version does not know.
    package var unknown: [String: JSONValue] = [:]
    /// Members beside the two lists of labels that this version does not know.
    package var unknownLabels: [String: JSONValue] = [:]

    package init(name: String? = nil) {
        self.name = name
    }

    /// Reads the manifest at `path`.
    package init(path: String) throws(HeadsError) {
        let document: JSONValue
        do {
            let data = try Data(contentsOf: URL(fileURLWithPath: path))
            document = try JSONDecoder().decode(JSONValue.self, from: data)
        } catch let error as DecodingError {
            throw .manifestFile(path: path, reason: "not valid JSON: \(error.reason)")
        } catch {
            throw .manifestFile(path: path, reason: "cannot be read: \(error.localizedDescription)")
        }
        try self.init(document, path: path)
    }

    /// Reads the manifest from its document; `path` is for messages.
    package init(_ document: JSONValue, path: String) throws(HeadsError) {
        var root = try JSONSection(document, key: "", path: path)
        let current = Self.currentFormat
        format =
            try root.take("format", expected: "a format up to \(current), which this version reads") {
                value in
                if case .integer(let format) = value, (1...Int64(current)).contains(format) {
                    Int(format)
                } else {
                    nil
                }
            } ?? current
        name = try root.string("name")
        unknownLabels = try Self.checkLabels(root.section("labels"))
        crop = try Crop(root.section("crop"))
        calibration = try Calibration(root.section("calibration"))
        smoothing = try Smoothing(root.section("smoothing"))
        provenance = try root.take("provenance", expected: "an object", \.members) ?? [:]
        licence = try root.string("licence")
        unknown = root.rest
    }

    /// The action units whose grade is `weak`, as `provenance.au_grades` has it, in the order of the labels: what they say
    /// agrees too little with people or with rendered truth to be asserted.
    package var weakActionUnits: [String] {
        let grades = provenance["au_grades"]?.members ?? [:]
        return HeadTask.actionUnits.labels.filter { grades[$0]?.members?["grade"]?.string == "weak" }
    }

    /// The document.
    package var document: JSONValue {
        var members = unknown
        members["format"] = .integer(Int64(format))
        members["name"] = name.map { .string($0) }
        var labels = unknownLabels
        for task in HeadTask.allCases { labels[task.rawValue] = .array(task.labels.map { .string($0) }) }
        members["labels"] = .object(labels)
        members["crop"] = .object(crop.members)
        members["calibration"] = .object(calibration.members)
        members["smoothing"] = .object(smoothing.members)
        if !provenance.isEmpty { members["provenance"] = .object(provenance) }
        members["licence"] = licence.map { .string($0) }
        return .object(members)
    }

    /// Writes the manifest; `path` holds either what it held before or the whole new document.
    package func write(to path: String) throws(HeadsError) {
        do {
            try AtomicFile.write(Array(document.text().utf8), to: path)
        } catch {
            throw .manifestFile(path: path, reason: "cannot be written: \(error)")
        }
    }

    /// The outputs of the heads have a fixed meaning, so other labels mean other heads.
    private static func checkLabels(_ section: JSONSection) throws(HeadsError) -> [String: JSONValue] {
        var section = section
        for task in HeadTask.allCases {
            let expected = task.labels
            let labels = try section.take(task.rawValue, expected: "a list of \(expected.count) names") {
                $0.elements?.map { $0.string ?? $0.summary }
            }
            guard let labels, labels != expected else { continue }
            let difference = zip(labels, expected).enumerated().first { $0.element.0 != $0.element.1 }
            let found =
                difference.map { "\"\($0.element.0)\" at index \($0.offset)" } ?? "\(labels.count) labels"
            throw .manifestValue(
                path: section.path, key: section.fullKey(task.rawValue), found: found,
                expected: expected.joined(separator: ", ") + " in this order")
        }
        return section.rest
    }
}

extension ModelManifest: Codable {
    package init(from decoder: any Decoder) throws {
        try self.init(JSONValue(from: decoder), path: "mien.json")
    }

    package func encode(to encoder: any Encoder) throws {
        try document.encode(to: encoder)
    }
}

extension DecodingError {
    /// What is wrong, without the type names of the decoder.
    fileprivate var reason: String {
        guard case .dataCorrupted(let context) = self else { return "\(self)" }
        let underlying = (context.underlyingError as NSError?)?.userInfo[NSDebugDescriptionErrorKey]
        return underlying.map { "\($0)" } ?? context.debugDescription
    }
}
