import Foundation
import MienExport
import MienTable
import MienTimeline
import TestSupport
import Testing

/// JSON lines as they come, against those made from the table.
@Suite struct ReadingLinesTests {
    @Test(arguments: [ColumnGroups(), .relative, [.uncertainty, .geometry], ColumnGroups(rawValue: .max)])
    func areTheExportOfTheTable(groups: ColumnGroups) throws {
        var random = Random(seed: 6)
        var rows = try smooth(random.timeline(frames: 150, faces: 2))
        random.fill(&rows)
        let sink = MemorySink()
        let lines = ReadingLines(sink: sink, groups: groups)
        for row in rows {
            try lines.write(row)
            let before = sink.bytes.count
            try lines.flush()
            // A line at a time, as it comes.
            #expect(sink.bytes.count > before && sink.bytes.last == UInt8(ascii: "\n"))
        }
        try lines.commit()
        #expect(sink.isCommitted)

        let directory = try TemporaryFolder()
        let reader = try TableReader(bytes: table(rows, groups: groups), name: "t")
        let exporter = try ExportFormat.jsonLines.exporter(
            to: directory.path("t.jsonl"), replacing: false, context: ExportContext(name: "t"))
        while let row = try reader.next() { try exporter.add(row) }
        try exporter.finish()
        let exported = try #require(FileManager.default.contents(atPath: directory.path("t.jsonl")))
        let (live, file) = (
            String(decoding: sink.bytes, as: UTF8.self), String(decoding: exported, as: UTF8.self)
        )
        for (one, other) in zip(live.split(separator: "\n"), file.split(separator: "\n")) {
            #expect(one == other)
        }
        #expect(live.utf8.count == file.utf8.count)
    }
}
