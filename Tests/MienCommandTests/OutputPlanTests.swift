import Foundation
import MienCommand
import TestSupport
import Testing

@Suite struct OutputPlanTests {
    private func plan(_ inputs: [String], _ output: String?, overwrite: Bool = false) throws -> [[String]] {
        try OutputPlan(
            inputs: inputs, output: output, suffix: { _ in ".csv" }, kind: .table, overwrite: overwrite
        )
        .jobs
        .map { [$0.input, $0.table] }
    }

    @Test func namesTablesAfterTheirInputs() throws {
        #expect(try plan(["in/a.b.mp4"], nil) == [["in/a.b.mp4", "a.b.csv"]])
        #expect(
            try plan(["a.mp4", "b.mov"], "missing/") == [
                ["a.mp4", "missing/a.mp4.csv"], ["b.mov", "missing/b.mov.csv"],
            ])
        #expect(try plan(["a.mp4"], "-") == [["a.mp4", "-"]])
        let folder = try TemporaryFolder()
        #expect(try plan(["a.mp4"], folder.url.path) == [["a.mp4", folder.path("a.mp4.csv")]])
        // As those of a folder of clips: two clips of one stem have two tables.
        #expect(
            try plan(["v/a.mp4", "v/a.mov"], folder.path("new")) == [
                ["v/a.mp4", folder.path("new/a.mp4.csv")], ["v/a.mov", folder.path("new/a.mov.csv")],
            ])
    }

    @Test func refusesWhatWouldLoseATable() throws {
        let folder = try TemporaryFolder()
        let table = folder.path("a.csv")
        try Data("x".utf8).write(to: URL(fileURLWithPath: table))
        #expect(throws: UsageError.self) { try plan(["a.mp4"], table) }
        #expect(try plan(["a.mp4"], table, overwrite: true) == [["a.mp4", table]])
        let own = folder.path("a.csv.csv")
        try FileManager.default.createSymbolicLink(atPath: own, withDestinationPath: table)
        #expect(throws: UsageError.self) { try plan([table], folder.url.path, overwrite: true) }
        #expect(throws: UsageError.self) { try plan(["x/a.mp4", "y/a.mp4"], nil) }
        #expect(throws: UsageError.self) { try plan(["x/a.mp4", "y/a.mp4"], "t/") }
        #expect(throws: UsageError.self) { try plan(["a.mp4", "b.mp4"], "-") }
        #expect(throws: UsageError.self) { try plan(["a.mp4", "b.mp4"], "one.csv") }
        #expect(throws: UsageError.self) { try plan([], nil) }
    }
}
