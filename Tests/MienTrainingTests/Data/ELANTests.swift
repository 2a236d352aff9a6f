import Foundation
import MienHeads
import MienTraining
import TestSupport
import Testing

/// A small annotation file. Tiers are pairs of a name and annotations: from, to (ms), text.
private func document(
    _ tiers: [(String, [(Int, Int, String)])], media: String = "", properties: String = ""
) -> String {
    var slots = ""
    var body = ""
    var count = 0
    for (name, annotations) in tiers {
        body += "<TIER LINGUISTIC_TYPE_REF=\"x\" TIER_ID=\"\(name)\">\n"
        for (start, end, text) in annotations {
            count += 1
            slots += "<TIME_SLOT TIME_SLOT_ID=\"ts\(count)a\" TIME_VALUE=\"\(start)\"/>\n"
            slots += "<TIME_SLOT TIME_SLOT_ID=\"ts\(count)b\" TIME_VALUE=\"\(end)\"/>\n"
            body +=
                "<ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID=\"a\(count)\" TIME_SLOT_REF1=\"ts\(count)a\" "
            body += "TIME_SLOT_REF2=\"ts\(count)b\"><ANNOTATION_VALUE>\(text)</ANNOTATION_VALUE>"
            body += "</ALIGNABLE_ANNOTATION></ANNOTATION>\n"
        }
        body += "</TIER>\n"
    }
    return """
        <?xml version="1.0" encoding="UTF-8"?>
        <ANNOTATION_DOCUMENT AUTHOR="" DATE="2026-01-01T00:00:00+00:00" FORMAT="3.0" VERSION="3.0">
        <HEADER MEDIA_FILE="" TIME_UNITS="milliseconds">\(media)\(properties)</HEADER>
        <TIME_ORDER>
        \(slots)</TIME_ORDER>
        \(body)</ANNOTATION_DOCUMENT>
        """
}

private func file(_ text: String) throws(TrainingError) -> ELANFile {
    try ELANFile(Data(text.utf8), path: "a.eaf")
}

@Suite struct ELANFileTests {
    @Test func readsTiersTimesAndText() throws {
        let text = document(
            [
                ("face 0 happiness", [(500, 900, " a &amp; b\n"), (0, 40, "")]),
                ("Notizen <ü>".replacing("<", with: "&lt;"), []),
            ],
            media: "<MEDIA_DESCRIPTOR MEDIA_URL=\"x\" MIME_TYPE=\"y\" TIME_ORIGIN=\"1200\"/>",
            properties: "<PROPERTY NAME=\"mien:first-frame\">0.5</PROPERTY>")
        let file = try file(text)
        #expect(file.tiers.map(\.name) == ["face 0 happiness", "Notizen <ü>"])
        #expect(file.tiers[0].annotations.map(\.value) == ["", "a & b"])
        #expect(file.tiers[0].annotations.map(\.start) == [0, 500])
        #expect(file.tiers[0].annotations.map(\.line) == [13, 11])
        #expect(file.media.map(\.timeOrigin) == [1200] && file.properties == ["mien:first-frame": "0.5"])
    }

    @Test(arguments: [
        ("", "empty, expected a file of ELAN"),
        ("<html></html>", "line 1: the document is <html>, expected <ANNOTATION_DOCUMENT>"),
        ("<ANNOTATION_DOCUMENT>\n<TIER TIER_ID=\"a\">\n", "line "),
        ("<ANNOTATION_DOCUMENT>\n<TIER></TIER></ANNOTATION_DOCUMENT>", "line 2: <TIER> without TIER_ID"),
        ("<ANNOTATION_DOCUMENT>\n<A></B></ANNOTATION_DOCUMENT>", "line 2: not well-formed XML"),
        (
            "<!DOCTYPE x [<!ENTITY a SYSTEM \"file:///etc/hostname\">]><ANNOTATION_DOCUMENT>&a;</ANNOTATION_DOCUMENT>",
            "has a document type declaration"
        ),
        (
            "<ANNOTATION_DOCUMENT><HEADER TIME_UNITS=\"PAL-frames\"/></ANNOTATION_DOCUMENT>",
            "times are in PAL-frames, expected milliseconds"
        ),
        (
            "<ANNOTATION_DOCUMENT><TIME_ORDER>\n<TIME_SLOT TIME_SLOT_ID=\"t\" TIME_VALUE=\"1.5\"/></TIME_ORDER>"
                + "</ANNOTATION_DOCUMENT>",
            "line 2: TIME_VALUE is \"1.5\", expected a whole number of milliseconds"
        ),
    ]) func saysWhatIsWrongAndWhere(text: String, expected: String) {
        let found = message { () throws(TrainingError) in _ = try file(text) }
        #expect(found.hasPrefix("a.eaf: ") && found.contains(expected), "\(found)")
    }

