import Foundation
import MienTable
import MienTimeline
import TestSupport
import Testing

@Suite struct TableMergeTests {
    private let directory: TemporaryFolder

    init() throws {
        directory = try TemporaryFolder()
    }

    private func table(_ name: String, _ text: String) throws -> String {
        try Data(text.utf8).write(to: URL(fileURLWithPath: directory.path(name)))
        return directory.path(name)
    }

    private func text(_ sink: MemorySink) -> String { String(decoding: sink.bytes, as: UTF8.self) }

    @Test func rowsAreCopiedWithTheClipInFront() throws {
        let sink = MemorySink()
        var merge = TableMerge(sink: sink)
        try merge.append(table("a.csv", "frame,note\n1,x\n2,\"a, \"\"b\"\"\nc\"\n"), clip: "day 1/a.mp4")
        try merge.append(table("b.csv", "frame,note\n"), clip: "empty.mp4")
        try merge.append(table("c.csv", "frame,note\n1,\n\n"), clip: "c,\"d\".mp4")
        try merge.commit()
        #expect(
            text(sink) == """
                clip,frame,note
                day 1/a.mp4,1,x
                day 1/a.mp4,2,"a, ""b""
                c"
                "c,""d"".mp4",1,

                """)
        #expect(merge.rows == 3 && merge.tables == 3)
    }

    @Test func tablesThatWentThroughASpreadsheetBecomeLikeTheOthers() throws {
        let sink = MemorySink()
        var merge = TableMerge(sink: sink)
        try merge.append(table("a.csv", "frame,pts,AU01,note\n1,9000,0.250000,x\n"), clip: "a")
        try merge.append(
            table("b.csv", "\u{FEFF}pts;AU01;frame;note\r\n1,23457E+12;0,25;1;\"a, b\"\r\n;;2\r\n;;;\r\n"),
            clip: "b")
        try merge.append(
            table("c.csv", "\"frame\",\"pts\",\"AU01\",\"note\"\r\n1,1,\"0,5\",\"y\"\r\n"), clip: "c")
        try merge.commit()
        #expect(
            text(sink) == """
                clip,frame,pts,AU01,note
                a,1,9000,0.250000,x
                b,1,,0.25,"a, b"
                b,2,,,
                c,1,1,0.5,y

                """)
        #expect(merge.roundedTimestamps == 1)
    }

    @Test func longTablesGoThroughInBlocks() throws {
        let rows = (1...20_000).map { "\($0),\(String(repeating: "x", count: $0 % 50))\n" }
        let sink = MemorySink()
        var merge = TableMerge(sink: sink)
        try merge.append(table("a.csv", "frame,note\n" + rows.joined()), clip: "a")
        try merge.commit()
        #expect(text(sink) == "clip,frame,note\n" + rows.map { "a," + $0 }.joined())
    }

    @Test func whatCannotBeMergedIsNamed() throws {
        var merge = TableMerge(sink: MemorySink())
        let first = try table("a.csv", "frame\n1\n")
        try merge.append(first, clip: "a")
        let other = try table("b.csv", "frame,label\n1,\n")
        let error = #expect(throws: TimelineError.self) { try merge.append(other, clip: "b") }
        #expect(error?.description.contains("its columns are not those of \(first)") == true)
        let cut = try table("c.csv", "frame\n1")
        #expect(throws: TimelineError.cutShort(path: cut, line: 2)) { try merge.append(cut, clip: "c") }
        let empty = try table("d.csv", "")
        #expect(throws: TimelineError.malformedTable(path: empty, line: 1, problem: "expected a header")) {
            try merge.append(empty, clip: "d")
        }
        let missing = directory.path("e.csv")
        #expect(throws: TimelineError.cannotOpen(path: missing, code: ENOENT)) {
            try merge.append(missing, clip: "e")
        }
    }
}
