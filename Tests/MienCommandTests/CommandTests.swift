import Foundation
import TestSupport
import Testing

/// The real command, as a user runs it.
@Suite struct CommandTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    private func mien(_ arguments: String...) throws -> (status: Int32, output: String, errors: String) {
        try Repository.run("mien", arguments, in: folder.url)
    }

    private func write(_ name: String, _ content: String = "") throws {
        try Data(content.utf8).write(to: folder.url.appendingPathComponent(name))
    }

    private func read(_ name: String) throws -> Data {
        try Data(contentsOf: folder.url.appendingPathComponent(name))
    }

    @Test func annotatesToATableWithMetadata() throws {
        let run = try mien("annotate", Repository.sample, "-t", "1")
        #expect(run.status == 0, "\(run.errors)")
        #expect(run.output.isEmpty)
        let lines = try String(contentsOfFile: folder.path("smile.csv"), encoding: .utf8).split(
            separator: "\n")
        #expect(lines.count == 25)
        #expect(lines[0].hasPrefix("frame,face_id,timestamp,confidence,success,pts,status,face_x,"))
        #expect(lines[1].hasPrefix("1,0,0.000000,"))
        let metadata = try JSONSerialization.jsonObject(with: read("smile.meta.json")) as? [String: Any]
        #expect((metadata?["counts"] as? [String: Any])?["rows"] as? Int == 24)
        #expect(((metadata?["model"] as? [String: Any])?["sha256"] as? String)?.count == 64)
        #expect(!FileManager.default.fileExists(atPath: folder.path("smile.csv.partial")))
    }

    @Test func theSameRunGivesTheSameBytes() throws {
        #expect(try mien("annotate", Repository.sample, "-t", "1", "-o", "a.csv").status == 0)
        let again = try mien(
            "annotate", Repository.sample, "-t", "1", "-o", "-", "--batch", "5", "--threads", "1")
        #expect(again.status == 0)
        #expect(try read("a.csv") == Data(again.output.utf8))
    }

    @Test func measuresTheEncoderWhenItIsTold() throws {
        let mien = Bundle.main.bundleURL.appendingPathComponent("mien").path
        let run = try Repository.run(
            "sh", ["-c", "printf '0.001\\n0.002\\nsoon\\n' | '\(mien)' bench encoder --turns --batch 3"],
            in: folder.url)
        #expect(run.status == 1)
        #expect(run.errors.contains("'soon': expected a number of seconds"), "\(run.errors)")
        let lines = run.output.split(separator: "\n")
        #expect(lines.count == 2)
        for line in lines {
            let figures = try #require(
                try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
            #expect(figures["batch"] as? Int == 3)
            #expect(try #require(figures["images_per_second"] as? Double) > 0)
        }
    }

    @Test func quantisesAModelThatAnnotatesLikePrecisionInt8() throws {
        let run = try mien("model", "quantize", "-o", "small", "--json")
        #expect(run.status == 0, "\(run.errors)")
        let comparison = try #require(
            try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
        #expect(try #require(comparison["least_cosine"] as? Double) > 0.995)
        #expect(try mien("model", "inspect", "small").output.contains("precision    int8"))
        let stored = try mien("annotate", Repository.sample, "-t", "1", "-o", "-", "--model", "small")
        let loaded = try mien("annotate", Repository.sample, "-t", "1", "-o", "-", "--precision", "int8")
        #expect(stored.status == 0 && stored.output == loaded.output)
        let exact = try mien("annotate", Repository.sample, "-t", "1", "-o", "-")
        #expect(exact.output != loaded.output)

        #expect(try mien("model", "quantize", "-o", "small").status == 1)
        #expect(
            try mien("model", "quantize", "small", "-o", "smaller").errors.contains(
                "stored in 8 bits already"))
        let single = try mien(
            "annotate", Repository.sample, "-o", "-", "--model", "small", "--precision", "fp32")
        #expect(single.status == 3 && single.errors.contains("stored in 8 bits"))
    }

    @Test func refusesToOverwrite() throws {
        try write("smile.csv", "precious")
        let run = try mien("annotate", Repository.sample)
        #expect(run.status == 1)
        #expect(run.errors.contains("smile.csv exists; -y overwrites it"))
        #expect(try read("smile.csv") == Data("precious".utf8))
        #expect(try mien("annotate", Repository.sample, "-t", "0.1", "-y").status == 0)
        #expect(try read("smile.csv").starts(with: Data("frame,".utf8)))
    }

    @Test(arguments: [
        (["missing.mp4"], "missing.mp4: no such file"),
        (["empty.mp4"], "empty.mp4"),
        (["text.mp4"], "text.mp4: not media that FFmpeg can read"),
    ]) func namesTheBadInput(arguments: [String], message: String) throws {
        try write("empty.mp4")
        try write("text.mp4", "no video at all")
        let run = try Repository.run("mien", ["annotate"] + arguments + ["-o", "out.csv"], in: folder.url)
        #expect(run.status == 2)
        #expect(run.errors.contains(message), "\(run.errors)")
        #expect(!FileManager.default.fileExists(atPath: folder.path("out.csv")))
        #expect(!FileManager.default.fileExists(atPath: folder.path("out.csv.partial")))
    }

    @Test(
        arguments: [
            ([], 1), (["--help"], 0), (["annotate", "--help"], 0), (["embed", "--help"], 0),
            (["bench", "--help"], 0),
            (["model", "--help"], 0), (["--version"], 0), (["dance"], 1), (["annotate"], 1),
            (["annotate", "a", "--fast"], 1),
            (["annotate", "a.mp4", "--faces", "none"], 1), (["annotate", "a.mp4", "-t", "0"], 1),
            (["embed", "a.jpg"], 1),
            (["bench"], 1), (["bench", "encoder", "--isa", "sse2"], 1),
            (["bench", "pipeline", "a.mp4", "--turns"], 1),
            (["annotate", "a.mp4", "--model", "nowhere"], 3),
            (["model", "inspect", "nowhere"], 3),
        ] as [([String], Int32)]) func exitsWith(arguments: [String], status: Int32) throws
    {
        let run = try Repository.run("mien", arguments, in: folder.url)
        #expect(run.status == status, "\(run.errors)")
        #expect((status == 0) == run.errors.isEmpty)
        #expect((status == 0) == !run.output.isEmpty)
    }

    /// One sentence, and no table of nothing.
    @Test func aStartBeyondTheEndIsSaidOnce() throws {
        let run = try mien("annotate", Repository.sample, "-ss", "1000", "-o", "out.csv")
        #expect(run.status == 2)
        #expect(run.errors.split(separator: "\n").count == 1, "\(run.errors)")
        #expect(run.errors.contains("the start, 1000.0 s, lies beyond the last frame"), "\(run.errors)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path("")) == [])
    }

    @Test(
        arguments: [
            (
                ["annotate", "a.mp4", "-o", "x.parquet"], 1,
                "a table is CSV, expected a name that ends in .csv; docs/exports.md"
            ),
            (["annotate", "a.mp4", "-o", "x.eaf"], 1, "'mien export TABLE --to eaf'"),
            (["annotate", "a.mp4", "-o", "x.csv.gz"], 1, "expected a name that ends in .csv"),
            (["annotate", "a.mp4", "b.mp4", "-o", "x.csv"], 1, "2 inputs need a directory, as in -o x/"),
            (["stream", "a.mp4", "-o", "x.json"], 1, "expected a name that ends in .csv"),
            (["merge", "t", "-o", "x.pdf"], 1, "'mien plot' draws a table"),
            (["export", "t.csv", "--to", "eaf:x.csv"], 1, "expected a name that ends in .eaf"),
            (["annotate", "a.mp4", "-F", "webvtt:x.srt"], 1, "expected a name that ends in .vtt"),
            (["embed", "a.mp4", "-o", "x.npy"], 1, "expected a name that ends in .safetensors"),
            (["calibrate", "a.mp4", "-o", "x.csv"], 1, "expected a name that ends in .json"),
            (["report", "t.csv", "-o", "r.pdf"], 1, "expected a name that ends in .html; 'mien plot'"),
            (["import", "t.eaf", "-o", "x.eaf"], 1, "expected a name that ends in .csv"),
            (["annotate", "a.mp4", "-o", "no/such/x.csv"], 2, "mien: no/such: no such folder"),
            (["stream", "a.mp4", "-o", "no/x.csv"], 2, "mien: no: no such folder"),
            (["embed", "a.mp4", "-o", "no/x.safetensors"], 2, "mien: no: no such folder"),
            (["merge", "t", "-o", "no/x.csv"], 2, "mien: no: no such folder"),
            (["report", "t.csv", "-o", "no/r.html"], 2, "mien: no: no such folder"),
            (["export", "t.csv", "--to", "eaf:no/x.eaf"], 2, "mien: no: no such folder"),
            (["annotate", "a.mp4", "-o", "file/x.csv"], 2, "mien: file: no such folder"),
        ] as [([String], Int32, String)])
    func refusesAnOutputThatCannotBe(arguments: [String], status: Int32, message: String) throws {
        try write("file")
        let run = try Repository.run("mien", arguments, in: folder.url)
        #expect(run.status == status && run.errors.contains(message), "\(run.status): \(run.errors)")
        #expect(!run.errors.contains(".partial"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == ["file"])
    }

    @Test func oneIsSaidAsOne() throws {
        let run = try mien("annotate", Repository.sample, "-t", "0.01", "-F", "openface")
        #expect(run.errors.contains("1 frame, 1 face, 1 row in smile.csv"), "\(run.errors)")
        #expect(run.errors.contains("smile.csv: 1 row in smile.openface.csv"), "\(run.errors)")
        let embed = try mien("embed", Repository.sample, "-t", "0.01", "-o", "x.safetensors")
        #expect(embed.errors.contains("1 embedding of 256"), "\(embed.errors)")
        let overlay = try mien("overlay", "smile.csv", Repository.sample, "-o", "x.mp4")
        #expect(overlay.errors.contains("x.mp4: 1 frame, "), "\(overlay.errors)")
    }

    @Test func severalInputsGoOnPastABadOne() throws {
        let run = try mien("annotate", "missing.mp4", Repository.sample, "-t", "0.5", "-o", "tables/")
        #expect(run.status == 4, "\(run.errors)")
        #expect(run.errors.contains("missing.mp4: no such file"))
        #expect(FileManager.default.fileExists(atPath: folder.path("tables/smile.mp4.csv")))
    }

    @Test func aFullDiskIsSaidAndAClosedPipeIsNone() throws {
        let full = try mien("annotate", Repository.sample, "-o", "/dev/full")
        #expect(full.status == 2)
        #expect(full.errors.contains("/dev/full"), "\(full.errors)")
        let pipe = try Repository.run(
            "bash",
            [
                "-c",
                "'\(Bundle.main.bundleURL.appendingPathComponent("mien").path)' annotate '\(Repository.sample)' -o - -q | head -1; echo ${PIPESTATUS[0]}",
            ],
            in: folder.url)
        #expect(pipe.output.hasPrefix("frame,") && pipe.output.hasSuffix("\n0\n") && pipe.errors.isEmpty)
    }

    /// Ctrl-C, a shutdown, a terminal that is closed, and what nobody can catch.
    @Test(arguments: [SIGINT, SIGTERM, SIGHUP, SIGKILL], [[], ["-F", "openface", "--overlay", "out.mp4"]])
    func anInterruptedClipNeverLooksFinished(signal: Int32, products: [String]) throws {
        // The clip over and over, so that there is time to interrupt it.
        try write("list.txt", String(repeating: "file '\(Repository.sample)'\n", count: 8))
        let make = try Repository.run(
            "ffmpeg",
            ["-v", "error", "-f", "concat", "-safe", "0", "-i", "list.txt", "-c", "copy", "list.mkv"],
            in: folder.url)
        try #require(make.status == 0, "\(make.errors)")
        let process = Process()
        process.executableURL = Bundle.main.bundleURL.appendingPathComponent("mien")
        process.arguments = ["annotate", "list.mkv", "-o", "out.csv"] + products
        process.currentDirectoryURL = folder.url
        process.standardError = FileHandle.nullDevice
        try process.run()
        let partial = folder.path("out.csv.partial")
        while (try? FileManager.default.attributesOfItem(atPath: partial)[.size] as? Int) ?? 0 < 20_000,
            process.isRunning
        {
            usleep(5_000)
        }
        kill(process.processIdentifier, signal)
        process.waitUntilExit()
        #expect(process.terminationStatus == (signal == SIGKILL ? SIGKILL : 130))
        let left = try FileManager.default.contentsOfDirectory(atPath: folder.url.path).sorted()
        #expect(left == ["list.mkv", "list.txt", "out.csv.partial", "out.csv.partial.meta.json"])
        let rows = try String(contentsOfFile: partial, encoding: .utf8).split(separator: "\n")
        #expect(rows.count < 8 * 180)
        let again = try mien("annotate", "list.mkv", "-o", "out.csv")
        #expect(again.status == 2 && again.errors.contains("(--resume)"), "\(again.errors)")
        guard products.isEmpty else { return }
        #expect(try mien("annotate", "list.mkv", "-o", "out.csv", "--resume").status == 0)
        let whole = try String(contentsOfFile: folder.path("out.csv"), encoding: .utf8).split(separator: "\n")
        #expect(whole.count == 1 + 8 * 180)
        #expect(whole.starts(with: signal == SIGKILL ? rows.dropLast() : rows[...]))
    }

    @Test func aFileThatIsCutShortIsFinishedWhenItsRowsAreThere() throws {
        let whole = try Data(contentsOf: URL(fileURLWithPath: Repository.sample))
        let make = try Repository.run(
            "ffmpeg", ["-v", "error", "-i", Repository.sample, "-c", "copy", "-f", "matroska", "whole.mkv"],
            in: folder.url)
        try #require(make.status == 0 && !whole.isEmpty)
        let bytes = try read("whole.mkv")
        try bytes.prefix(bytes.count / 2).write(to: folder.url.appendingPathComponent("half.mkv"))
        let run = try mien("annotate", "half.mkv", "-F", "openface")
        #expect(run.status == 2, "\(run.errors)")
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: folder.url.path).sorted() == [
                "half.csv", "half.meta.json", "half.mkv", "half.openface.csv", "whole.mkv",
            ])
    }

    @Test func embedsFacesAndWholeFrames() throws {
        let faces = try mien("embed", Repository.sample, "-t", "0.5", "-o", "faces.safetensors")
        #expect(faces.status == 0, "\(faces.errors)")
        #expect(faces.errors.contains("12 embeddings of 256"))
        let frames = try mien(
            "embed", Repository.sample, "--no-faces", "--every", "4", "-t", "0.5", "-o", "f.safetensors")
        #expect(frames.status == 0)
        #expect(frames.errors.contains("3 embeddings of 256"))
        let header = try String(decoding: read("faces.safetensors").dropFirst(8).prefix(800), as: UTF8.self)
        #expect(
            header.contains("\"embeddings\"") && header.contains("\"face_id\"") && header.contains("\"time\"")
        )
    }
}
