import Foundation
import TestSupport
import Testing

/// `mien completion`: the scripts, in the shells that are here. Bash is.
@Suite struct CompletionTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        for name in ["clip.mp4", "photo.JPG", "table.csv", "notes.txt", "elan.eaf", "with space.mp4"] {
            try Data().write(to: folder.url.appendingPathComponent(name))
        }
        try FileManager.default.createDirectory(
            atPath: folder.path("sub dir"), withIntermediateDirectories: true)
    }

    private func script(_ shell: String) throws -> String {
        let run = try Repository.run("mien", ["completion", shell], in: folder.url)
        try #require(run.status == 0 && run.errors.isEmpty, "\(run.errors)")
        return run.output
    }

    /// What bash offers for the last of `words`.
    private func offered(_ words: [String]) throws -> [String] {
        try Data(script("bash").utf8).write(to: folder.url.appendingPathComponent(".mien.bash"))
        let line = words.map { "'\($0)'" }.joined(separator: " ")
        let run = try Repository.run(
            "bash",
            [
                "-c",
                "source .mien.bash; COMP_WORDS=(mien \(line)); COMP_CWORD=\(words.count); _mien; "
                    + "printf '%s\\n' \"${COMPREPLY[@]}\"",
            ], in: folder.url)
        #expect(run.status == 0 && run.errors.isEmpty, "\(run.errors)")
        return run.output.split(separator: "\n").map(String.init).sorted()
    }

    @Test(
        arguments: [
            (["anno"], ["annotate"]), (["re"], ["report"]), (["help", "ex"], ["export"]),
            (["annotate", "--prec"], ["--precision"]), (["annotate", "--precision", ""], ["fp32", "int8"]),
            (["annotate", "--precision", "=", "i"], ["int8"]), (["annotate", "--faces", "l"], ["largest"]),
            (["annotate", "-ss", ""], []), (["annotate", "--batch", ""], []),
            (["annotate", ""], ["clip.mp4", "photo.JPG", "sub dir", "with space.mp4"]),
            (["annotate", "-y", "c"], ["clip.mp4"]), (["report", ""], ["sub dir", "table.csv"]),
            (["report", "table.csv", "--video", "with"], ["with space.mp4"]),
            (["overlay", ""], ["clip.mp4", "photo.JPG", "sub dir", "table.csv", "with space.mp4"]),
            (["import", ""], ["elan.eaf", "sub dir"]), (["merge", ""], ["sub dir"]),
            (["annotate", "--model", ""], ["sub dir"]), (["export", "--to", "open"], ["openface"]),
            (["bench", ""], ["encoder", "live", "pipeline"]), (["bench", "pipeline", "cl"], ["clip.mp4"]),
            (["completion", ""], ["bash", "fish", "zsh"]), (["devices", ""], []), (["nonsense", ""], []),
        ] as [([String], [String])]) func bashOffers(words: [String], expected: [String]) throws
    {
        #expect(try offered(words) == expected)
    }

    @Test(arguments: ["bash", "zsh", "fish"]) func namesEveryCommandAndOption(shell: String) throws {
        let script = try script(shell)
        let overview = try Repository.run("mien", ["--help"], in: folder.url).output
        for line in overview.split(separator: "\n") where line.hasPrefix("  ") && !line.hasPrefix("   ") {
            let command = try #require(line.split(separator: " ").first)
            guard command != "mien" else { continue }
            #expect(script.contains(command), "\(command)")
            let help = try Repository.run("mien", [String(command), "--help"], in: folder.url).output
            for line in help.split(separator: "\n") where line.hasPrefix("  -") {
                let name = try #require(line.split(separator: " ").first).filter { $0 != "," }
                let spelt =
                    shell != "fish"
                    ? name
                    : name.hasPrefix("--")
                        ? "-l \(name.dropFirst(2))"
                        : name.count == 2 ? "-s \(name.dropFirst())" : "-o \(name.dropFirst())"
                #expect(script.contains(spelt), "\(command) \(name)")
            }
        }
    }

    @Test(arguments: ["bash", "zsh", "fish"]) func isAScriptOfItsShell(shell: String) throws {
        try #require(try Repository.run("bash", ["-c", "command -v bash"], in: folder.url).status == 0)
        guard try Repository.run("sh", ["-c", "command -v \(shell)"], in: folder.url).status == 0 else {
            return
        }
        try Data(script(shell).utf8).write(to: folder.url.appendingPathComponent("script"))
        let run = try Repository.run(shell, ["-n", "script"], in: folder.url)
        #expect(run.status == 0 && run.errors.isEmpty, "\(run.errors)")
    }

    @Test func fishOffers() throws {
        guard try Repository.run("sh", ["-c", "command -v fish"], in: folder.url).status == 0 else { return }
        try Data(script("fish").utf8).write(to: folder.url.appendingPathComponent("mien.fish"))
        for (line, expected) in [
            ("mien anno", "annotate"), ("mien annotate --precision ", "int8"),
            ("mien report --em", "--embed"),
            ("mien bench ", "pipeline"), ("mien merge ", "sub dir/"),
        ] {
            let run = try Repository.run(
                "fish", ["--no-config", "-c", "source mien.fish; complete -C'\(line)'"], in: folder.url)
            #expect(run.output.contains(expected), "\(line): \(run.output) \(run.errors)")
        }
    }
}