    @Test func refusesUTF16AndMissingFiles() {
        #expect(
            message { () throws(TrainingError) in
                _ = try ELANFile(Data([0xFF, 0xFE, 0x3C, 0]), path: "a.eaf")
            }.contains("UTF-16"))
        #expect(
            message { () throws(TrainingError) in _ = try ELANFile(path: "/nowhere.eaf") }.contains(
                "cannot be read"))
    }

    /// Whatever is done to a file, it is read or refused.
    @Test(arguments: 1...4) func damagedFilesAreReadOrRefused(seed: UInt64) {
        let whole = Array(
            document([
                ("face 0 happiness", [(0, 40, "happiness"), (80, 90, "&lt;x&gt;")]),
                ("face 1 AU12", [(5, 9, "0.5")]),
            ]).utf8)
        let words = RandomWords(seed: seed, purpose: .split, index: 7).words(count: 1500)
        let pieces = [
            "<", ">", "\"", "&", "&#0;", "<!--", "]]>", "<![CDATA[", "\0", "\u{FFFF}", "<TIER>", "=",
        ]
        var read = 0
        for index in stride(from: 0, to: words.count, by: 3) {
            var bytes = whole
            let position = Int(words[index]) % bytes.count
            switch words[index + 1] % 4 {
            case 0: bytes.removeSubrange(position...)
            case 1: bytes[position] = UInt8(truncatingIfNeeded: words[index + 2])
            case 2: bytes.insert(contentsOf: pieces[Int(words[index + 2]) % pieces.count].utf8, at: position)
            default: bytes.removeSubrange(position..<min(bytes.count, position + Int(words[index + 2] % 40)))
            }
            do throws(TrainingError) {
                let file = try ELANFile(Data(bytes), path: "a.eaf")
                _ = try ELANLabels(file, video: "clip.mp4", allowsMalformed: true)
                read += 1
            } catch {
                #expect("\(error)".hasPrefix("a.eaf: "))
            }
        }
        #expect(read > 0 && read < words.count / 3)
    }

    @Test func deepNestingIsRefused() {
        let deep =
            "<ANNOTATION_DOCUMENT>" + String(repeating: "<a>", count: 100_000)
            + String(repeating: "</a>", count: 100_000) + "</ANNOTATION_DOCUMENT>"
        #expect(message { () throws(TrainingError) in _ = try file(deep) }.contains("33 deep"))
    }
}

@Suite struct ELANLabelsTests {
    private func labels(
        _ tiers: [(String, [(Int, Int, String)])], allowsMalformed: Bool = false
    ) throws(TrainingError) -> ELANLabels {
        try ELANLabels(file(document(tiers)), video: "clip.mp4", allowsMalformed: allowsMalformed)
    }

    @Test func expressionsAreWhatTheTextSaysOrTheTier() throws {
        let labels = try labels([
            ("face 0 happiness", [(0, 100, "happiness"), (100, 200, ""), (200, 300, "Surprise")]),
            ("face 0 fear", [(250, 350, "fear")]), ("face 2 expression", [(0, 10, "other")]),
            ("words", [(0, 9, "hm")]),
        ])
        #expect(labels.expression(ofFace: 0, at: 0) == .label(4))
        #expect(labels.expression(ofFace: 0, at: 199) == .label(4))
        #expect(labels.expression(ofFace: 0, at: 200) == .label(6))
        #expect(labels.expression(ofFace: 0, at: 250) == .several)
        #expect(labels.expression(ofFace: 0, at: 300) == .label(3))
        #expect(labels.expression(ofFace: 0, at: 350) == .none)
        #expect(labels.expression(ofFace: 1, at: 0) == .none)
        #expect(labels.expression(ofFace: 2, at: 9) == .label(7))
        #expect(labels.otherTiers == ["words"] && labels.faceIDs == [0, 2])
    }

