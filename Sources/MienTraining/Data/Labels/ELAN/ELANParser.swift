import Foundation
import FoundationXML

/// Collects the elements of an annotation file as the XML parser meets them.
///
///     ANNOTATION_DOCUMENT > HEADER > MEDIA_DESCRIPTOR, PROPERTY
///                         > TIME_ORDER > TIME_SLOT
///                         > TIER > ANNOTATION > ALIGNABLE_ANNOTATION > ANNOTATION_VALUE
///
/// Other elements are passed over. What is wrong with an annotation is noted with its tier: it matters only in ours.
/// Annotations of no length label nothing and are left out.
final class ELANParser: NSObject, XMLParserDelegate {
    private struct Problem {
        let line: Int
        let text: String
    }

    /// An annotation whose points in time may still be unknown; one that belongs to another annotation instead of to
    /// time has none.
    private struct Pending {
        let id: String
        let slots: (start: String, end: String)?
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
    /// Those of each tier.
    private var pending: [[Pending]] = []
    private var isInAnnotation = false
    private var media: [ELANFile.Media] = []
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
        for index in tiers.indices { place(pending[index], in: &tiers[index]) }
        file.tiers = tiers
        file.media = media
        file.properties = properties
    }

    /// Gives annotations their time. Where a series of them shares points without one, the time between the two that
    /// have one is divided evenly, as ELAN does.
    private func place(_ annotations: [Pending], in tier: inout ELANFile.Tier) {
        var followers: [String: Int] = [:]
        for (index, annotation) in annotations.enumerated() {
            if let slots = annotation.slots, times[slots.start] == nil { followers[slots.start] = index }
        }
        var isPlaced = [Bool](repeating: false, count: annotations.count)
        for first in annotations.indices {
            guard let slots = annotations[first].slots, let start = times[slots.start] else { continue }
            var series = [first]
            var last = slots.end
            while times[last] == nil, let next = followers.removeValue(forKey: last),
                let slots = annotations[next].slots
            {
                series.append(next)
                last = slots.end
            }
            guard let end = times[last] else { continue }
            for (place, index) in series.enumerated() {
                isPlaced[index] = true
                add(
                    annotations[index], to: &tier, from: start + (end - start) * place / series.count,
                    to: start + (end - start) * (place + 1) / series.count)
            }
        }
        for (index, annotation) in annotations.enumerated() where !isPlaced[index] {
            let reason =
                annotation.slots == nil
                ? "belongs to another annotation" : "is at a time slot which has no time"
            tier.problems.append(
                ELANFile.Problem(
                    line: annotation.line, found: "annotation \(annotation.id) that \(reason)",
                    expected: "a TIME_SLOT with a TIME_VALUE at both ends"))
        }
        tier.annotations.sort { ($0.start, $0.line) < ($1.start, $1.line) }
        tier.problems.sort { $0.line < $1.line }
    }

    private func add(_ annotation: Pending, to tier: inout ELANFile.Tier, from start: Int, to end: Int) {
        guard start <= end else {
            tier.problems.append(
                ELANFile.Problem(
                    line: annotation.line,
                    found: "annotation \(annotation.id) from \(start) to \(end) ms",
                    expected: "an end after its start"))
            return
        }
        guard start < end else { return }
        tier.annotations.append(
            ELANFile.Annotation(
                start: start, end: end,
                value: annotation.value.trimmingCharacters(in: .whitespacesAndNewlines), line: annotation.line
            ))
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
        case "MEDIA_DESCRIPTOR":
            guard
                let origin = number(attributes["TIME_ORIGIN"] ?? "0", "TIME_ORIGIN", in: -maximum...maximum)
            else { return }
            media.append(
                ELANFile.Media(
                    url: attributes["MEDIA_URL"] ?? "", relativeURL: attributes["RELATIVE_MEDIA_URL"],
                    timeOrigin: origin))
        case "PROPERTY":
            property = attributes["NAME"]
            text = ""
        case "TIME_SLOT":
            guard let id = required("TIME_SLOT_ID", element, attributes) else { return }
            // Slots without a value lie between others, as parts of a divided annotation do.
            guard let value = attributes["TIME_VALUE"], value != "-1" else { return }
            times[id] = number(value, "TIME_VALUE", in: 0...maximum)
        case "TIER":
            guard let name = required("TIER_ID", element, attributes) else { return }
            tiers.append(ELANFile.Tier(name: name, line: parser.lineNumber))
            pending.append([])
        case "ALIGNABLE_ANNOTATION", "REF_ANNOTATION":
            guard !tiers.isEmpty else { return fail("an annotation outside of a TIER") }
            let (start, end) = (attributes["TIME_SLOT_REF1"], attributes["TIME_SLOT_REF2"])
            pending[tiers.count - 1].append(
                Pending(
                    id: attributes["ANNOTATION_ID"] ?? "without ANNOTATION_ID",
                    slots: start.flatMap { start in end.map { (start, $0) } }, line: parser.lineNumber))
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
            if let text { pending[tiers.count - 1][pending[tiers.count - 1].count - 1].value = text }
            text = nil
        case "ALIGNABLE_ANNOTATION", "REF_ANNOTATION":
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
