import Foundation
import MienCommand
import TestSupport
import Testing

/// Which clips are found below a folder, and which table each gets.
@Suite struct CorpusPlanTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    private func touch(_ names: String...) throws {
        for name in names {
            let url = folder.url.appendingPathComponent(name)
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(name.utf8).write(to: url)
        }
    }

    private func link(_ name: String, to target: String) throws {
        try FileManager.default.createSymbolicLink(atPath: folder.path(name), withDestinationPath: target)
    }

    private func clips(_ name: String = "v", output: String? = nil) -> [String] {
        ClipFinder(folder.path(name), output: output.map(folder.path)).clips
    }

    @Test func clipsAreFoundByTheirEndingsInAStableOrder() throws {
        try touch(
            "v/b.mp4", "v/a.MOV", "v/B.mkv", "v/z/photo.JPEG", "v/a/é.webm", "v/notes.txt", "v/a.csv",
            "v/mp4",
            "v/a.mp4.part", "v/.hidden.mp4", "v/.cache/c.mp4", "v/a b,c.avi")
        let expected = ["B.mkv", "a/é.webm", "a b,c.avi", "a.MOV", "b.mp4", "z/photo.JPEG"]
        #expect(clips() == expected)
        #expect(clips("v/") == expected)
    }

    @Test func linksAreFollowedButNotInCircles() throws {
        try touch("v/in/a.mp4", "outside/b.mp4", "outside/deep/c.mp4")
        try link("v/in/up", to: "..")
        try link("v/self", to: ".")
        try link("v/other", to: folder.path("outside"))
        try link("outside/deep/back", to: folder.path("v"))
        try link("v/d.mp4", to: folder.path("outside/b.mp4"))
        try link("v/nowhere.mp4", to: "nothing")
        try #require(mkfifo(folder.path("v/pipe.mp4"), 0o600) == 0)
        // A link to nowhere is a clip, which fails by name; a pipe is none, and would wait for ever.
        #expect(clips() == ["d.mp4", "in/a.mp4", "nowhere.mp4", "other/b.mp4", "other/deep/c.mp4"])
    }

    @Test func namesThatAreNotUTF8AreSaidToBeSo() throws {
        try touch("v/a.mp4", "v/sub/b.mp4")
        for name in ["v/M\u{FF}.mp4", "v/s\u{FF}"] {
            // The byte FF, which no UTF-8 has.
            let path = folder.path(name).unicodeScalars.map { $0 == "\u{FF}" ? 0xFF : UInt8($0.value) } + [0]
            let status = path.withUnsafeBytes {
                mkdir($0.baseAddress!.assumingMemoryBound(to: CChar.self), 0o700)
            }
            try #require(status == 0)
        }
        let found = ClipFinder(folder.path("v"), output: nil)
        #expect(found.clips == ["a.mp4", "sub/b.mp4"])
        #expect(found.failures.map(\.path) == ["M\u{FFFD}.mp4", "s\u{FFFD}"])
        #expect(found.failures.allSatisfy { $0.reason.contains("not UTF-8 text") })
    }

    @Test func theFolderOfTheTablesIsLeftOut() throws {
        try touch("v/a.mp4", "v/tables/overlay.mp4")
        #expect(clips(output: "v/tables") == ["a.mp4"])
        #expect(clips(output: "v/tables/../tables/") == ["a.mp4"])
        #expect(clips() == ["a.mp4", "tables/overlay.mp4"])
        #expect(ClipFinder(folder.path("missing"), output: nil).failures.count == 1)
    }

    private func plan(_ inputs: String..., output: String? = "out/") throws -> [String] {
        let plan = try CorpusPlan(inputs: inputs.map(folder.path), output: output)
        #expect(plan.jobs.allSatisfy { FileManager.default.fileExists(atPath: $0.input) })
        #expect(plan.jobs.allSatisfy { $0.table == "out/" + $0.clip + ".csv" })
        return plan.jobs.map(\.clip)
    }

    @Test func everyClipHasATableOfItsOwn() throws {
        try touch("v/clip.mp4", "v/clip.mov", "v/day/clip.mp4", "w/clip.mp4", "x/v/clip.mp4")
        #expect(try plan("v") == ["clip.mov", "clip.mp4", "day/clip.mp4"])
        #expect(
            try plan("v", "w", "v/clip.mp4") == [
                "v/clip.mov", "v/clip.mp4", "v/day/clip.mp4", "w/clip.mp4", "clip.mp4",
            ])
        // Both would be v/clip.mp4.
        #expect(throws: UsageError.self) { try plan("v", "x/v") }
        #expect(throws: UsageError.self) { try plan("v/clip.mp4", "v/day/clip.mp4", "w") }
    }

    @Test func foldersNeedAFolder() throws {
        try touch("v/clip.mp4", "file")
        for output in [nil, "-", "new.csv", "x.parquet", folder.path("file")] {
            #expect(throws: UsageError.self) { try plan("v", output: output) }
        }
        // With or without a slash.
        for output in ["new", "new/", folder.path("v")] {
            let tables = try CorpusPlan(inputs: [folder.path("v")], output: output).jobs.map(\.table)
            #expect(tables == [(output.hasSuffix("/") ? output : output + "/") + "clip.mp4.csv"])
        }
        #expect(CorpusPlan.applies(to: ["a.mp4", folder.path("v")]))
        #expect(!CorpusPlan.applies(to: ["a.mp4", folder.path("file"), "-"]))
    }

    @Test(arguments: ["clip.mp4.csv", "clip.mp4.csv.partial"]) func whatIsThereIsNotTouched(name: String)
        throws
    {
        try touch("v/clip.mp4", "out/" + name)
        let plan = try CorpusPlan(inputs: [folder.path("v")], output: folder.path("out"))
        let error = #expect(throws: UsageError.self) { try plan.checkIsNew() }
        #expect(error?.description.contains(name) == true)
    }

    @Test func aSummaryHasALineForEachClip() throws {
        try touch("v/a,\"b\".mp4", "v/c.mp4")
        let jobs = try CorpusPlan(inputs: [folder.path("v")], output: "out/").jobs
        let summary = CorpusSummary([
            ClipResult(jobs[0], status: .failed, message: jobs[0].input + ": no media\nor so"),
            ClipResult(jobs[1], status: .pending),
        ])
        #expect(
            summary.csv == """
                clip,table,status,frames,rows,faces,seconds,message
                "a,""b"".mp4","out/a,""b"".mp4.csv",failed,0,0,0,,"no media
                or so"
                c.mp4,out/c.mp4.csv,pending,0,0,0,,

                """)
        #expect(summary.text.contains("failed: no media\nor so"))
        #expect(summary.text.contains("total: 2 clips"))
        #expect(summary.text.hasSuffix("1 failed, 1 pending\n"))
    }
}
