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

    @Test(arguments: [([], 1, "usage: ReadFaces VIDEO"), (["nowhere.mp4"], 2, "nowhere.mp4: no such file")])
    func theExampleSaysWhatIsWrong(arguments: [String], status: Int32, message: String) throws {
        let run = try Repository.run("ReadFaces", arguments)
        #expect(run.status == status)
        #expect(run.errors.hasPrefix(message) && run.output.isEmpty, "\(run.errors)")
    }

    @Test func theExampleRuns() throws {
        let run = try Repository.run("ReadFaces", [Repository.sample])
        #expect(run.status == 0, "\(run.errors)")
        let lines = run.output.split(separator: "\n")
        #expect(lines.count > 100)
        #expect(lines.last?.contains("face 0: happiness AU12 0.") == true, "\(lines.last ?? "nothing")")
    }

    @Test func theOtherExamplesRun() throws {
        let camera = try Repository.run("FollowCamera", [Repository.sample])
        #expect(camera.status == 0 && camera.output.contains("face 0: happiness"), "\(camera.errors)")
        #expect(camera.output.contains("180 frames, "))
        let frames = try Repository.run("ReadFrames", [])
        #expect(frames.output == (1...5).map { "\($0) no_face\n" }.joined(), "\(frames.errors)")
        let folder = Repository.root.appendingPathComponent("Sources/Mien/Resources/default").path
        let model = try Repository.run("OwnModel", [folder, Repository.sample])
        #expect(model.status == 0, "\(model.errors)")
        #expect(model.output.split(separator: "\n").count == 181)
    }
}
