import Foundation
import MienExport
import MienTable
import MienTimeline
import TestSupport
import Testing

/// A committed golden; `tools/check/exports` makes them and has the programs' own readers read them.
private func golden(_ name: String) throws -> String {
    let url = Bundle.module.resourceURL!.appendingPathComponent("Goldens/\(name)")
    return try String(contentsOf: url, encoding: .utf8)
}

/// Exports a table that is in memory to `path`, and returns the warnings.
@discardableResult
private func export(
    _ table: [UInt8], as format: ExportFormat, to path: String, replacing: Bool = false,
    context: ExportContext
) throws -> [String] {
    let reader = try TableReader(bytes: table, name: "t")
    let exporter = try format.exporter(to: path, replacing: replacing, context: context)
    do {
        while let row = try reader.next() { try exporter.add(row) }
        try exporter.finish()
    } catch {
        exporter.discard()
        throw error
    }
    return exporter.warnings
}

@Suite struct ExportTests {
    private let directory: TemporaryFolder

    init() throws { directory = try TemporaryFolder() }

    private func context() throws -> ExportContext {
        let path = Bundle.module.resourceURL!.appendingPathComponent("Goldens/example.meta.json").path
        var context = ExportContext(name: "example", metadata: try RunMetadata(contentsOf: path))
        context.media = directory.path("a & b.mp4")
        return context
    }

    @Test(
        arguments: [
            (.openFace, ["example.openface.csv"]), (.pyFeat, ["example.pyfeat.csv"]),
            (.jsonLines, ["example.jsonl"]), (.events, ["example.events.csv"]),
            (.faces, ["example.face0.csv", "example.face1.csv"]), (.elan, ["example.eaf"]),
            (.webVTT, ["example.vtt"]), (.boris, ["example.boris"]),
            (
                .labelStudio,
                [
                    "example.labelstudio.face0.csv", "example.labelstudio.face1.csv",
                    "example.labelstudio.json",
                ]
            ),
        ] as [(ExportFormat, [String])])
    func matchesItsGolden(format: ExportFormat, files: [String]) throws {
        let table = Array(try golden("example.csv").utf8)
        let warnings = try export(
            table, as: format, to: directory.path("example" + format.suffix), context: context())
        #expect(warnings.isEmpty)
        #expect(directory.names.sorted() == files.sorted())
        for name in files {
            let text = try String(contentsOfFile: directory.path(name), encoding: .utf8)
            let folder = (directory.path("x") as NSString).deletingLastPathComponent
            // Its tables are those of `faces`.
            let expected = try golden(name.replacing(".labelstudio.face", with: ".face"))
            #expect(text.replacing(folder, with: "/videos") == expected, "\(name)")
        }
    }

    @Test(arguments: [
        ("a b&c", "a%20b%26c"), ("100% #1?", "100%25%20%231%3F"), ("M\u{FC}ller+x", "M%C3%BCller%2Bx"),
        ("Mu\u{308}", "Mu%CC%88"), ("plain-1_2.x~", "plain-1_2.x~"),
    ]) func labelStudiosAddressesAreEscaped(name: String, escaped: String) throws {
        let table = Array(try golden("example.csv").utf8)
        let path = directory.path(name + ".labelstudio.json")
        try export(table, as: .labelStudio, to: path, context: context())
        let data = try Data(contentsOf: URL(fileURLWithPath: path))
        let tasks = try #require(JSONSerialization.jsonObject(with: data) as? [[String: Any]])
        let address = try #require((tasks[0]["data"] as? [String: Any])?["csv"] as? String)
        #expect(address == "/data/local-files/?d=\(escaped).labelstudio.face0.csv")
        let file = try #require(String(address.dropFirst(21)).removingPercentEncoding)
        #expect(FileManager.default.fileExists(atPath: directory.path(file)))
    }

    @Test func whatIsNotPredictedIsEmptyAndNeverZero() throws {
        let rows = [
            FaceReading(frame: 1, faceID: nil, timestamp: 0, status: .noFace),
            FaceReading(frame: 2, faceID: 0, timestamp: 0.5, status: .decodeError),
        ]
        let path = directory.path("o.csv")
        try export(table(rows), as: .openFace, to: path, context: ExportContext(name: "t"))
        let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
        #expect(lines[0].hasPrefix("frame,face_id,timestamp,confidence,success,AU01_r,AU02_r,AU04_r,AU05_r,"))
        #expect(lines[0].hasSuffix(",AU26_c,AU28_c,AU45_c"))
        #expect(lines[1] == "1,-1,0.000000,,0" + String(repeating: ",", count: 35))
        #expect(lines[2] == "2,0,0.500000,,0" + String(repeating: ",", count: 35))
    }

