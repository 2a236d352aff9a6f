import Foundation
import TestSupport
import Testing

@Suite struct ReadmeTests {
    @Test func theExampleIsTheOneThatIsBuilt() throws {
        let readme = try String(
            contentsOf: Repository.root.appendingPathComponent("README.md"), encoding: .utf8)
        let example = try String(
            contentsOf: Repository.root.appendingPathComponent("Examples/ReadFaces/main.swift"),
            encoding: .utf8)
        #expect(readme.contains("```swift\n\(example)```"))
    }

    @Test func theExampleRuns() throws {
        let run = try Repository.run("ReadFaces", [Repository.sample])
        #expect(run.status == 0, "\(run.errors)")
        let lines = run.output.split(separator: "\n")
        #expect(lines.count > 100)
        #expect(lines.last?.contains("face 0: happiness AU12 0.") == true, "\(lines.last ?? "nothing")")
    }
}
