import Foundation
import FoundationXML

/// Collects the elements of an annotation file as the XML parser meets them.
///
///     ANNOTATION_DOCUMENT > HEADER > MEDIA_DESCRIPTOR, PROPERTY
///                         > TIME_ORDER > TIME_SLOT
///                         > TIER > ANNOTATION > ALIGNABLE_ANNOTATION > ANNOTATION_VALUE
///
/// Other elements are passed over. Annotations that belong to others instead of to time (`REF_ANNOTATION`) have no
/// time of their own and are left out: no tier of ours has them.
final class ELANParser: NSObject, XMLParserDelegate {
    private struct Problem {
        let line: Int
        let text: String
    }

    /// An annotation whose points in time may still be unknown.
    private struct Pending {
        let id: String
        let slots: (start: String, end: String)
        let tier: Int
        let line: Int
        var value = ""
    }

    private let parser: XMLParser
    private var problem: Problem?
    private var depth = 0
    /// Documents of ELAN are five elements deep.
    private static let deepest = 32
    private var hasRoot = false
    private var times: [String: Int] = [:]
    private var tiers: [ELANFile.Tier] = []
    private var pending: [Pending] = []
    private var isInAnnotation = false
    private var timeOrigin: Int?
    private var properties: [String: String] = [:]
    /// The text of the element that is collected, with the name of a property.
    private var text: String?
    private var property: String?

    init(_ data: Data) {
        parser = XMLParser(data: data)
        super.init()
        parser.delegate = self
        parser.shouldResolveExternalEntities = false
    }

    func parse(into file: inout ELANFile) throws(TrainingError) {
        _ = parser.parse()
        // The parser's own verdict is not to be relied on: it calls documents that end early a success.
        if problem == nil, !hasRoot || depth != 0 { fail("the document ends before it is complete") }
        if let problem { throw .data(path: file.path, reason: "line \(problem.line): \(problem.text)") }
        for annotation in pending {
            let times = try (
                time(annotation.slots.start, of: annotation, file),
                time(annotation.slots.end, of: annotation, file)
            )
            guard times.0 < times.1 else {
                throw .data(
                    path: file.path,
                    reason:
                        "line \(annotation.line): annotation \(annotation.id) is from \(times.0) to \(times.1) ms, "
                        + "expected an end after its start")
            }
            tiers[annotation.tier].annotations.append(
                ELANFile.Annotation(
                    start: times.0, end: times.1,
                    value: annotation.value.trimmingCharacters(in: .whitespacesAndNewlines),
                    line: annotation.line
                ))
        }
        for index in tiers.indices {
            tiers[index].annotations.sort { ($0.start, $0.line) < ($1.start, $1.line) }
        }
        file.tiers = tiers
        file.timeOrigin = timeOrigin ?? 0
        file.properties = properties
    }

    private func time(
        _ slot: String, of annotation: Pending, _ file: ELANFile
    ) throws(TrainingError) -> Int {
        if let time = times[slot] { return time }
        throw .data(
            path: file.path,
            reason:
                "line \(annotation.line): annotation \(annotation.id) is at time slot \"\(slot)\", which has no "
                + "time; expected a TIME_SLOT with a TIME_VALUE")
    }

    func parser(
        _ parser: XMLParser, didStartElement element: String, namespaceURI: String?, qualifiedName: String?,
        attributes: [String: String]
    ) {
        guard problem == nil else { return }
        depth += 1
        guard depth <= Self.deepest else {
            return fail("elements within elements, \(depth) deep, expected a file of ELAN")
        }
        if depth == 1 {
            hasRoot = true
            guard element == "ANNOTATION_DOCUMENT" else {
                return fail("the document is <\(element)>, expected <ANNOTATION_DOCUMENT>, a file of ELAN")
            }
        }
        switch element {
        case "HEADER":
            let units = attributes["TIME_UNITS"] ?? "milliseconds"
            if units != "milliseconds" { fail("times are in \(units), expected milliseconds") }
        case "MEDIA_DESCRIPTOR" where timeOrigin == nil:
            timeOrigin = number(attributes["TIME_ORIGIN"] ?? "0", "TIME_ORIGIN", in: -maximum...maximum)
        case "PROPERTY":
            property = attributes["NAME"]
            text = ""
        case "TIME_SLOT":
            guard let id = required("TIME_SLOT_ID", element, attributes) else { return }
            // Slots without a value lie between others, as parts of a divided annotation do.
            guard let value = attributes["TIME_VALUE"] else { return }
            times[id] = number(value, "TIME_VALUE", in: 0...maximum)
        case "TIER":
            guard let name = required("TIER_ID", element, attributes) else { return }
            tiers.append(ELANFile.Tier(name: name, line: parser.lineNumber))
        case "ALIGNABLE_ANNOTATION":
            guard let id = required("ANNOTATION_ID", element, attributes),
                let start = required("TIME_SLOT_REF1", element, attributes),
                let end = required("TIME_SLOT_REF2", element, attributes)
            else { return }
            guard !tiers.isEmpty else { return fail("an annotation outside of a TIER") }
            pending.append(
                Pending(id: id, slots: (start, end), tier: tiers.count - 1, line: parser.lineNumber))
            isInAnnotation = true
        case "ANNOTATION_VALUE" where isInAnnotation:
            text = ""
        default:
            break
        }
    }

    func parser(_ parser: XMLParser, foundCharacters string: String) {
        text?.append(string)
    }

    func parser(_ parser: XMLParser, foundCDATA data: Data) {
        text?.append(String(decoding: data, as: UTF8.self))
    }

    func parser(
        _ parser: XMLParser, didEndElement element: String, namespaceURI: String?, qualifiedName: String?
    ) {
        guard problem == nil else { return }
        depth -= 1
        switch element {
        case "PROPERTY":
            if let property, let text { properties[property] = text }
            (property, text) = (nil, nil)
        case "ANNOTATION_VALUE" where isInAnnotation:
            if let text { pending[pending.count - 1].value = text }
            text = nil
        case "ALIGNABLE_ANNOTATION":
            isInAnnotation = false
        default:
            break
        }
    }

    func parser(_ parser: XMLParser, parseErrorOccurred error: any Error) {
        fail("not well-formed XML (libxml2's error \((error as NSError).code))")
    }

    private let maximum = 1 << 50

    private func required(_ name: String, _ element: String, _ attributes: [String: String]) -> String? {
        if attributes[name] == nil { fail("<\(element)> without \(name)") }
        return attributes[name]
    }

    private func number(_ text: String, _ name: String, in range: ClosedRange<Int>) -> Int? {
        if let number = Int(text), range.contains(number) { return number }
        fail("\(name) is \"\(text)\", expected a whole number of milliseconds")
        return nil
    }

    /// Keeps the first problem; the rest may follow from it.
    private func fail(_ text: String) {
        guard problem == nil else { return }
        problem = Problem(line: max(parser.lineNumber, 1), text: text)
        parser.abortParsing()
    }
}