    @Test func columnsOfPeopleReachJSON() throws {
        var text = String(decoding: try table([.example]), as: UTF8.self)
        text = text.replacing("s_au26\n", with: "s_au26,\"a \"\"note\"\"\"\n")
        text.removeLast()
        let path = directory.path("t.jsonl")
        try export(
            Array((text + ",\"x\\y\u{1}\"\n").utf8), as: .jsonLines, to: path,
            context: ExportContext(name: "t"))
        let data = try Data(contentsOf: URL(fileURLWithPath: path))
        let object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        #expect(object.count == 54)
        #expect(object["a \"note\""] as? String == "x\\y\u{1}")
        #expect(object["expression"] as? String == "happiness")
    }

    /// A face that looks up and to its own left by 30 degrees, half a metre away.
    @Test func geometryIsInOpenFacesUnitsAndAxes() throws {
        var reading = FaceReading.example
        var geometry = FaceGeometry()
        for (quantity, value) in [
            (FaceGeometry.Quantity.posePitch, 10), (.poseYaw, 20), (.poseRoll, 5), (.poseX, 30),
            (.poseY, -20),
            (.poseZ, 500), (.eyeLeft, 0.2), (.eyeRight, 0.4), (.blink, 1), (.gazePitch, 30), (.gazeYaw, 30),
        ] as [(FaceGeometry.Quantity, Float)] {
            geometry[quantity] = value
        }
        reading.geometry = geometry
        let path = directory.path("t.csv")
        try export(
            table([reading], groups: [.geometry]), as: .openFace, to: path, context: ExportContext(name: "t"))
        let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
            .map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
        let row = Dictionary(uniqueKeysWithValues: zip(lines[0], lines[1]))
        func number(_ name: String) throws -> Double {
            let cell = try #require(row[name])
            return try #require(Double(cell))
        }
        // y points down and z away from the camera, which the face looks towards.
        #expect(try number("gaze_0_x") > 0 && number("gaze_0_y") < 0 && number("gaze_0_z") < 0)
        #expect(abs(try number("gaze_1_y") + 0.5) < 1e-6)
        #expect(abs(try number("gaze_angle_x") - .pi / 6) < 1e-6)
        #expect(abs(try number("gaze_angle_y") + .pi / 6) < 1e-6)
        #expect(try number("pose_Tx") == 30 && number("pose_Ty") == -20 && number("pose_Tz") == 500)
        #expect(abs(try number("pose_Rx") + .pi / 18) < 1e-6)
        #expect(abs(try number("pose_Ry") + .pi / 9) < 1e-6)
        #expect(abs(try number("pose_Rz") - .pi / 36) < 1e-6)
        #expect(row["AU45_r"] == "3.500000" && row["AU45_c"] == "1")
    }

    @Test(arguments: ExportFormat.allCases) func anyTimelineGoesThrough(format: ExportFormat) throws {
        var random = Random(seed: 3)
        let rows = try smooth(random.timeline(frames: 600, faces: 3))
        var context = ExportContext(name: "a \"b\" <c>,d")
        context.media = "/films/a \"b\" <c>,d.mkv"
        context.events.on = 0.2
        try export(table(rows), as: format, to: directory.path("t" + format.suffix), context: context)
        #expect(directory.names.allSatisfy { !$0.hasSuffix(".partial") })
        #expect(!directory.names.isEmpty)
    }

    @Test(arguments: ExportFormat.allCases) func aTableWithoutRowsGoesThrough(format: ExportFormat) throws {
        try export(
            table([]), as: format, to: directory.path("t" + format.suffix), context: ExportContext(name: "t"))
        #expect(directory.names.count == (format == .faces ? 0 : 1))
    }

    @Test func aFailureLeavesNothingBehind() throws {
        let bytes = try table([.example])
        for format in ExportFormat.allCases {
            #expect(throws: TimelineError.self) {
                try export(
                    Array(bytes.dropLast(20)), as: format, to: directory.path("t" + format.suffix),
                    context: ExportContext(name: "t"))
            }
            #expect(directory.names.isEmpty, "\(format)")
        }
        try Data("precious".utf8).write(to: URL(fileURLWithPath: directory.path("t.eaf")))
        #expect(throws: TimelineError.exists(path: directory.path("t.eaf"))) {
            try export(bytes, as: .elan, to: directory.path("t.eaf"), context: ExportContext(name: "t"))
        }
        #expect(directory.names == ["t.eaf"])
    }

    @Test func intervalsThatWouldOverlapAreLeftOutAndSaid() throws {
        var rows: [FaceReading] = []
        for (index, time) in [0.0, 1, 2, 0.5, 1.5, 2.5].enumerated() {
            var row = FaceReading(frame: index + 1, faceID: 0, timestamp: time, status: .ok)
            row.smoothedActionUnits = ActionUnitScores(repeating: 0.9)
            rows.append(row)
        }
        var context = ExportContext(name: "t")
        context.events.gapMaximum = 5
        context.events.labels = [.actionUnit(.au01)]
        let warnings = try export(table(rows), as: .elan, to: directory.path("t.eaf"), context: context)
        #expect(
            warnings == [
                "1 interval left out: timestamps jump back, and intervals would lie on top of others"
            ])
    }
}