    @Test func anEmptyTierSaysNothingUnlessItWasChecked() throws {
        let tiers: [(String, [(Int, Int, String)])] = [
            ("face 0 AU12", [(100, 200, "AU12"), (200, 300, "0.25"), (300, 400, "c")]), ("face 0 AU06", []),
        ]
        func units(_ labels: ELANLabels, _ time: Int) -> [Float?] {
            let values = labels.actionUnits(ofFace: 0, at: time)
            #expect(values[0].isNaN)
            return [values[3], values[6]].map { $0.isNaN ? nil : $0 }
        }
        let open = try labels(tiers)
        #expect(units(open, 50) == [nil, 0] && units(open, 100) == [nil, 1])
        #expect(
            units(open, 250) == [nil, 0.25] && units(open, 399) == [nil, 1] && units(open, 400) == [nil, 0])
        let checked = try labels(tiers + [("checked", [(150, 500, "")])])
        #expect(units(checked, 149) == [nil, nil] && units(checked, 150) == [0, 1])
        #expect(units(checked, 450) == [0, 0] && units(checked, 500) == [nil, nil])
    }

    @Test func malformedAnnotationsAreNamed() throws {
        let tiers = [
            ("face 0 AU12", [(0, 1, "strong"), (2, 3, "2"), (4, 5, "1")]),
            ("face 0 fear", [(0, 1, "afraid")]),
        ]
        let text = message { () throws(TrainingError) in _ = try labels(tiers) }
        #expect(
            text.hasPrefix(
                """
                a.eaf: 3 of 4 rows are malformed
                  a.eaf:15: found "strong" in the tier face 0 AU12, expected nothing, AU12, an intensity
                """), "\(text)")
        let rest = try labels(tiers, allowsMalformed: true)
        #expect(rest.actionUnits(ofFace: 0, at: 4)[6] == 1 && rest.actionUnits(ofFace: 0, at: 0)[6] == 0)
        #expect(
            message { () throws(TrainingError) in _ = try labels([("face x AU12", []), ("AU12", [])]) }
                .contains("none of its 2 tiers is called like"))
    }

    /// `points` are the times of the slots, nil without one; annotations go from each slot to the next.
    private func chain(_ points: [Int?], tier: String, extra: String = "") -> String {
        var slots = ""
        var body = ""
        for (index, time) in points.enumerated() {
            let value = time.map { " TIME_VALUE=\"\($0)\"" } ?? ""
            slots += "<TIME_SLOT TIME_SLOT_ID=\"t\(index)\"\(value)/>"
            guard index > 0 else { continue }
            body += "<ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID=\"c\(index)\" "
            body += "TIME_SLOT_REF1=\"t\(index - 1)\" TIME_SLOT_REF2=\"t\(index)\">"
            body += "<ANNOTATION_VALUE>\(index % 2 == 1 ? "" : "0.5")</ANNOTATION_VALUE>"
            body += "</ALIGNABLE_ANNOTATION></ANNOTATION>\n"
        }
        return document([("face 1 AU12", [(0, 10, "")])])
            .replacing("</TIME_ORDER>", with: slots + "</TIME_ORDER>")
            .replacing(
                "</ANNOTATION_DOCUMENT>",
                with: "<TIER TIER_ID=\"\(tier)\">\n\(body)\(extra)</TIER></ANNOTATION_DOCUMENT>")
    }

    @Test(arguments: [
        ([1000, nil, 2000], [1000, 1500, 2000]),
        ([0, nil, nil, 100, 300], [0, 33, 66, 100, 300]),
        ([40, nil, nil, nil, 44, nil, 50], [40, 41, 42, 43, 44, 47, 50]),
    ]) func slotsWithoutTimeDivideWhatIsBetweenEvenly(points: [Int?], times: [Int]) throws {
        let text = chain(points, tier: "face 0 AU12")
        let annotations = try file(text).tiers[1].annotations
        #expect(annotations.map(\.start) == Array(times.dropLast()))
        #expect(annotations.map(\.end) == Array(times.dropFirst()))
        let labels = try ELANLabels(file(text), video: "clip.mp4")
        #expect(labels.actionUnits(ofFace: 0, at: times[0])[6] == 1)
        #expect(labels.actionUnits(ofFace: 0, at: times[1])[6] == 0.5)
    }

    @Test(arguments: [
        [nil, 100], [0, nil], [200, 100], [0, nil, nil, nil],
    ]) func onlyInOurTiersIsTimeMissed(points: [Int?]) throws {
        let reference =
            "<ANNOTATION><REF_ANNOTATION ANNOTATION_ID=\"r\" ANNOTATION_REF=\"a1\"><ANNOTATION_VALUE>x</ANNOTATION_VALUE>"
            + "</REF_ANNOTATION></ANNOTATION>"
        let theirs = try ELANLabels(file(chain(points, tier: "words", extra: reference)), video: "clip.mp4")
        #expect(theirs.actionUnits(ofFace: 1, at: 5)[6] == 1 && theirs.otherTiers == ["words"])
        for tier in ["face 0 AU12", "checked"] {
            let text = chain(points, tier: tier)
            let found = message { () throws(TrainingError) in
                _ = try ELANLabels(file(text), video: "clip.mp4")
            }
            #expect(found.contains("in the tier \(tier)") && found.contains("annotation c1"), "\(found)")
            _ = try ELANLabels(file(text), video: "clip.mp4", allowsMalformed: true)
        }
        let ours = chain([0, 10], tier: "face 0 AU12", extra: reference)
        let found = message { () throws(TrainingError) in _ = try ELANLabels(file(ours), video: "clip.mp4") }
        #expect(found.contains("annotation r that belongs to another annotation in the tier face 0 AU12"))
    }

    @Test func annotationsOfNoLengthLabelNothing() throws {
        let labels = try labels([("face 0 AU12", [(9, 9, ""), (20, 30, "")])])
        #expect(labels.actionUnits(ofFace: 0, at: 9)[6] == 0 && labels.actionUnits(ofFace: 0, at: 20)[6] == 1)
    }

    @Test(arguments: [
        ("file:///v/room.wav", "file:///v/M%C3%BCller%201.mp4", "Müller 1.mp4", 700),
        ("file:///v/room.wav", "file:///C:/v/Mu\u{308}ller 1.mp4", "/elsewhere/Müller 1.mp4", 700),
        ("file:///v/room.wav", "file:///v/a.mpg", "a.mp4", 700),
        ("file:///v/a.mp4", "file:///v/b.mp4", "a.mp4", 0),
    ]) func theOffsetIsThatOfTheTablesVideo(first: String, second: String, video: String, origin: Int) throws
    {
        let media =
            "<MEDIA_DESCRIPTOR MEDIA_URL=\"\(first)\" MIME_TYPE=\"y\"/>"
            + "<MEDIA_DESCRIPTOR MEDIA_URL=\"\(second)\" MIME_TYPE=\"y\" TIME_ORIGIN=\"700\"/>"
        let file = try file(document([("face 0 AU12", [(0, 1, "")])], media: media))
        #expect(try ELANLabels(file, video: video).moment(timestamp: 1, firstFrame: 0) == 1000 - origin)
        let found = message { () throws(TrainingError) in _ = try ELANLabels(file, video: "other.mp4") }
        #expect(found.contains("which of them is other.mp4 cannot be told"), "\(found)")
    }

    @Test func momentsCountFromTheStartOfTheMedia() throws {
        let text = document(
            [("face 0 AU12", [(0, 1, "")])],
            media: "<MEDIA_DESCRIPTOR MEDIA_URL=\"x\" MIME_TYPE=\"y\" TIME_ORIGIN=\"100\"/>")
        let labels = try ELANLabels(file(text), video: "clip.mp4")
        #expect(labels.moment(timestamp: 1.0 / 30, firstFrame: 0.5) == 433)
        let stated = try ELANLabels(
            file(
                text.replacing(
                    "</HEADER>", with: "<PROPERTY NAME=\"mien:first-frame\">0.25</PROPERTY></HEADER>")),
            video: "clip.mp4")
        #expect(stated.moment(timestamp: 1.0 / 30, firstFrame: 0.5) == 183)
    }

    @Test func labelsMeetTheRowsOfTheTable() throws {
        let folder = try TemporaryFolder()
        try folder.file("clip.mp4", "x")
        try folder.file(
            "clip.meta.json",
            "{\"input\": {\"path\": \"elsewhere/clip.mp4\"}, \"video\": {\"first_frame\": 0.1}}")
        let rows = (1...6).map { "\($0),0,\(Double($0 - 1) / 10),\($0 == 6 ? "no_face" : "ok"),1,2,3,4" }
        try folder.file(
            "clip.csv",
            "frame,face_id,timestamp,status,face_x,face_y,face_w,face_h\n" + rows.joined(separator: "\n"))
        let path = try folder.file(
            "clip.eaf",
            document([
                ("face 0 happiness", [(100, 300, "happiness")]), ("face 0 fear", [(200, 400, "")]),
                ("face 0 AU12", [(300, 400, "")]), ("face 7 AU01", []),
            ]))
        let source = DataSource(path: path)
        let expression = try #require(try source.labelledSamples(task: .expression))
        #expect(expression.samples.map(\.moment) == [.frame(1), .frame(3)])
        #expect(expression.samples[0].path == folder.path + "/clip.mp4")
        #expect(expression.samples[0].face?.box?.width == 3)
        #expect((0..<2).map { expression.labels.expression($0) } == [4, 3])
        #expect(
            expression.skipped.contains { $0.reason == "rows with two expressions at once" && $0.count == 1 })
        #expect(expression.notes.contains { $0.contains("face 7") })
        let units = try #require(try source.labelledSamples(task: .actionUnits))
        #expect((0..<5).map { units.labels.isActive($0, unit: 6) } == [false, false, true, false, false])
        #expect(units.labels.isActive(0, unit: 0) == nil)
        try FileManager.default.removeItem(atPath: folder.path + "/clip.csv")
        #expect(throws: TrainingError.self) { try source.labelledSamples(task: .expression) }
    }
}
