import Foundation
import Mien
import TestSupport
import Testing

/// Two people, one after the other, in the same place before the same backdrop.
@Suite struct PeopleTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private static let astronaut = Repository.root.appendingPathComponent(
        "Tests/MienFacesTests/Goldens/astronaut.ppm"
    ).path
    // Faces of the same size, each in a square of 180 pixels, for two seconds and a little more: endless streams into
    // sinks of nothing would keep ffmpeg from ending.
    private static let tiles = """
        [0]crop=360:360:270:0,scale=180:180,loop=50:1:0,fps=25,format=rgba,split=4[a][b][c][d];\
        [1]crop=74:74:36:25,scale=180:180,loop=50:1:0,fps=25,format=rgba,split=4[p][q][r][s];
        """

    /// Makes two seconds of 25 frames a second of a filter's output `[v]`, from the tiles of the first person, `[a]`
    /// to `[d]`, those of the second, `[p]` to `[s]`, and a backdrop, `[2]`.
    private func readings(_ filter: String, grey: Bool, isLive: Bool) throws -> [FaceReading] {
        let clip = folder.path("clip.mp4")
        let run = try Repository.run(
            "ffmpeg",
            [
                "-v", "error", "-y", "-ss", "1", "-t", "0.04", "-i", Repository.sample, "-i", Self.astronaut,
                "-f", "lavfi", "-i", "color=0x8c8c88:s=480x360:r=25:d=2", "-filter_complex",
                Self.tiles + filter + ";[v]\(grey ? "hue=s=0," : "")format=yuv420p", "-t", "2", "-c:v",
                "libx264", "-preset", "veryfast", "-qp", "22", clip,
            ], in: folder.url)
        try #require(run.status == 0, "\(run.errors)")
        var configuration = Configuration()
        configuration.isCausal = isLive
        var readings: [FaceReading] = []
        try Analyzer().analyze(clip, configuration: configuration) { readings.append($0) }
        return readings
    }

    private static let unused = ";[b]nullsink;[c]nullsink;[d]nullsink;[q]nullsink;[r]nullsink;[s]nullsink"

    /// A cut, and one with a few blended frames, as a converted frame rate and a short cross-fade give.
    @Test(arguments: [0, 1, 3], [false, true])
    func whoTakesAPlaceIsSomeoneElse(blended: Int, grey: Bool) throws {
        let start = 1 - Double(blended + 1) / 25
        let fade = blended == 0 ? "null" : "fade=in:st=\(start):d=\(Double(blended + 1) / 25):alpha=1"
        let begin = blended == 0 ? 0.99 : start
        let filter =
            "[2][a]overlay=150:90[x];[p]\(fade)[y];[x][y]overlay=150:90:enable='gte(t,\(begin))'[v]"
        let readings = try readings(filter.appending(Self.unused), grey: grey, isLive: false)
        try #require(readings.count == 50)
        #expect(readings[..<(25 - blended)].allSatisfy { $0.faceID == 0 })
        let second = try #require(readings[25].faceID)
        #expect(second > 0 && readings[25...].allSatisfy { $0.faceID == second })
    }

    @Test func aLiveRunTellsThemApartToo() throws {
        let filter = "[2][a]overlay=150:90[x];[x][p]overlay=150:90:enable='gte(t,0.99)'[v]"
        let readings = try readings(filter.appending(Self.unused), grey: false, isLive: true)
        #expect(readings.map(\.faceID) == Array(repeating: 0, count: 25) + Array(repeating: 1, count: 25))
    }

    /// The tiles of a video call that change places.
    @Test func aReshuffledGalleryMixesNobodyUp() throws {
        let filter = """
            [2][a]overlay=40:90:enable='lt(t,0.99)'[w];[w][p]overlay=260:90:enable='lt(t,0.99)'[x];\
            [x][q]overlay=40:90:enable='gte(t,0.99)'[y];[y][b]overlay=260:90:enable='gte(t,0.99)'[v];\
            [c]nullsink;[d]nullsink;[r]nullsink;[s]nullsink
            """
        let readings = try readings(filter, grey: true, isLive: false)
        try #require(readings.count == 100)
        var owners: [Int: Set<Bool>] = [:]
        for reading in readings {
            let id = try #require(reading.faceID)
            let isLeft = try #require(reading.box).x < 180
            owners[id, default: []].insert(isLeft == (reading.frame <= 25))
        }
        #expect(owners.values.allSatisfy { $0.count == 1 }, "\(owners)")
    }
}
