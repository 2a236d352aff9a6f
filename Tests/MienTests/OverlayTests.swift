import Foundation
import Mien
import MienCore
import MienVideo
import TestSupport
import Testing

@Suite struct OverlayTests {
    private let folder: TemporaryFolder
    /// A clip of two seconds with the sample's face.
    private let clip: String
    private let table: String

    init() throws {
        folder = try TemporaryFolder()
        clip = folder.path("clip.mp4")
        table = folder.path("clip.csv")
        let make = try Repository.run(
            "ffmpeg",
            [
                "-v", "error", "-ss", "5", "-i", Repository.sample, "-frames:v", "40", "-vf", "scale=320:-2",
                clip,
            ])
        try #require(make.status == 0, "\(make.errors)")
        try Analyzer().annotate(clip, to: .file(table))
    }

    private func rows() throws -> [String] {
        try String(contentsOfFile: table, encoding: .utf8).split(separator: "\n").map(String.init)
    }

    private func write(_ lines: [String], to name: String) throws -> String {
        try (lines.joined(separator: "\n") + "\n").write(
            toFile: folder.path(name), atomically: true, encoding: .utf8)
        return folder.path(name)
    }

    private func times(_ path: String) throws -> [Int64?] {
        let reader = try VideoReader(path)
        var times: [Int64?] = []
        while let frame = try reader.next() { times.append(frame.pts) }
        return times
    }

    @Test func everyFrameIsThereWithItsTimeAndItsBox() throws {
        let output = folder.path("out.mp4")
        let run = try Overlay(table: table, video: clip).write(to: output)
        #expect(run.frames == 40 && run.endedEarly == nil && !run.isInterrupted)
        #expect(try times(output) == times(clip))
        #expect(!FileManager.default.fileExists(atPath: output + ".partial"))

        let reader = try TableReading(table)
        let (before, after) = (try VideoReader(clip), try VideoReader(output))
        while let old = try before.next(), let new = try after.next() {
            let reading = try reader.next()
            let box = try #require(reading.box)
            let x = Int(box.x + box.width / 2)
            let y = Int(box.y.rounded())
            guard y > 0, y < old.image.height else { continue }
            // A box line is blue on skin and hair; coding blurs it.
            let (was, now) = (old.image[x, y], new.image[x, y])
            #expect(Int(now.blue) - Int(now.red) > Int(was.blue) - Int(was.red) + 40)
        }
    }

    @Test func aPartIsThatPartAndBeginsAtZero() throws {
        var configuration = Configuration()
        configuration.start = 0.5
        configuration.duration = 0.5
        let part = folder.path("part.csv")
        try Analyzer().annotate(clip, to: .file(part), configuration: configuration)
        let output = folder.path("part.mp4")
        let run = try Overlay(table: part, video: clip).write(to: output)
        let all = try times(clip).compactMap { $0 }
        let some = try times(output).compactMap { $0 }
        #expect(run.frames == 12 && some.count == 12)
        #expect(some == all[12..<24].map { $0 - all[12] })
        #expect(run.endedEarly == nil && run.warnings.isEmpty)
    }

    @Test func theTableOfAnotherClipIsRefused() throws {
        let other = folder.path("other.mp4")
        let make = try Repository.run(
            "ffmpeg", ["-v", "error", "-i", clip, "-vf", "setpts=1.5*PTS", "-vsync", "vfr", other])
        try #require(make.status == 0, "\(make.errors)")
        #expect(throws: MienError.self) {
            try Overlay(table: table, video: other).write(to: folder.path("out.mp4"))
        }
        #expect(!FileManager.default.fileExists(atPath: folder.path("out.mp4")))
        #expect(!FileManager.default.fileExists(atPath: folder.path("out.mp4.partial")))

