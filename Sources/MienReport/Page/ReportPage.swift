import Foundation
import MienTable
import MienTimeline

/// Makes a page of a table: one file that needs no other and no network, except for the video if that is linked.
///
/// The table is read once, and what has been read goes out in blocks (``RowPacker``), so that memory does not grow with
/// it; only the summary is kept, which grows with the number of faces and of long events.
package struct ReportPage {
    /// The heading, usually the name of the video.
    package var title: String
    /// The table's name, for the page.
    package var tableName: String
    /// The version of mien.
    package var version: String
    /// The metadata of the run that made the table.
    package var run: RunMetadata?
    /// The model of that run, if it is known what it says of itself.
    package var model: ModelCard?
    /// The video beside the timelines.
    package var media: PageMedia?
    /// What counts as what in the summary.
    package var summary = SummaryOptions()
    /// What the reader should know besides, a sentence each.
    package var notes: [String] = []

    private let parts: PageParts

    /// Gets ready: reads the parts of the page.
    ///
    /// - Throws: `.missing` if the charts' library is not installed.
    package init(title: String, tableName: String, version: String) throws(ReportError) {
        try self.init(title: title, tableName: tableName, version: version, parts: PageParts())
    }

    package init(title: String, tableName: String, version: String, parts: PageParts) {
        self.title = title
        self.tableName = tableName
        self.version = version
        self.parts = parts
    }

    /// Writes the page of `table` to `sink`, without committing it.
    ///
    /// - Returns: What the table holds.
    @discardableResult
    package func write(_ table: TableReader, to sink: any TableSink) throws(ReportError) -> TableCounts {
        var output = PageOutput(sink: sink)
        var counts = TableCounts()
        var rest = parts.template[...]
        while let open = rest.range(of: "{{"),
            let close = rest.range(of: "}}", range: open.upperBound..<rest.endIndex)
        {
            try output.write(rest[..<open.lowerBound])
            let place = String(rest[open.upperBound..<close.lowerBound])
            rest = rest[close.upperBound...]
            switch place {
            case "title": try output.write(PageText.html(title))
            case "version": try output.write(PageText.html(version))
            case "rows": counts = try write(rowsOf: table, to: &output)
            case "media": try writeMedia(to: &output)
            default:
                guard let text = parts.inlined[place] else {
                    throw .missing(
                        "report.html has a place {{\(place)}} that nothing goes to: reinstall mien")
                }
                try output.write(text)
            }
        }
        try output.write(rest)
        try output.flush()
        return counts
    }

    /// The rows in blocks, then what came of counting them.
    private func write(rowsOf table: TableReader, to output: inout PageOutput) throws(ReportError)
        -> TableCounts
    {
        var counts = TableCounts()
        var timeline = TimelineSummary(options: summary)
        var packer = RowPacker(summary)
        while let row = try reporting({ () throws(TimelineError) in try table.next() }) {
            counts.add(row.reading)
            let place = timeline.add(row)
            packer.append(row, face: place.face, frameTime: place.frameTime)
            if packer.isFull { try write(&packer, to: &output) }
        }
        if packer.rows > 0 { try write(&packer, to: &output) }
        timeline.finish()
        if let notice = Self.notice(counts) {
            try output.write("<p class=\"notice\" id=\"notice\">\(PageText.html(notice))</p>\n")
        }
        try output.write("<script type=\"application/json\" id=\"document\">")
        try output.write(PageText.json(document(timeline, counts)))
        try output.write("</script>\n")
        return counts
    }

    private func write(_ packer: inout RowPacker, to output: inout PageOutput) throws(ReportError) {
        try output.write(
            "<script type=\"text/plain\" class=\"rows\" data-frames=\"\(packer.frames)\" data-rows=\"\(packer.rows)\">"
        )
        try output.write(base64: packer.take())
        try output.write("</script>\n")
    }

    private func writeMedia(to output: inout PageOutput) throws(ReportError) {
        guard let media, media.address == nil else { return }
        guard let file = FileHandle(forReadingAtPath: media.path) else {
            throw .unusable("\(media.path): cannot be read")
        }
        // Pieces of a multiple of three bytes: each is whole in base64.
        while true {
            let piece: Data?
            do {
                piece = try file.read(upToCount: 3 << 18)
            } catch {
                throw .unusable("\(media.path): cannot be read: \(error.localizedDescription)")
            }
            guard let piece, !piece.isEmpty else { return }
            try output.write("<script type=\"text/plain\" class=\"media\">")
            try output.write(base64: Array(piece))
            try output.write("</script>\n")
        }
    }

    private func document(_ timeline: TimelineSummary, _ counts: TableCounts) -> PageDocument {
        var run = run
        // The page has no use for the description of the table's columns.
        run?.columns = []
        let status = FrameStatus.allCases.map { ($0.rawValue, counts[$0]) }
        return PageDocument(
            title: title, mien: version,
            table: .init(
                name: tableName, rows: counts.rows, frames: counts.frames, first: timeline.first ?? 0,
                last: timeline.last ?? 0, untimedFrames: timeline.untimedFrames,
                status: Dictionary(uniqueKeysWithValues: status)),
            media: media.map {
                .init(
                    name: $0.name, address: $0.address, type: $0.type, start: $0.start, obstacle: $0.obstacle)
            },
            faces: timeline.faces.map(PageDocument.Face.init),
            units: ActionUnit.allCases.map {
                .init(
                    name: $0.name, meaning: $0.meaning,
                    isWeak: run?.model.weakUnits?.contains($0.name) ?? false)
            },
            thresholds: summary.thresholds.map { Double(($0 * 1e6).rounded()) / 1e6 },
            minimumEvent: summary.minimumEvent, gapMaximum: summary.gapMaximum, run: run, model: model,
            notes: notes)
    }

    private static func notice(_ counts: TableCounts) -> String? {
        if counts.rows == 0 { return "The table has no rows: there is nothing to show." }
        guard counts.faces.isEmpty else { return nil }
        let frames = counts.frames == 1 ? "The one frame" : "None of the \(counts.frames) frames"
        return frames + (counts.frames == 1 ? " has no face" : " has a face")
            + ": there are no readings to show."
    }
}
