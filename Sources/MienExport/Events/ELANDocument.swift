import Foundation
import MienTimeline

/// An annotation document of ELAN (EAF 3.0): a tier for each face and label, with the media file linked.
///
/// Tiers are called `face 0 happiness` or `face 0 AU12`; those of expressions offer the eight as a controlled
/// vocabulary. Every face that shows something has all its tiers, so that there is a place for what was missed. A
/// further tier, `checked`, is empty: it is for the annotator to say which parts were looked at.
struct ELANDocument: EventFormat {
    /// Where the document will be: the relative address of the media file begins there.
    let path: String

    func write(
        _ events: [TimelineEvent], to file: ExportFile, context: ExportContext
    ) throws(TimelineError) -> [String] {
        let (annotations, dropped) = MediaInterval.intervals(events, context)
        // A document numbers its points in time in the order of time.
        var points: [(time: Int64, annotation: Int, isEnd: Bool)] = []
        for (index, annotation) in annotations.enumerated() {
            points.append((annotation.start, index, false))
            points.append((annotation.end, index, true))
        }
        points.sort { ($0.time, $0.annotation) < ($1.time, $1.annotation) }
        var slots = [(start: Int, end: Int)](repeating: (0, 0), count: annotations.count)

        try file.append(header(context, annotations: annotations.count))
        try file.append("    <TIME_ORDER>\n")
        for (index, point) in points.enumerated() {
            if point.isEnd {
                slots[point.annotation].end = index + 1
            } else {
                slots[point.annotation].start = index + 1
            }
            try file.append(
                "        <TIME_SLOT TIME_SLOT_ID=\"ts\(index + 1)\" TIME_VALUE=\"\(point.time)\"/>\n")
        }
        try file.append("    </TIME_ORDER>\n")

        var next = 0
        for face in Set(annotations.map(\.event.face)).sorted() {
            for label in context.labels {
                let first = next
                while next < annotations.count, annotations[next].event.face == face,
                    annotations[next].event.label == label
                { next += 1 }
                let type = label.kind == "au" ? "action unit" : "expression"
                try file.append(
                    "    <TIER LINGUISTIC_TYPE_REF=\"\(type)\" TIER_ID=\"face \(face) \(label.name)\"")
                try file.append(first == next ? "/>\n" : ">\n")
                for index in first..<next {
                    try file.append(Self.annotation(index, slots[index], label))
                }
                if first < next { try file.append("    </TIER>\n") }
            }
        }
        try file.append(Self.footer)
        return MediaInterval.warnings(dropped: dropped)
    }

    private func header(_ context: ExportContext, annotations: Int) -> String {
        var media = ""
        if let path = context.media {
            let isAddress = path.contains("://")
            // ELAN writes and reads these addresses with their spaces.
            media +=
                "        <MEDIA_DESCRIPTOR MEDIA_URL=\"\(XMLText.escaped(isAddress ? path : "file://" + path))\""
            media += " MIME_TYPE=\"\(Self.mimeType(path))\""
            if !isAddress { media += " RELATIVE_MEDIA_URL=\"\(XMLText.escaped(relative(path)))\"" }
            media += "/>\n"
        }
        // ELAN wants a date. When the table was exported says nothing about it, and would change the file each time.
        let date = context.metadata?.created ?? "1970-01-01T00:00:00+00:00"
        let first = fixedPoint(context.firstFrame, scale: 1e6).map { Double($0) / 1e6 } ?? 0
        return """
            <?xml version="1.0" encoding="UTF-8"?>
            <ANNOTATION_DOCUMENT AUTHOR="mien" DATE="\(XMLText.escaped(date))" FORMAT="3.0" VERSION="3.0" \
            xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" \
            xsi:noNamespaceSchemaLocation="http://www.mpi.nl/tools/elan/EAFv3.0.xsd">
                <HEADER MEDIA_FILE="" TIME_UNITS="milliseconds">
            \(media)        <PROPERTY NAME="mien:first-frame">\(first)</PROPERTY>
                    <PROPERTY NAME="lastUsedAnnotationId">\(annotations)</PROPERTY>
                </HEADER>

            """
    }

    /// The path as it is from the folder of the document.
    private func relative(_ target: String) -> String {
        let document = URL(fileURLWithPath: path == "-" ? "stdout" : path).standardizedFileURL
        let from = document.deletingLastPathComponent().pathComponents
        let to = URL(fileURLWithPath: target).standardizedFileURL.pathComponents
        let common = zip(from, to).prefix { $0 == $1 }.count
        let up = Array(repeating: "..", count: from.count - common)
        let parts = (up.isEmpty ? ["."] : up) + to[common...]
        return parts.joined(separator: "/")
    }

    private static func mimeType(_ path: String) -> String {
        switch (path as NSString).pathExtension.lowercased() {
        case "mp4", "m4v": "video/mp4"
        case "mov", "qt": "video/quicktime"
        case "mpg", "mpeg", "mpe", "ts", "m2ts", "vob": "video/mpeg"
        case "avi": "video/x-msvideo"
        case "mkv": "video/x-matroska"
        case "webm": "video/webm"
        case "ogv": "video/ogg"
        case "wmv": "video/x-ms-wmv"
        default: "video/*"
        }
    }

    private static func annotation(_ index: Int, _ slots: (start: Int, end: Int), _ label: EventLabel)
        -> String
    {
        """
                <ANNOTATION>
                    <ALIGNABLE_ANNOTATION ANNOTATION_ID="a\(index + 1)" TIME_SLOT_REF1="ts\(slots.start)" \
        TIME_SLOT_REF2="ts\(slots.end)">
                        <ANNOTATION_VALUE>\(label.name)</ANNOTATION_VALUE>
                    </ALIGNABLE_ANNOTATION>
                </ANNOTATION>

        """
    }

    private static let footer: String = {
        let entries = FacialExpression.allCases.map { expression in
            """
                    <CV_ENTRY_ML CVE_ID="cve\(expression.rawValue)">
                        <CVE_VALUE DESCRIPTION="" LANG_REF="und">\(expression.name)</CVE_VALUE>
                    </CV_ENTRY_ML>

            """
        }.joined()
        return """
                <TIER LINGUISTIC_TYPE_REF="checked" TIER_ID="checked"/>
                <LINGUISTIC_TYPE CONTROLLED_VOCABULARY_REF="expression" GRAPHIC_REFERENCES="false" \
            LINGUISTIC_TYPE_ID="expression" TIME_ALIGNABLE="true"/>
                <LINGUISTIC_TYPE GRAPHIC_REFERENCES="false" LINGUISTIC_TYPE_ID="action unit" TIME_ALIGNABLE="true"/>
                <LINGUISTIC_TYPE GRAPHIC_REFERENCES="false" LINGUISTIC_TYPE_ID="checked" TIME_ALIGNABLE="true"/>
                <LANGUAGE LANG_DEF="http://cdb.iso.org/lg/CDB-00130975-001" LANG_ID="und" \
            LANG_LABEL="undetermined (und)"/>
                <CONTROLLED_VOCABULARY CV_ID="expression">
                    <DESCRIPTION LANG_REF="und">What a face expresses.</DESCRIPTION>
            \(entries)    </CONTROLLED_VOCABULARY>
            </ANNOTATION_DOCUMENT>

            """
    }()
}