        let small = folder.path("small.mp4")
        let scale = try Repository.run("ffmpeg", ["-v", "error", "-i", clip, "-vf", "scale=160:-2", small])
        try #require(scale.status == 0, "\(scale.errors)")
        let error = #expect(throws: MienError.self) {
            try Overlay(table: table, video: small).write(to: folder.path("out.mp4"))
        }
        #expect(error?.description.contains("160 x") == true && error?.description.contains("320 x") == true)
    }

    @Test func aVideoWithFewerOrMoreFramesThanTheTableIsWrittenAndSaid() throws {
        let short = folder.path("short.mp4")
        let make = try Repository.run(
            "ffmpeg", ["-v", "error", "-i", clip, "-frames:v", "25", "-c", "copy", short])
        try #require(make.status == 0, "\(make.errors)")
        let run = try Overlay(table: table, video: short).write(to: folder.path("a.mp4"))
        #expect(run.frames == 25)
        #expect((run.endedEarly ?? "").contains("goes on with frame 26"))

        let whole = try write(Array(try rows().prefix(21)), to: "clip.csv")
        let cut = try Overlay(table: whole, video: clip).write(to: folder.path("b.mp4"))
        #expect(cut.frames == 20)
        #expect((cut.endedEarly ?? "").contains("20 of the 40 rows"))
    }

    @Test func aTableCutInARowIsWrittenAsFarAsItGoes() throws {
        let text = try String(contentsOfFile: table, encoding: .utf8)
        let half = folder.path("half.csv")
        try String(text.prefix(text.count / 2)).write(toFile: half, atomically: true, encoding: .utf8)
        let run = try Overlay(table: half, video: clip).write(to: folder.path("half.mp4"))
        #expect((15..<25).contains(run.frames))
        #expect((run.endedEarly ?? "").contains("ends in the middle of a row"))
        #expect(try times(folder.path("half.mp4")).count == run.frames)
    }

    @Test func missingRowsAreMarkedAndCounted() throws {
        var lines = try rows()
        lines.removeSubrange(10..<15)
        let gaps = try write(lines, to: "gaps.csv")
        let run = try Overlay(table: gaps, video: clip).write(to: folder.path("gaps.mp4"))
        #expect(run.frames == 40)
        #expect(run.warnings == ["5 frames without a row in \(gaps): marked so"])
    }

    @Test func cancellingLeavesAWholeFileUnderItsProvisionalName() throws {
        let cancellation = Cancellation()
        let output = folder.path("cancelled.mp4")
        let run = try Overlay(table: table, video: clip).write(
            to: output, cancellation: cancellation,
            progress: { frames, _ in if frames == 10 { cancellation.cancel() } })
        #expect(run.isInterrupted && run.frames == 10)
        #expect(!FileManager.default.fileExists(atPath: output))
        #expect(run.partialPath == output + ".partial")
        #expect(try times(output + ".partial").count == 10)
        try Overlay(table: table, video: clip).write(to: output, replacing: true)
        #expect(try times(output).count == 40)
        #expect(!FileManager.default.fileExists(atPath: output + ".partial"))
    }

    @Test func nothingIsReplacedUnlessAskedFor() throws {
        let output = folder.path("precious.mp4")
        try Data("precious".utf8).write(to: URL(fileURLWithPath: output))
        #expect(throws: MienError.self) { try Overlay(table: table, video: clip).write(to: output) }
        #expect(try Data(contentsOf: URL(fileURLWithPath: output)) == Data("precious".utf8))
        for input in [table, clip] {
            #expect(throws: MienError.self) {
                try Overlay(table: table, video: clip).write(to: input, replacing: true)
            }
        }
        try Overlay(table: table, video: clip).write(to: output, replacing: true)
        #expect(try times(output).count == 40)
    }
}

/// The rows of a table, one by one.
private final class TableReading {
    private let table: TableReader

    init(_ path: String) throws { table = try TableReader(path: path) }

    func next() throws -> FaceReading {
        let row = try table.next()
        return try #require(row).reading
    }
}
