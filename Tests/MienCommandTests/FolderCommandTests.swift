import Foundation
import Mien
import TestSupport
import Testing

/// `mien annotate FOLDER` and `mien merge`, as a user runs them.
@Suite struct FolderCommandTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try FileManager.default.createDirectory(
            atPath: folder.path("v/day1"), withIntermediateDirectories: true)
    }

    private func mien(_ arguments: String...) throws -> (status: Int32, output: String, errors: String) {
        try Repository.run("mien", arguments, in: folder.url)
    }

    private func ffmpeg(_ arguments: String...) throws {
        let run = try Repository.run("ffmpeg", ["-v", "error"] + arguments, in: folder.url)
        try #require(run.status == 0, "\(run.errors)")
    }

    /// Two clips and a picture of the same stem, and two files that are none.
    private func makeClips() throws {
        try ffmpeg("-i", Repository.sample, "-t", "1", "-c", "copy", "v/day1/clip.mp4")
        try ffmpeg("-i", Repository.sample, "-t", "0.5", "-c", "copy", "v/day1/clip.mkv")
        try ffmpeg("-i", Repository.sample, "-frames:v", "1", "v/clip.png")
        try Data("no video".utf8).write(to: folder.url.appendingPathComponent("v/bad.mp4"))
        try Data("no media".utf8).write(to: folder.url.appendingPathComponent("v/notes.txt"))
    }

    private func read(_ name: String) throws -> String {
        try String(contentsOfFile: folder.path(name), encoding: .utf8)
    }

    private func files(_ name: String) throws -> [String] {
        let all = try FileManager.default.subpathsOfDirectory(atPath: folder.path(name))
        return all.filter { !$0.hasSuffix("day1") }.sorted()
    }

    @Test func tablesOfAFolderAreExportedAndResumingMakesWhatIsMissing() throws {
        try makeClips()
        let line = ["annotate", "v", "-o", "t/", "-q", "-F", "openface", "-F", "eaf"]
        #expect(try Repository.run("mien", line, in: folder.url).status == 4)
        let made = try files("t").filter { $0.contains("openface") || $0.hasSuffix(".eaf") }
        #expect(made.count == 6, "\(made)")
        let export = try read("t/day1/clip.mp4.openface.csv")
        #expect(
            try export.split(separator: "\n").count
                == read("t/day1/clip.mp4.csv").split(separator: "\n").count)

        try FileManager.default.removeItem(atPath: folder.path("t/day1/clip.mp4.openface.csv"))
        try "mine".write(toFile: folder.path("t/clip.png.eaf"), atomically: true, encoding: .utf8)
        #expect(try Repository.run("mien", line + ["--resume"], in: folder.url).status == 4)
        #expect(try read("t/day1/clip.mp4.openface.csv") == export)
        #expect(try read("t/clip.png.eaf") == "mine", "exports that are there stay")
        // Tables that lie beside their exports are still merged as tables.
        let merge = try mien("merge", "t", "-o", "all.csv")
        #expect(merge.status == 0 && merge.errors.contains("3 tables"), "\(merge.errors)")

        let overlay = try mien("annotate", "v", "-o", "u/", "--overlay", "w/")
        #expect(overlay.status == 1 && overlay.errors.contains("takes videos, not folders"))
    }

    @Test func aFolderGivesATableForEachClipAndASummary() throws {
        try makeClips()
        let list = try mien("annotate", "v", "-o", "one/", "--dry-run")
        #expect(list.output.hasPrefix("v/bad.mp4\tone/bad.mp4.csv\nv/clip.png\tone/clip.png.csv\n"))
        #expect(!FileManager.default.fileExists(atPath: folder.path("one")))
        let run = try mien("annotate", "v", "-o", "one/")
        #expect(run.status == 4, "\(run.errors)")
        #expect(run.errors.contains("v/bad.mp4: not media that FFmpeg can read"))
        #expect(run.errors.contains("total: 4 clips"))
        #expect(
            try files("one") == [
                "clip.png.csv", "clip.png.meta.json", "day1/clip.mkv.csv", "day1/clip.mkv.meta.json",
                "day1/clip.mp4.csv", "day1/clip.mp4.meta.json", "summary.csv",
            ])
        let summary = try read("one/summary.csv").split(separator: "\n")
        #expect(summary.count == 5)
        #expect(summary[1].hasPrefix("bad.mp4,one/bad.mp4.csv,failed,0,0,0,"))
        #expect(summary[4].hasPrefix("day1/clip.mp4,one/day1/clip.mp4.csv,done,"))

        let again = try mien("annotate", "v", "-o", "three/", "--jobs", "3", "-q")
        #expect(again.status == 4)
        #expect(again.errors.split(separator: "\n").count == 1, "\(again.errors)")
        for name in try files("one") where name != "summary.csv" {
            #expect(try read("one/" + name) == read("three/" + name))
        }
        let alone = try mien("annotate", "v/day1/clip.mp4", "-o", "-")
        #expect(try read("one/day1/clip.mp4.csv") == alone.output)
    }

    @Test func resumingSkipsWhatIsDoneAndRefusesWhatIsOfAnotherRun() throws {
        try makeClips()
        try FileManager.default.removeItem(atPath: folder.path("v/bad.mp4"))
        #expect(try mien("annotate", "v", "-o", "t/").status == 0)
        let table = try read("t/day1/clip.mp4.csv")
        let refused = try mien("annotate", "v", "-o", "t/")
        #expect(refused.status == 1 && refused.errors.contains("t/clip.png.csv exists"), "\(refused.errors)")

        // A table that somebody works in is still the table of this run.
        try Data((table + "my note\n").utf8).write(
            to: folder.url.appendingPathComponent("t/day1/clip.mp4.csv"))
        let resumed = try mien("annotate", "v", "-o", "t/", "--resume")
        #expect(resumed.status == 0, "\(resumed.errors)")
        #expect(try read("t/day1/clip.mp4.csv").hasSuffix("my note\n"))
        #expect(resumed.errors.contains("done: finished before"))
        // Nor does a run that was killed before its first row make it less so.
        try Data("frame,".utf8).write(to: folder.url.appendingPathComponent("t/day1/clip.mp4.csv.partial"))
        let killed = try mien("annotate", "v", "-o", "t/", "--resume")
        #expect(killed.status == 0, "\(killed.errors)")
        #expect(try read("t/day1/clip.mp4.csv").hasSuffix("my note\n"))
        #expect(!(try files("t").contains { $0.contains("partial") }))

        let other = try mien("annotate", "v", "-o", "t/", "--resume", "--every", "2")
        #expect(other.status == 4)
        #expect(other.errors.contains("its every is 1, this run's 2; -y replaces it"), "\(other.errors)")
        #expect(try read("t/day1/clip.mp4.csv").hasSuffix("my note\n"))
        #expect(try mien("annotate", "v", "-o", "t/", "--resume", "--every", "2", "-y").status == 0)
        #expect(try read("t/day1/clip.mp4.csv").contains(",skipped,"))

        // One clip is done, one is new.
        try FileManager.default.copyItem(atPath: folder.path("v/clip.png"), toPath: folder.path("v/new.png"))
        let more = try mien("annotate", "v", "-o", "t/", "--resume", "--every", "2")
        #expect(more.status == 0, "\(more.errors)")
        #expect(more.errors.contains("v/new.png: 1 frame, 1 row in t/new.png.csv"))
        #expect(!more.errors.contains("v/clip.png: 1 frame"))
    }

    @Test func anInterruptedFolderHasNoHalfTables() throws {
        let list = String(repeating: "file '\(Repository.sample)'\n", count: 3)
        try Data(list.utf8).write(to: folder.url.appendingPathComponent("list.txt"))
        try ffmpeg("-f", "concat", "-safe", "0", "-i", "list.txt", "-c", "copy", "v/a.mp4")
        try ffmpeg("-i", Repository.sample, "-t", "0.5", "-c", "copy", "v/b.mp4")
        let process = Process()
        process.executableURL = Bundle.main.bundleURL.appendingPathComponent("mien")
        process.arguments = ["annotate", "v", "-o", "t/"]
        process.currentDirectoryURL = folder.url
        process.standardError = FileHandle.nullDevice
        try process.run()
        let partial = folder.path("t/a.mp4.csv.partial")
        while (try? FileManager.default.attributesOfItem(atPath: partial)[.size] as? Int) ?? 0 == 0,
            process.isRunning
        {
            usleep(10_000)
        }
        process.interrupt()
        process.waitUntilExit()
        #expect(process.terminationStatus == 130)
        #expect(try files("t") == ["a.mp4.csv.partial", "a.mp4.csv.partial.meta.json", "summary.csv"])
        #expect(try read("t/summary.csv").contains("b.mp4,t/b.mp4.csv,pending,"))
        let resumed = try mien("annotate", "v", "-o", "t/", "--resume")
        #expect(resumed.status == 0, "\(resumed.errors)")
        #expect(resumed.errors.contains("done: resumed after "))
        #expect(try read("t/a.mp4.csv") == mien("annotate", "v/a.mp4", "-o", "-").output)
        #expect(!(try files("t").contains { $0.contains("partial") }))
    }

    @Test func twoRunsDoNotWriteOneTable() throws {
        try makeClips()
        try FileManager.default.removeItem(atPath: folder.path("v/bad.mp4"))
        try FileManager.default.createDirectory(atPath: folder.path("t"), withIntermediateDirectories: true)
        let mine = try FileSink(path: folder.path("t/clip.png.csv"))
        let run = try mien("annotate", "v", "-o", "t/", "--resume")
        #expect(run.status == 4)
        #expect(
            run.errors.contains("t/clip.png.csv.partial is being written by another run"), "\(run.errors)")
        #expect(try read("t/clip.png.csv.partial").isEmpty)
        mine.discard()
        #expect(try mien("annotate", "v", "-o", "t/", "--resume").status == 0)
    }

    @Test func afterAFullDiskTheRowsAreThereAndTheRunGoesOn() throws {
        try makeClips()
        try FileManager.default.copyItem(atPath: Repository.sample, toPath: folder.path("v/day1/long.mp4"))
        let program = Bundle.main.bundleURL.appendingPathComponent("mien").path
        // A limit on the size of files, in KiB, fails a write in the middle of a row, as a full disk does.
        let full = try Repository.run(
            "bash", ["-c", "trap '' XFSZ; ulimit -f 16; exec '\(program)' annotate v/day1 -o t/"],
            in: folder.url)
        #expect(full.status == 4, "\(full.errors)")
        #expect(full.errors.contains("cannot write t/long.mp4.csv.partial: File too large"), "\(full.errors)")
        #expect(full.errors.contains("2 done, 1 failed"))
        #expect(try read("t/long.mp4.csv.partial").hasSuffix("\n"))
        #expect(!FileManager.default.fileExists(atPath: folder.path("t/long.mp4.csv")))
        let resumed = try mien("annotate", "v/day1", "-o", "t/", "--resume")
        #expect(resumed.status == 0, "\(resumed.errors)")
        #expect(resumed.errors.contains("done: resumed after "))
        #expect(try read("t/long.mp4.csv") == mien("annotate", "v/day1/long.mp4", "-o", "-").output)
    }

    @Test(
        arguments: [
            (["annotate", "v"], 1, "-o OUT"), (["annotate", "v", "-o", "t.csv"], 1, "expected a folder"),
            (["annotate", "v", "-o", "t/"], 2, "v: no video and no image"),
            (["annotate", "a.mp4", "--jobs", "2"], 1, "--jobs and --dry-run are for folders"),
            (["annotate", "a.mp4", "--dry-run"], 1, "--jobs and --dry-run are for folders"),
            (["annotate", "v", "-o", "t/", "--jobs", "0"], 1, "--jobs 0"),
            (["annotate", "-", "-o", "a.csv", "--resume"], 2, "standard input"),
            (["merge", "v"], 2, "no table to merge"), (["merge"], 1, "expected one folder"),
            (["merge", "nowhere"], 2, "nowhere: no such folder, expected the folder of the tables"),
            (["merge", "notes.txt"], 2, "notes.txt: a file, expected the folder of the tables"),
            (["merge", "v", "--list", "nothing"], 2, "nothing: no such file"),
        ] as [([String], Int32, String)]) func saysWhatIsWrong(
            arguments: [String], status: Int32, message: String
        )
        throws
    {
        try Data().write(to: folder.url.appendingPathComponent("notes.txt"))
        let run = try Repository.run("mien", arguments, in: folder.url)
        #expect(run.status == status, "\(run.errors)")
        #expect(run.errors.contains(message), "\(run.errors)")
    }

    @Test func mergedTablesSayWhichClipARowIsFrom() throws {
        try makeClips()
        #expect(try mien("annotate", "v", "-o", "t/").status == 4)
        let merged = try mien("merge", "t/", "-o", "all.csv")
        #expect(merged.status == 0, "\(merged.errors)")
        var expected = ""
        for clip in ["clip.png", "day1/clip.mkv", "day1/clip.mp4"] {
            let lines = try read("t/\(clip).csv").split(separator: "\n")
            if expected.isEmpty { expected = "clip,\(lines[0])\n" }
            expected += lines.dropFirst().map { "\(clip),\($0)\n" }.joined()
        }
        #expect(try read("all.csv") == expected)
        let rows = expected.count { $0 == "\n" } - 1
        #expect(merged.errors == "mien: 3 tables, \(rows) rows in all.csv\n")

        try Data("day1/clip.mp4\nclip.png\n".utf8).write(to: folder.url.appendingPathComponent("list.txt"))
        let some = try mien("merge", "t", "--list", "list.txt")
        let clip = try read("t/day1/clip.mp4.csv").count { $0 == "\n" }
        #expect(some.output.split(separator: "\n").count == clip + 1)
        #expect(some.output.split(separator: "\n")[1].hasPrefix("day1/clip.mp4,1,0,"))
        try Data("bad.mp4\n".utf8).write(to: folder.url.appendingPathComponent("list.txt"))
        let missing = try mien("merge", "t", "--list", "list.txt", "-o", "some.csv")
        #expect(missing.status == 2 && missing.errors.contains("t/bad.mp4.csv"), "\(missing.errors)")
        #expect(!(try files(".").contains { $0.hasPrefix("some.csv") }))
        #expect(try mien("merge", "t", "-o", "all.csv").status == 2)
        #expect(try read("all.csv") == expected)
    }

    /// A list and a folder name tables alike, so that one goes on where the other was.
    @Test func listsAndFoldersHaveTheSameTables() throws {
        try makeClips()
        try FileManager.default.removeItem(atPath: folder.path("v/bad.mp4"))
        let list = try mien(
            "annotate", "v/day1/clip.mp4", "v/day1/clip.mkv", "-o", "t/day1/", "-q", "--summary", "s.csv")
        #expect(list.status == 0, "\(list.errors)")
        let all = try mien("annotate", "v", "-o", "t", "--resume")
        #expect(all.status == 0, "\(all.errors)")
        #expect(all.errors.components(separatedBy: "done: finished before").count == 3, "\(all.errors)")
        #expect(try mien("merge", "t", "-o", "all.csv").errors.hasPrefix("mien: 3 tables, "))
    }

    @Test func theSameClipIsNotMergedTwice() throws {
        try makeClips()
        let clip = "v/day1/clip.mp4"
        for table in ["t/clip.csv", "t/day1/clip.mp4.csv"] {
            try FileManager.default.createDirectory(
                atPath: folder.path("t/day1"), withIntermediateDirectories: true)
            #expect(try mien("annotate", clip, "-o", table, "-q").status == 0)
        }
        let refused = try mien("merge", "t", "-o", "all.csv")
        #expect(refused.status == 2)
        #expect(
            refused.errors.contains("clip and day1/clip.mp4 are tables of the same clip, \(clip)"),
            "\(refused.errors)")
        #expect(!FileManager.default.fileExists(atPath: folder.path("all.csv")))
        // Who names them means them; but not one of them twice.
        try Data("clip\nday1/clip.mp4\n".utf8).write(to: folder.url.appendingPathComponent("list.txt"))
        #expect(try mien("merge", "t", "--list", "list.txt", "-o", "all.csv").status == 0)
        try Data("clip\nclip\n".utf8).write(to: folder.url.appendingPathComponent("list.txt"))
        let twice = try mien("merge", "t", "--list", "list.txt")
        #expect(twice.status == 2 && twice.errors.contains("list.txt: clip is there twice"))

        // Where the clip is gone, its name tells.
        try FileManager.default.moveItem(atPath: folder.path(clip), toPath: folder.path("v/day1/other.mp4"))
        #expect(try mien("merge", "t").status == 2)
        // A copy is another clip, and so is another part.
        try FileManager.default.removeItem(atPath: folder.path("t/clip.csv"))
        try FileManager.default.copyItem(
            atPath: folder.path("v/day1/other.mp4"), toPath: folder.path(clip))
        #expect(try mien("annotate", "v/day1/other.mp4", "-o", "t/other.csv", "-q").status == 0)
        #expect(try mien("annotate", clip, "-ss", "0.5", "-o", "t/end.csv", "-q").status == 0)
        // An unfinished one is said to be missing.
        try Data("frame".utf8).write(to: folder.url.appendingPathComponent("t/day1/new.mp4.csv.partial"))
        let merged = try mien("merge", "t/", "-o", "some.csv")
        #expect(merged.status == 0, "\(merged.errors)")
        #expect(
            merged.errors.contains("t/day1/new.mp4.csv.partial: not finished, left out"), "\(merged.errors)")
        #expect(merged.errors.contains("3 tables"))
    }
}
