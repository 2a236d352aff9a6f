import Foundation
import Mien
import MienSafetensors
import MienTable
import MienTimeline
import TestSupport
import Testing

/// What a run measures of faces besides their scores.
@Suite struct GeometryTests {
    let folder: TemporaryFolder
    let analyzer: Analyzer

    init() throws {
        folder = try TemporaryFolder()
        analyzer = try Analyzer()
    }

    private func configuration(blendshapes: Bool = true) -> Configuration {
        var configuration = Configuration()
        configuration.duration = 1.5
        configuration.geometry = GeometryOptions(hasBlendshapes: blendshapes)
        return configuration
    }

    private func annotate(
        _ name: String, _ configuration: Configuration, existing: ExistingTable = .refuse,
        cancellation: Cancellation = Cancellation(), progress: ((Int, Int?) -> Void)? = nil
    ) throws {
        try analyzer.annotate(
            Repository.sample, to: .file(folder.path(name)), existing: existing, configuration: configuration,
            cancellation: cancellation, progress: progress)
    }

    private func read(_ name: String) throws -> [UInt8] {
        try Array(Data(contentsOf: URL(fileURLWithPath: folder.path(name))))
    }

    @Test func faceRowsHaveAllOfIt() throws {
        try annotate("t.csv", configuration())
        let reader = try TableReader(path: folder.path("t.csv"))
        var rows = 0
        while let row = try reader.next() {
            #expect(row.groups == [.uncertainty, .geometry, .blendshapes])
            guard row.reading.status == .ok else { continue }
            rows += 1
            let geometry = try #require(row.reading.geometry)
            let quality = try #require(geometry[.quality])
            #expect(0...1 ~= quality)
            // The sample's face is upright, half a metre away, and turned a little to its own right.
            #expect(abs(try #require(geometry[.poseRoll])) < 10)
            #expect(try (200...900).contains(#require(geometry[.poseZ])))
            #expect(try #require(geometry[.poseYaw]) < 0)
            #expect(row.reading.blendshapes != nil)
        }
        #expect(rows > 30)
        let metadata = try RunMetadata(contentsOf: folder.path("t.meta.json"))
        #expect(metadata.columns.contains { $0.name == "pose_yaw" && $0.unit == "degrees" })
        #expect(metadata.options["geometry"] == .flag(true))
        #expect(metadata.options["focal"] != nil)
    }

    @Test func changesNoOtherColumn() throws {
        var plain = configuration()
        plain.geometry = nil
        try annotate("plain.csv", plain)
        try annotate("wide.csv", configuration(blendshapes: false))
        let (one, other) = (try read("plain.csv"), try read("wide.csv"))
        let lines = { (bytes: [UInt8]) in String(decoding: bytes, as: UTF8.self).split(separator: "\n") }
        #expect(zip(lines(one), lines(other)).allSatisfy { $1.hasPrefix($0) })
    }

    @Test func aResumedRunGivesTheSameBytes() throws {
        try annotate("whole.csv", configuration())
        let cancellation = Cancellation()
        try annotate("part.csv", configuration(), cancellation: cancellation) { frames, _ in
            if frames == 12 { cancellation.cancel() }
        }
        try annotate("part.csv", configuration(), existing: .resume)
        #expect(try read("part.csv") == read("whole.csv"))
    }

    @Test func distancesGoWithTheFocalLength() throws {
        var long = configuration(blendshapes: false)
        long.geometry?.focalLength = 1024
        try annotate("usual.csv", configuration(blendshapes: false))
        try annotate("long.csv", long)
        func distance(_ name: String) throws -> Float {
            let reader = try TableReader(path: folder.path(name))
            while let row = try reader.next() { if let z = row.reading.geometry?[.poseZ] { return z } }
            return 0
        }
        // 0.8 times 640 is 512.
        #expect(abs(try distance("long.csv") / distance("usual.csv") - 2) < 0.1)
        long.geometry?.focalLength = -1
        #expect(throws: MienError.self) { try annotate("none.csv", long) }
    }

    @Test func landmarksHaveAFileOfTheirOwn() throws {
        var configuration = configuration(blendshapes: false)
        configuration.geometry?.landmarks = folder.path("points.safetensors")
        try annotate("t.csv", configuration)
        let file = try SafetensorsFile(path: folder.path("points.safetensors"))
        let (frames, faces) = (try file.integers("frame"), try file.integers("face"))
        let points = try file.floats("landmarks", shape: [frames.count, 3 * 478])
        let reader = try TableReader(path: folder.path("t.csv"))
        var index = 0
        while let row = try reader.next() {
            guard row.reading.geometry != nil, let box = row.reading.box else { continue }
            #expect(frames[index] == row.reading.frame && faces[index] == row.reading.faceID ?? -1)
            // The tip of the nose lies in the face.
            let (x, y) = (points.span[1434 * index + 3], points.span[1434 * index + 4])
            #expect(x > box.x && x < box.x + box.width && y > box.y && y < box.y + box.height)
            index += 1
        }
        #expect(index == frames.count && index > 30)
    }
}
