import Foundation
import MienExport
import MienTable
import MienTimeline
import TestSupport
import Testing

/// JSON lines as they come, against those made from the table.
@Suite struct ReadingLinesTests {
    @Test(arguments: [false, true]) func areTheExportOfTheTable(relative: Bool) throws {
        var random = Random(seed: 6)
        var rows = try smooth(random.timeline(frames: 150, faces: 2))
        if relative {
            for index in rows.indices where rows[index].smoothedActionUnits != nil {
                rows[index].relativeActionUnits = RelativeActionUnits(
                    values: InlineArray { _ in Float.random(in: -1...1, using: &random) })
            }
        }
        let sink = MemorySink()
        let lines = ReadingLines(sink: sink, relative: relative)
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
        let reader = try TableReader(bytes: table(rows, relative: relative), name: "t")
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
