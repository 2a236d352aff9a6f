import Foundation
import MienTable
import MienTimeline
import TestSupport
import Testing

/// The columns that not every table has.
@Suite struct ColumnGroupsTests {
    private static let all = ColumnGroups(rawValue: .max)

    private func rows(seed: UInt64 = 4) throws -> [FaceReading] {
        var random = Random(seed: seed)
        var rows = try smooth(random.timeline(frames: 120, faces: 2))
        random.fill(&rows)
        return rows
    }

    private func lines(_ table: [UInt8]) -> [Substring] {
        String(decoding: table, as: UTF8.self).split(separator: "\n")
    }

    @Test(arguments: 0..<16) func comeLastAndAreReadBack(groups: Int) throws {
        let groups = ColumnGroups(rawValue: UInt8(groups))
        let rows = try rows()
        let plain = try lines(table(rows))
        let wide = try table(rows, groups: groups)
        #expect(zip(lines(wide), plain).allSatisfy { $0.hasPrefix($1) })
        let reader = try TableReader(bytes: wide, name: "t")
        var read: [FaceReading] = []
        while let row = try reader.next() {
            #expect(row.groups == groups && row.extraCells.isEmpty)
            read.append(row.reading)
        }
        #expect(try table(read, groups: groups) == wide)
        #expect(groups.contains(.geometry) == read.contains { $0.geometry != nil })
        #expect(groups.contains(.blendshapes) == read.contains { $0.blendshapes != nil })
    }

    @Test func haveTheirNamesInOrder() {
        let names = Self.all.columns.map(\.name)
        #expect(names.count == 1 + 12 + FaceGeometry.count + BlendshapeScores.count)
        #expect(names.starts(with: ["uncertainty", "r_au01"]))
        #expect(names[13...18] == ["pose_pitch", "pose_yaw", "pose_roll", "pose_x", "pose_y", "pose_z"])
        #expect(names.suffix(2) == ["noseSneerLeft", "noseSneerRight"])
        #expect(Set(names).count == names.count)
        #expect(Set(names).isDisjoint(with: TableColumn.all.map(\.name)))
    }

    @Test func partOfAGroupIsPassedOn() throws {
        let text = String(decoding: try table(rows(), groups: .geometry), as: UTF8.self)
        let reader = try TableReader(
            bytes: Array(text.replacing(",quality", with: ",mine").utf8), name: "t")
        #expect(reader.extraColumns.count == FaceGeometry.count && reader.extraColumns.last == "mine")
        let row = try #require(try reader.next())
        #expect(row.groups.isEmpty && row.reading.geometry == nil)
    }

    @Test(arguments: [("x", "quality is \"x\", expected a number"), ("1e30", "expected 0..1")])
    func numbersThatAreNoneAreNamed(cell: String, message: String) throws {
        var lines = try lines(table([FaceReading.example], groups: .geometry)).map(String.init)
        #expect(lines[1].hasSuffix(","))
        lines[1] += cell
        let reader = try TableReader(bytes: Array(lines.joined(separator: "\n").utf8 + [10]), name: "t")
        let error = #expect(throws: TimelineError.self) { try reader.next() }
        #expect(error?.description.contains(message) == true, "\(error as Any)")
    }

    @Test(
        arguments: [
            ([1, 0, 0, 0, 0, 0, 0, 0], 0.0), ([0.5, 0.5, 0, 0, 0, 0, 0, 0], 1.0 / 3),
            ([0.25, 0.25, 0.25, 0.25, 0, 0, 0, 0], 2.0 / 3), (Array(repeating: 0.125, count: 8), 1),
        ] as [([Float], Double)])
    func uncertaintyIsEntropy(probabilities: [Float], expected: Double) throws {
        let uncertainty = try #require(ExpressionScores(probabilities).uncertainty)
        #expect(abs(uncertainty - expected) < 1e-12)
        var reading = FaceReading.example
        reading.expression = ExpressionScores(probabilities)
        let cell = try lines(table([reading], groups: .uncertainty))[1].split(separator: ",").last
        #expect(cell.map(String.init) == String(format: "%.6f", expected))
    }

    @Test func aRowWithoutScoresHasNoUncertainty() throws {
        var reading = FaceReading.example
        reading.expression = nil
        #expect(try lines(table([reading], groups: .uncertainty))[1].hasSuffix(","))
        reading.expression = ExpressionScores([2, 0, 0, 0, 0, 0, 0, 0])
        #expect(ExpressionScores([2, 0, 0, 0, 0, 0, 0, 0]).uncertainty == nil)
        #expect(try lines(table([reading], groups: .uncertainty))[1].hasSuffix(","))
    }
}
