import Foundation
import MienReport
import MienTable
import MienTimeline
import TestSupport
import Testing

@Suite struct ReportPageTests {
    @Test func isOnePageThatLoadsNothing() throws {
        let text = try page(timeline(frames: 30, faces: 1)).text
        #expect(text.hasPrefix("<!doctype html>"))
        #expect(text.hasSuffix("</html>\n"))
        #expect(text.contains("<title>clip.mp4 · mien report</title>"))
        #expect(text.contains("default-src 'none'"))
        for word in [
            "{{title", "{{rows", "<link", "@import", "sourceMappingURL", "src=\"http", "href=\"http", "url(",
        ] {
            #expect(!text.contains(word), "\(word)")
        }
        #expect(text.contains("Dygraph"))
        #expect(text.contains("Permission is hereby granted, free of charge"))
        #expect(text.contains("Dan Vanderkam"))
        for (i, colour) in Palette.light.expressions.enumerated() {
            #expect(text.contains("--expression-\(i):\(colour.css);"))
        }
        // Every element that opens is closed: the parts and the places they go to fit.
        #expect(
            text.components(separatedBy: "<script").count == text.components(separatedBy: "</script>").count)
    }

    @Test(arguments: [(0, 1), (1, 1), (3, 1), (300, 2), (2500, 5)]) func rowsComeBack(frames: Int, faces: Int)
        throws
    {
        let rows = timeline(frames: frames, faces: faces)
        let content = try PageContent(page(rows).text)
        #expect(content.rows.count == rows.count)
        let list = try #require(content.document["faces"] as? [[String: Any]])
        let ids = list.compactMap { $0["id"] as? Int }
        #expect(Set(ids) == Set(rows.compactMap(\.faceID)))
        for (row, read) in zip(rows, content.rows) {
            #expect(read.face.map { ids[$0] } == row.faceID)
            #expect(read.frame == row.frame && read.number == row.frame)
            #expect(abs(read.time - row.timestamp) < 1e-6)
            #expect(FrameStatus.allCases[read.status] == row.status)
            #expect(isNear(read.confidence, row.confidence))
            #expect(
                read.box == row.box.map { [Int($0.x.rounded()), Int($0.y), Int($0.width), Int($0.height)] })
            #expect(read.scores.count == 40)
            let expected =
                scores(row.expression, row.actionUnits)
                + scores(row.smoothedExpression, row.smoothedActionUnits)
            #expect(zip(read.scores, expected).allSatisfy { isNear($0, $1) })
        }
        let shown = try #require(content.document["table"] as? [String: Any])
        #expect(shown["rows"] as? Int == rows.count)
        #expect(shown["frames"] as? Int == frames)
    }

    private func scores(_ expression: ExpressionScores?, _ units: ActionUnitScores?) -> [Float?] {
        FacialExpression.allCases.map { expression?[$0] } + ActionUnit.allCases.map { units?[$0] }
    }

    private func isNear(_ read: Double?, _ score: Float?) -> Bool {
        guard let read, let score else { return read == nil && score == nil }
        return (-1e-6..<0.005 + 1e-6).contains(Double(score) - read)
    }

    @Test func nothingBreaksOutOfItsPlace() throws {
        let evil = "</script><script>alert(1)</script><!-- \"'&\u{2028}{{rows}}"
        let text = try page(timeline(frames: 3, faces: 1), title: evil) {
            $0.tableName = evil
            $0.notes = [evil]
            $0.model = ModelCard(name: evil, limits: [evil], provenance: [evil: evil], licence: evil)
            $0.run = RunMetadata(
                mien: evil, input: .init(path: evil, name: evil), model: .init(name: evil, path: evil))
            $0.run?.options = [evil: .text(evil)]
            $0.run?.warnings = [evil]
        }.text
        #expect(!text.contains("<script>alert"))
        #expect(!text.contains("<!-- \""))
        #expect(
            text.contains("<h1>&lt;/script&gt;&lt;script&gt;alert(1)&lt;/script&gt;&lt;!-- &quot;&#39;&amp;"))
        let content = try PageContent(text)
        #expect(content.rows.count == 3)
        #expect(content.document["title"] as? String == evil)
        let run = try #require(content.document["run"] as? [String: Any])
        #expect((run["options"] as? [String: String])?[evil] == evil)
        #expect((content.document["notes"] as? [String]) == [evil])
    }

    @Test func saysWhatThereIsNot() throws {
        #expect(try page([]).text.contains("The table has no rows"))
        let empty = (1...4).map { reading($0, face: nil, at: Double($0), status: .noFace) }
        #expect(try page(empty).text.contains("None of the 4 frames has a face"))
        #expect(try page([empty[0]]).text.contains("The one frame has no face"))
        #expect(try !page([reading(1, at: 0)]).text.contains("id=\"notice\""))
    }

    @Test func goesOutInPieces() throws {
        let short = try page(timeline(frames: 100, faces: 1))
        let sink = try page(timeline(frames: 30_000, faces: 2))
        #expect(sink.bytes.count > 3_000_000)
        // A block of rows is a third of a megabyte, whatever the length of the table.
        #expect(sink.largestWrite < 600_000)
        #expect(sink.writes > short.writes + 8)
        #expect(Double(sink.bytes.count - short.bytes.count) / 45_000 < 95)
    }

    @Test func framesKeepTheNumbersOfTheWholeClip() throws {
        let rows = [241, 242, 250].map { reading($0, at: Double($0) / 25) }
        #expect(try PageContent(page(rows).text).rows.map(\.number) == [241, 242, 250])
    }

    @Test func aTableWithoutTimesIsShownAllTheSame() throws {
        var rows = (1...5).map { reading($0, at: Double($0)) }
        rows[1].timestamp = .nan
        rows[3].timestamp = 0.5
        let content = try PageContent(page(rows).text)
        #expect(content.rows.map(\.time) == [1, 1, 3, 3, 5])
        #expect((content.document["table"] as? [String: Any])?["untimedFrames"] as? Int == 2)
    }

    @Test func theLibraryIsNamedWhereItIsMissing() throws {
        let error = #expect(throws: ReportError.self) { try PageParts(libraries: ["/nowhere", "/nothing"]) }
        #expect("\(try #require(error))".contains("apt-get install libjs-dygraphs"))
        #expect("\(try #require(error))".contains("/nowhere, /nothing"))
    }

    @Test func errorsOfTheTableAndTheDiskPass() throws {
        var report = try ReportPage(title: "t", tableName: "t", version: "1")
        var bytes = try table(timeline(frames: 40, faces: 1))
        #expect(throws: ReportError.timeline(.cannotWrite(path: "memory", code: ENOSPC))) {
            try report.write(TableReader(bytes: bytes, name: "t"), to: MemorySink(limit: 100_000))
        }
        bytes.removeLast(10)
        report.title = "cut"
        let error = #expect(throws: ReportError.self) {
            try report.write(TableReader(bytes: bytes, name: "cut.csv"), to: MemorySink())
        }
        #expect("\(try #require(error))".contains("cut.csv, line 41"))
    }

    @Test func theVideoIsLinkedOrEmbedded() throws {
        let folder = try TemporaryFolder()
        let name = "a clip & <b>#1?.MP4"
        let video = folder.path(name)
        let bytes = Data((0..<1_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) })
        try bytes.write(to: URL(fileURLWithPath: video))
        try FileManager.default.createDirectory(
            atPath: folder.path("pages/deep"), withIntermediateDirectories: true)

        let link = try PageMedia(path: video, page: folder.path("pages/deep/report.html"), embedded: false)
        #expect(link.address == "../../a%20clip%20%26%20%3Cb%3E%231%3F.MP4")
        #expect(
            try PageMedia(path: video, page: folder.path("x.html"), embedded: false).address?.hasPrefix(
                "a%20") == true)
        let linked = try PageContent(page(timeline(frames: 2, faces: 1)) { $0.media = link }.text)
        #expect((linked.document["media"] as? [String: Any])?["address"] as? String == link.address)

        let text = try page(timeline(frames: 2, faces: 1)) {
            $0.media = try? PageMedia(path: video, page: "-", embedded: true)
        }.text
        let pieces = PageContent.contents(of: "<script type=\"text/plain\" class=\"media\">", in: text)
        #expect(pieces.count == 2)
        #expect(pieces.compactMap { Data(base64Encoded: $0) }.reduce(Data(), +) == bytes)
        #expect(throws: ReportError.self) {
            try PageMedia(path: folder.path("no.mp4"), page: "-", embedded: false)
        }
        #expect(throws: ReportError.self) { try PageMedia(path: folder.url.path, page: "-", embedded: false) }
    }

    @Test func aLargeVideoIsNotEmbedded() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("large.mp4")
        try Data().write(to: URL(fileURLWithPath: path))
        try #require(truncate(path, off_t(PageMedia.largestEmbedded) + 1) == 0)
        let error = #expect(throws: ReportError.self) { try PageMedia(path: path, page: "-", embedded: true) }
        #expect("\(try #require(error))".contains("without --embed the page links to it"))
        #expect(throws: Never.self) { try PageMedia(path: path, page: "-", embedded: false) }
    }
}
