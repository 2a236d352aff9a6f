import Foundation
import Mien
import TestSupport
import Testing

/// Files as cameras and programs leave them, read to the end.
@Suite struct FieldFilesTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func ffmpeg(_ arguments: String...) throws {
        let words = arguments.flatMap { $0.split(separator: " ").map(String.init) }
        let run = try Repository.run("ffmpeg", ["-v", "error", "-y"] + words, in: folder.url)
        try #require(run.status == 0, "\(run.errors)")
    }

    private func readings(_ name: String) throws -> (rows: [FaceReading], run: AnalysisRun) {
        var rows: [FaceReading] = []
        let run = try Analyzer().analyze(folder.path(name)) { rows.append($0) }
        return (rows, run)
    }

    private func difference(_ a: [FaceReading], _ b: [FaceReading]) throws -> Float {
        #expect(a.count == b.count)
        let pairs = zip(a, b)
        return try pairs.map { one, other in
            let (one, other) = (try #require(one.actionUnits), try #require(other.actionUnits))
            return ActionUnit.allCases.reduce(0) { $0 + abs(one[$1] - other[$1]) }
                / Float(ActionUnit.allCases.count)
        }.reduce(0, +) / Float(a.count)
    }

    /// Boxes are of the picture as displayed, and scores those of the same picture with square pixels.
    @Test(arguments: ["scale=480:360,setsar=4/3", "scale=720:360,setsar=8/9", "scale=500:300,setsar=16/15"])
    func aFaceIsReadInThePictureAsDisplayed(filter: String) throws {
        try ffmpeg("-ss 5 -i \(Repository.sample) -frames:v 24 -an -c:v ffv1 square.mkv")
        try ffmpeg("-i square.mkv -vf \(filter) -c:v ffv1 stored.mkv")
        try ffmpeg("-i stored.mkv -vf scale=iw*sar:ih,setsar=1 -c:v ffv1 shown.mkv")
        let (stored, shown) = (try readings("stored.mkv"), try readings("shown.mkv"))
        #expect(try difference(stored.rows, shown.rows) < 0.01)
        for (one, other) in zip(stored.rows, shown.rows) {
            let (one, other) = (try #require(one.box), try #require(other.box))
            #expect(abs(one.x - other.x) < 2 && abs(one.width - other.width) < 2)
        }
        let video = stored.run.video
        #expect(video.width == shown.run.video.width && video.height == shown.run.video.height)
        #expect(video.stored?.height == video.height && video.stored?.width != video.width)
        #expect(video.pixelAspect != nil && shown.run.video.pixelAspect == nil)
    }

    @Test(arguments: ["smpte2084", "arib-std-b67"])
    func highDynamicRangeReadsAsOrdinary(transfer: String) throws {
        try ffmpeg("-ss 5 -i \(Repository.sample) -frames:v 24 -an -c:v ffv1 -color_range tv sdr.mkv")
        let filter =
            "zscale=tin=bt709:pin=bt709:min=bt709:rin=limited:t=linear:p=bt709:npl=203,format=gbrpf32le,zscale=t=\(transfer)"
            + ":p=bt2020:m=bt2020nc:r=limited:npl=203,format=yuv420p10le"
        try ffmpeg(
            "-i sdr.mkv -vf \(filter) -c:v ffv1 -color_primaries bt2020 -color_trc \(transfer) -colorspace bt2020nc hdr.mkv"
        )
        let (sdr, hdr) = (try readings("sdr.mkv"), try readings("hdr.mkv"))
        #expect(try difference(sdr.rows, hdr.rows) < 0.012)
        #expect(hdr.run.video.colorMatrix?.contains("tone-mapped") == true && hdr.run.warnings.isEmpty)
    }

    /// One face in pictures of two sizes in turn, and in pictures that change both size and content.
    @Test(arguments: [
        ["scale=320:-2", "scale=200:-2"], ["scale=320:-2", "scale=240:-2,negate=components=y+u"],
    ])
    func picturesOfChangingSizeHaveTheirFaces(filters: [String]) throws {
        for number in 0..<8 {
            let filter =
                number % 2 == 1 && filters[1].contains("negate")
                ? "scale=240:-2,hflip,hue=h=40" : filters[number % 2]
            try ffmpeg(
                "-ss 5.\(number) -i \(Repository.sample) -frames:v 1 -vf \(filter) -update 1 -q:v 2 f_\(number).jpg"
            )
        }
        let (rows, _) = try readings("f_%d.jpg")
        #expect(rows.map(\.status) == [FrameStatus](repeating: .ok, count: 8))
    }

    /// A clock that stands still, one that jumps by hours, and one that does so back and forth.
    @Test(arguments: [
        ("0", "time stands still: 39 frames"),
        ("if(lt(N\\,20)\\,PTS\\,PTS+7200/TB)", "time jumps forward from"),
        ("if(lt(N\\,15)\\,PTS\\,if(lt(N\\,30)\\,PTS+40000/TB\\,PTS+90000/TB))", "time jumps forward from"),
    ])
    func onePersonKeepsOneIdentityWhateverTheClock(times: String, warning: String) throws {
        try ffmpeg("-ss 5 -i \(Repository.sample) -frames:v 40 -an -vf scale=320:-2 -c:v ffv1 clip.mkv")
        let line = [
            "-v", "error", "-i", "clip.mkv", "-c", "copy", "-bsf:v", "setts=ts=\(times)", "clock.mkv",
        ]
        let made = try Repository.run("ffmpeg", line, in: folder.url)
        try #require(made.status == 0, "\(made.errors)")
        let (rows, run) = try readings("clock.mkv")
        #expect(rows.count == 40 && Set(rows.map(\.faceID)) == [0])
        #expect(run.warnings.contains { $0.hasPrefix(warning) }, "\(run.warnings)")
    }
}
