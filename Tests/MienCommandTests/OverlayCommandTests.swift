import Foundation
import Mien
import TestSupport
import Testing

/// `mien overlay` and `mien annotate --overlay`, as a user runs them.
@Suite struct OverlayCommandTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    private func mien(_ arguments: String...) throws -> (status: Int32, output: String, errors: String) {
        try Repository.run("mien", arguments, in: folder.url)
    }

    private func frames(_ name: String) throws -> Int? {
        let probe = try Repository.run(
            "ffprobe",
            [
                "-v", "quiet", "-count_frames", "-select_streams", "v", "-show_entries",
                "stream=nb_read_frames", "-of",
                "csv=p=0", name,
            ], in: folder.url)
        return Int(probe.output.prefix { $0.isNumber })
    }

    @Test func annotatesAndDraws() throws {
        let run = try mien("annotate", Repository.sample, "-t", "1", "--overlay", "smile.mov")
        #expect(run.status == 0, "\(run.errors)")
        #expect(run.output.isEmpty)
        #expect(run.errors.contains("smile.mov: 24 frames"))
        #expect(try frames("smile.mov") == 24)
        #expect(FileManager.default.fileExists(atPath: folder.path("smile.csv")))

        let again = try mien("overlay", "smile.csv", Repository.sample)
        #expect(again.status == 0, "\(again.errors)")
        #expect(try frames("smile.overlay.mp4") == 24)
        #expect(try mien("overlay", "smile.csv", Repository.sample).status == 1)
        #expect(try mien("overlay", "smile.csv", Repository.sample, "-y", "-q").errors.isEmpty)
    }

    @Test(arguments: ["jpg", "png"]) func aStillGivesAStill(ending: String) throws {
        let make = try Repository.run(
            "ffmpeg",
            [
                "-v", "error", "-ss", "5", "-i", Repository.sample, "-frames:v", "1", "-update", "1",
                "face.\(ending)",
            ],
            in: folder.url)
        try #require(make.status == 0, "\(make.errors)")
        func probe(_ name: String) throws -> String {
            let entries = "stream=codec_name,width,height"
            return try Repository.run(
                "ffprobe", ["-v", "quiet", "-show_entries", entries, "-of", "csv=p=0", name], in: folder.url
            ).output.trimmingCharacters(in: .whitespacesAndNewlines)
        }
        let size = try probe("face.\(ending)").split(separator: ",").dropFirst().joined(separator: ",")
        let run = try mien("annotate", "face.\(ending)", "--overlay", "drawn.\(ending)")
        #expect(run.status == 0, "\(run.errors)")
        #expect(try probe("drawn.\(ending)") == (ending == "png" ? "png," : "mjpeg,") + size)
        #expect(try mien("overlay", "face.csv", "face.\(ending)").status == 0)
        #expect(try probe("face.overlay.png") == "png," + size)
        // Of several inputs each has its kind.
        let both = try mien(
            "annotate", "face.\(ending)", Repository.sample, "-t", "0.5", "-y", "--overlay", "drawn/")
        #expect(both.status == 0, "\(both.errors)")
        #expect(try probe("drawn/face.png") == "png," + size)
        #expect(try frames("drawn/smile.mp4") == 12)

        let refused = try mien("overlay", "face.csv", "face.\(ending)", "-o", "face.mp4")
        #expect(refused.status == 2)
        #expect(
            refused.errors.contains(
                "is a still image, expected a name for its overlay that ends in .png or .jpg"))
        #expect(!FileManager.default.fileExists(atPath: folder.path("face.mp4")))
    }

    @Test func theVideoStreamOfTheTableIsTheOverlays() throws {
        let make = try Repository.run(
            "ffmpeg",
            [
                "-v", "error", "-i", Repository.sample, "-t", "0.5", "-filter_complex",
                "[0:v]scale=160:-2[small]",
                "-map", "0:v", "-map", "[small]", "two.mkv",
            ], in: folder.url)
        try #require(make.status == 0, "\(make.errors)")
        let plain = try mien("annotate", "two.mkv", "-o", "first.csv")
        #expect(plain.errors.contains("--video-stream N reads another"), "\(plain.errors)")
        let run = try mien("annotate", "two.mkv", "--video-stream", "1", "--overlay", "two.mp4")
        #expect(run.status == 0 && !run.errors.contains("several"), "\(run.errors)")
        let metadata = try RunMetadata(contentsOf: folder.path("two.meta.json"))
        #expect(metadata.video?.stream == 1 && metadata.video?.width == 160)
        #expect(metadata.options["video-stream"] == .integer(1))
        #expect(try RunMetadata(contentsOf: folder.path("first.meta.json")).video?.stream == 0)
        #expect(try frames("two.mp4") == 12)
        // The other stream is not the table's.
        let other = try mien("overlay", "two.csv", "two.mkv", "--video-stream", "0")
        #expect(
            other.status == 2 && other.errors.contains("it was made from frames of 160 x"), "\(other.errors)")
        #expect(try mien("annotate", "two.mkv", "--video-stream", "1", "--resume").errors.contains("two.csv"))
        let missing = try mien("embed", "two.mkv", "--video-stream", "2", "-o", "e.safetensors")
        #expect(missing.status == 2 && missing.errors.contains("has no video stream 2; expected one of 0 ("))
    }

    @Test func severalInputsNeedADirectory() throws {
        let refused = try mien("annotate", Repository.sample, "other.mp4", "--overlay", "out.mp4")
        #expect(refused.status == 1)
        let run = try mien("annotate", "missing.mp4", Repository.sample, "-t", "0.5", "--overlay", "videos/")
        #expect(run.status == 4, "\(run.errors)")
        #expect(try frames("videos/smile.mp4") == 12)
    }

    @Test(
        arguments: [
            (["overlay"], 1, "expected a table and its video"),
            (["overlay", "a.csv"], 1, "expected a table and its video"),
            (["overlay", "a.csv", "missing.mp4", "-o", "out.mp4"], 2, "a.csv"),
            (["overlay", "empty.csv", "SAMPLE", "-o", "out.mp4"], 2, "empty.csv, line 1: expected a header"),
            (["overlay", "header.csv", "SAMPLE", "-o", "out.mp4"], 2, "header.csv, line 1"),
            (["overlay", "SAMPLE", "SAMPLE", "-o", "out.mp4"], 2, "smile.mp4"),
            (["overlay", "a.csv", "SAMPLE", "-o", "out.avi"], 2, "out.avi: expected a name for the video"),
            (
                ["overlay", "a.csv", "-", "-o", "out.mp4"], 2,
                "standard input: an overlay is drawn in a second pass"
            ),
            (
                ["annotate", "SAMPLE", "-o", "-", "--overlay", "out.mp4"], 1,
                "--overlay is drawn from the finished table"
            ),
            (["annotate", "SAMPLE", "--overlay", "out.gif"], 2, "out.gif"),
            (["annotate", "-", "-o", "t.csv", "--overlay", "out.mp4"], 2, "can be read only once"),
            (["annotate", "SAMPLE", "-o", "x.mp4", "--overlay", "x.mp4"], 1, "a table is CSV"),
            (["annotate", "SAMPLE", "-o", "x", "--overlay", "x"], 1, "cannot be both"),
            (["annotate", "SAMPLE", "--overlay", "SAMPLE", "-y"], 1, "is the input itself"),
        ] as [([String], Int32, String)])
    func saysWhatIsWrong(arguments: [String], status: Int32, message: String) throws {
        try Data().write(to: URL(fileURLWithPath: folder.path("empty.csv")))
        try Data("frame,face\n".utf8).write(to: URL(fileURLWithPath: folder.path("header.csv")))
        let run = try Repository.run(
            "mien", arguments.map { $0 == "SAMPLE" ? Repository.sample : $0 }, in: folder.url)
        #expect(run.status == status, "\(run.errors)")
        #expect(run.errors.contains(message), "\(run.errors)")
        #expect(!FileManager.default.fileExists(atPath: folder.path("out.mp4")))
        #expect(!FileManager.default.fileExists(atPath: folder.path("out.mp4.partial")))
    }

    @Test(arguments: [SIGINT, SIGKILL]) func whateverEndsItTheVideoPlays(signal: Int32) throws {
        let list = (0..<12).map { _ in "file '\(Repository.sample)'\n" }.joined()
        try Data(list.utf8).write(to: URL(fileURLWithPath: folder.path("list.txt")))
        let make = try Repository.run(
            "ffmpeg",
            ["-v", "error", "-f", "concat", "-safe", "0", "-i", "list.txt", "-c", "copy", "list.mkv"],
            in: folder.url)
        try #require(make.status == 0, "\(make.errors)")
        // A table without faces: finding them is not what this is about.
        let probe = try Repository.run(
            "ffprobe",
            [
                "-v", "quiet", "-select_streams", "v", "-show_entries", "packet=pts", "-of", "csv=p=0",
                "list.mkv",
            ],
            in: folder.url)
        let times = probe.output.split(separator: "\n").compactMap { Int64($0.prefix { $0.isNumber }) }
            .sorted()
        let table = TableWriter(sink: try FileSink(path: folder.path("list.csv")))
        for (index, pts) in times.enumerated() {
            try table.write(
                FaceReading(
                    frame: index + 1, faceID: nil, timestamp: Double(pts - times[0]) / 1000, status: .noFace,
                    pts: pts))
        }
        try table.commit()

        let process = Process()
        process.executableURL = Bundle.main.bundleURL.appendingPathComponent("mien")
        process.arguments = ["overlay", "list.csv", "list.mkv", "-o", "out.mp4"]
        process.currentDirectoryURL = folder.url
        process.standardError = FileHandle.nullDevice
        try process.run()
        let partial = folder.path("out.mp4.partial")
        func size() -> Int {
            ((try? FileManager.default.attributesOfItem(atPath: partial))?[.size] as? Int) ?? 0
        }
        while size() < 100_000, process.isRunning { usleep(10_000) }
        kill(process.processIdentifier, signal)
        process.waitUntilExit()
        let isKilled = signal == SIGKILL
        #expect(!FileManager.default.fileExists(atPath: folder.path("out.mp4")))
        let counted = try frames("out.mp4.partial")
        let count = try #require(counted)
        #expect(count > 20 && count < times.count)
        #expect(isKilled || process.terminationStatus == 130)
        let blocked = try mien("overlay", "list.csv", "list.mkv", "-o", "out.mp4")
        #expect(blocked.status == 2)
        #expect(blocked.errors.contains("could not finish"), "\(blocked.errors)")
    }
}
