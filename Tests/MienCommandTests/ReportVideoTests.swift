import Foundation
import TestSupport
import Testing

/// The video of `mien report`: whether it is the table's, and whether a browser plays it.
@Suite struct ReportVideoTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    private func mien(_ arguments: String...) throws -> (status: Int32, output: String, errors: String) {
        try Repository.run("mien", arguments, in: folder.url)
    }

    /// Makes a video of the first second of the sample.
    private func ffmpeg(_ arguments: String, input: String = Repository.sample) throws {
        var words: [String] = ["-v", "error", "-f", "lavfi", "-i", "sine=d=1", "-i", input, "-t", "1"]
        words += arguments.split(separator: " ").map { String($0) }
        let run = try Repository.run("ffmpeg", words, in: folder.url)
        try #require(run.status == 0, "\(run.errors)")
    }

    private func probe(_ name: String, _ entries: String) throws -> [String] {
        try Repository.run(
            "ffprobe",
            ["-v", "error", "-select_streams", "v:0", "-show_entries", entries, "-of", "csv=p=0", name],
            in: folder.url
        ).output.split(separator: "\n").map(String.init)
    }

    private func page(_ name: String) throws -> String {
        try String(contentsOfFile: folder.path(name), encoding: .utf8)
    }

    /// The video in a page, as a file.
    private func takeMedia(from name: String, to file: String) throws {
        var media = Data()
        let parts = try page(name).components(separatedBy: "<script type=\"text/plain\" class=\"media\">")
        for part in parts.dropFirst() {
            media += try #require(Data(base64Encoded: String(part.prefix { $0 != "<" })))
        }
        try media.write(to: folder.url.appendingPathComponent(file))
    }

    @Test(
        arguments: [
            ("-c:v libx265 -x265-params log-level=none -c:a aac clip.mp4", "HEVC (H.265) video", true),
            ("-c:v prores_ks -c:a pcm_s16le clip.mov", "ProRes video", false),
            ("-c:v mjpeg -q:v 4 -c:a libmp3lame clip.avi", "Motion JPEG video", true),
            ("-c:v mpeg2video -r 25 -c:a mp2 clip.mpg", "MPEG-2 video", false),
            ("-c:v libx264 -pix_fmt yuv422p10le -an clip.mp4", "H.264 video with yuv422p10le pixels", false),
            (
                "-c:v libx264 -vf select='not(mod(n,3))' -vsync vfr -c:a aac clip.ts",
                "H.264 video in an MPEG transport stream", true
            ),
        ] as [(String, String, Bool)]) func aVideoThatBrowsersDoNotPlayIsSaidAndCopied(
            arguments: String, obstacle: String, hasAudio: Bool
        ) throws
    {
        try ffmpeg(arguments)
        let clip = try #require(arguments.split(separator: " ").last.map(String.init))
        #expect(try mien("annotate", clip, "-o", "clip.csv", "-q").status == 0)
        let linked = try mien("report", "clip.csv")
        #expect(linked.status == 0)
        #expect(
            linked.errors.contains("\(clip): not every browser plays \(obstacle); --embed"),
            "\(linked.errors)")
        #expect(try page("clip.html").contains("\"obstacle\":\"\(obstacle)\""))

        let embedded = try mien("report", "clip.csv", "--embed", "-o", "embedded.html")
        #expect(embedded.status == 0, "\(embedded.errors)")
        #expect(embedded.errors.contains("a copy (libx264) is in the page"), "\(embedded.errors)")
        #expect(try page("embedded.html").contains("\"name\":\"\(clip)\""))
        #expect(try !page("embedded.html").contains("\"obstacle\""))
        try takeMedia(from: "embedded.html", to: "copy.mp4")
        let stream = try #require(try probe("copy.mp4", "stream=codec_name,pix_fmt").first)
        // Full range, as of Motion JPEG, stays.
        #expect(["h264,yuv420p", "h264,yuvj420p"].contains(stream), "\(stream)")
        let table = try String(contentsOfFile: folder.path("clip.csv"), encoding: .utf8)
        var expected: [Double] = []
        for row in table.split(separator: "\n").dropFirst() {
            let cells = row.split(separator: ",", omittingEmptySubsequences: false)
            expected.append(try #require(Double(cells[2])))
        }
        var times: [Double] = []
        for line in try probe("copy.mp4", "frame=pts_time") {
            times.append(try #require(Double(line.prefix { $0 != "," })))
        }
        #expect(times.count == expected.count)
        #expect(zip(times, expected).allSatisfy { abs($0 - $1) < 2e-6 }, "\(times.prefix(5))")
        let streams = try Repository.run(
            "ffprobe", ["-v", "error", "-show_entries", "stream=codec_type", "-of", "csv=p=0", "copy.mp4"],
            in: folder.url)
        #expect(streams.output.contains("audio") == hasAudio)
        let isSilent = arguments.contains("-an")
        #expect(embedded.errors.contains("audio left out") == (!hasAudio && !isSilent))
        let left = try FileManager.default.contentsOfDirectory(atPath: NSTemporaryDirectory())
        #expect(!left.contains { $0.hasPrefix("mien-") && $0.hasSuffix(".mp4") })
    }

    @Test func aVideoThatTheyPlayIsEmbeddedAsItIs() throws {
        try ffmpeg("-c:v libx264 -pix_fmt yuv420p -c:a aac clip.mp4")
        #expect(try mien("annotate", "clip.mp4", "-q").status == 0)
        let run = try mien("report", "clip.csv", "--embed")
        #expect(run.status == 0 && !run.errors.contains("browser"), "\(run.errors)")
        try takeMedia(from: "clip.html", to: "copy.mp4")
        let bytes = try Data(contentsOf: folder.url.appendingPathComponent("copy.mp4"))
        #expect(try bytes == Data(contentsOf: folder.url.appendingPathComponent("clip.mp4")))
    }

    @Test func theFirstFrameIsWhereThePlayerHasIt() throws {
        try ffmpeg("-itsoffset 0.5 -i \(Repository.sample) -map 0 -map 2:v -c:v copy late.mp4")
        #expect(try mien("annotate", "late.mp4", "-q").status == 0)
        #expect(try mien("report", "late.csv").status == 0)
        #expect(try page("late.html").contains("\"start\":0.5"))
    }

    @Test(
        arguments: [
            ("-c:v libx264 -s 320x180 -an other.mp4", "made from frames of 640 x 360 pixels"),
            ("-c:v libx264 -r 12 -an other.mp4", "in the table and"),
            ("-c:v libx264 -bf 0 -an -t 0.5 other.mp4", "other.mp4 ends after frame"),
            ("-c:v libx264 -bf 0 -an -t 2 other.mp4", "other.mp4 goes on: is it the video of this table?"),
        ] as [(String, String)]) func anotherVideoIsRefusedAsByOverlay(arguments: String, message: String)
        throws
    {
        try ffmpeg("-c:v libx264 -bf 0 -an clip.mp4")
        #expect(try mien("annotate", "clip.mp4", "-q").status == 0)
        try ffmpeg(arguments)
        for command in [
            ["report", "clip.csv", "--video", "other.mp4"], ["overlay", "clip.csv", "other.mp4"],
        ] {
            let run = try Repository.run("mien", command, in: folder.url)
            #expect(run.status == 2, "\(command): \(run.errors)")
            #expect(run.errors.contains(message), "\(command): \(run.errors)")
        }
        #expect(!FileManager.default.fileExists(atPath: folder.path("clip.html")))
        // The same frames in another file are the same video.
        try ffmpeg("-map 1:v -c copy -metadata title=other same.mp4", input: folder.path("clip.mp4"))
        #expect(try mien("report", "clip.csv", "--video", "same.mp4").status == 0)
    }

    @Test func aVideoThatHasChangedIsNotShown() throws {
        try ffmpeg("-map 1:v -c copy clip.mp4")
        #expect(try mien("annotate", "clip.mp4", "-q").status == 0)
        try ffmpeg("-c:v libx264 -s 320x180 -an -y clip.mp4")
        let run = try mien("report", "clip.csv")
        #expect(run.status == 0)
        #expect(run.errors.contains("the page does without it"), "\(run.errors)")
        #expect(try page("clip.html").contains("The video clip.mp4 is not shown"))
        #expect(try !page("clip.html").contains("\"media\":{"))
        #expect(try mien("report", "clip.csv", "--embed", "-y").status == 2)
    }
}
