import Foundation
import TestSupport
import Testing

/// What the command says to a user who means something else than what was typed.
@Suite struct MessageTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try FileManager.default.copyItem(atPath: Repository.sample, toPath: folder.path("clip.mp4"))
        try FileManager.default.createDirectory(
            atPath: folder.path("clips"), withIntermediateDirectories: true)
        let run = try mien("annotate", "clip.mp4", "-t", "0.1", "-q")
        try #require(run.status == 0, "\(run.errors)")
        let still = try Repository.run(
            "ffmpeg", ["-v", "error", "-i", "clip.mp4", "-frames:v", "1", "face.png"], in: folder.url)
        try #require(still.status == 0, "\(still.errors)")
        try Data("name,age\nanna,3\n".utf8).write(to: folder.url.appendingPathComponent("people.csv"))
    }

    private func mien(_ arguments: String...) throws -> (status: Int32, output: String, errors: String) {
        try Repository.run("mien", arguments, in: folder.url)
    }

    @Test(
        arguments: [
            ("anotate clip.mp4", 1, "no command 'anotate': did you mean 'annotate'?"),
            ("help anotate", 1, "did you mean 'annotate'?"), ("dance", 1, "'mien --help' lists them"),
            ("clip.mp4", 1, "did you mean 'mien annotate clip.mp4'?"),
            ("other.mov", 1, "did you mean 'mien annotate other.mov'?"),
            ("clip.csv", 1, "did you mean 'mien report clip.csv'?"),
            ("clips", 1, "did you mean 'mien annotate clips -o tables/'?"),
            ("annotate clip.mp4 --over x.mp4", 1, "unknown option '--over': did you mean '--overlay'?"),
            ("annotate clip.mp4 --overlya x.mp4", 1, "did you mean '--overlay'?"),
            ("annotate clip.mp4 --precision int4", 1, "did you mean 'int8'? expected fp32 or int8"),
            ("report clip.csv --embd", 1, "did you mean '--embed'?"),
            ("plot clip.csv --expressions stacks", 1, "did you mean 'stacked'?"),
            ("export clip.csv --to openfac", 1, "did you mean 'openface'? expected openface, pyfeat"),
            ("export clip.csv --to events --labels hapiness", 1, "did you mean 'happiness'?"),
            ("bench encode", 1, "did you mean 'encoder'? expected encoder, pipeline or live"),
            ("model quantise", 1, "did you mean 'quantize'? expected inspect, import or quantize"),
            ("completion csh", 1, "expected bash, zsh or fish"),
            ("report clip.mp4", 2, "clip.mp4 is a video; 'mien report' takes a table"),
            ("plot face.png", 2, "face.png is an image; 'mien plot' takes a table"),
            ("export clip.mp4 --to eaf", 2, "'mien annotate clip.mp4' makes one"),
            ("overlay clip.mp4 clip.csv", 2, "the table comes first: mien overlay clip.csv clip.mp4"),
            ("overlay clip.csv clip.csv", 2, "clip.csv is a table; 'mien overlay' takes the video"),
            ("annotate clip.csv -o x.csv", 2, "clip.csv is a table; 'mien annotate' takes the video"),
            ("embed clip.csv -o x.safetensors", 2, "clip.csv is a table; 'mien embed' takes the video"),
            ("calibrate clip.csv", 2, "clip.csv is a table; 'mien calibrate' takes the video"),
            ("report clip.csv --video clip.csv", 2, "--video clip.csv: it is a table; expected a video"),
            (
                "import clip.eaf --table clip.mp4 -o l.csv", 2,
                "--table clip.mp4: it is a video; expected a table"
            ),
            // Neither a table of mien nor a video: its reader says what is missing.
            ("report people.csv", 2, "people.csv, line 1"), ("annotate people.csv -o x.csv", 2, "people.csv"),
        ] as [(String, Int32, String)]) func says(line: String, status: Int32, message: String) throws
    {
        let run = try Repository.run("mien", line.split(separator: " ").map(String.init), in: folder.url)
        #expect(run.status == status, "\(run.errors)")
        #expect(run.errors.contains(message), "\(run.errors)")
        #expect(run.output.isEmpty)
    }

    @Test func everyOptionWithChoicesListsThem() throws {
        let overview = try mien("--help").output
        let commands = overview.split(separator: "\n").filter { $0.hasPrefix("  ") && !$0.hasPrefix("   ") }
            .compactMap { $0.split(separator: " ").first.map(String.init) }.filter { $0 != "mien" }
        #expect(commands.count >= 16, "\(commands)")
        var found = 0
        for command in commands {
            let help = try mien(command, "--help").output
            for line in help.split(separator: "\n") where line.hasPrefix("  -") {
                let words = line.split(separator: " ").map { $0.filter { $0 != "," } }
                guard let value = words.first(where: { !$0.hasPrefix("-") }), value.contains("|"),
                    value.allSatisfy({ !$0.isUppercase }),
                    let name = words.last(where: { $0.hasPrefix("--") })
                else { continue }
                found += 1
                let run = try mien(command, name, "nonsense")
                #expect(run.status == 1)
                for choice in value.split(separator: "|") {
                    #expect(run.errors.contains(choice), "\(command) \(name): \(run.errors)")
                }
            }
        }
        #expect(found >= 15, "\(found)")
    }
}
