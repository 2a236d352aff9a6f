import Foundation
import TestSupport
import Testing

/// `mien report` and `mien plot`, as a user runs them.
@Suite struct ReportCommandTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        let clip = folder.path("clip <1>.mp4")
        try FileManager.default.copyItem(atPath: Repository.sample, toPath: clip)
        let run = try mien("annotate", clip, "-t", "0.5", "-o", "clip.csv", "-q")
        try #require(run.status == 0, "\(run.errors)")
    }

    private func mien(_ arguments: String...) throws -> (status: Int32, output: String, errors: String) {
        try Repository.run("mien", arguments, in: folder.url)
    }

    private func text(_ name: String) throws -> String {
        try String(contentsOfFile: folder.path(name), encoding: .utf8)
    }

    private func isThere(_ name: String) -> Bool { FileManager.default.fileExists(atPath: folder.path(name)) }

    @Test func findsTheVideoAndTheRun() throws {
        let run = try mien("report", "clip.csv")
        #expect(run.status == 0, "\(run.errors)")
        #expect(run.errors.contains("clip.html: 12 rows, 1 face"))
        let page = try text("clip.html")
        #expect(page.contains("<title>clip &lt;1&gt;.mp4"))
        #expect(page.contains("\"address\":\"clip%20%3C1%3E.mp4\""))
        #expect(page.contains("\"sha256\""))
        #expect(!isThere("clip.html.partial"))
        let embedded = try mien("report", "clip.csv", "--embed", "-o", "-")
        #expect(embedded.status == 0)
        #expect(embedded.output.contains("class=\"media\">"))
        #expect(embedded.output.utf8.count > page.utf8.count + 400_000)
    }

    @Test func doesWithoutVideoAndMetadata() throws {
        try FileManager.default.removeItem(atPath: folder.path("clip.meta.json"))
        let run = try mien("report", "clip.csv", "-o", "bare.html")
        #expect(run.status == 0, "\(run.errors)")
        #expect(try text("bare.html").contains("there is no clip.meta.json beside it"))
        try Data("{}".utf8).write(to: folder.url.appendingPathComponent("clip.meta.json"))
        let broken = try mien("report", "clip.csv", "-o", "broken.html")
        #expect(broken.status == 0)
        #expect(broken.errors.contains("clip.meta.json: no metadata of a run"))
    }

    @Test(
        arguments: [
            (["report"], 1, "expected one table"), (["report", "a.csv", "b.csv"], 1, "expected one table"),
            (["report", "no.csv"], 2, "cannot open no.csv"),
            (["report", "clip.csv", "-o", "clip.csv", "-y"], 1, "is an input itself"),
            (["report", "clip.csv", "--video", "no.mp4"], 2, "no.mp4: no such file"),
            (["report", "clip.csv", "--no-video", "--embed"], 1, "--no-video"),
            (["report", "clip.csv", "--au-threshold", "2"], 1, "expected a probability"),
            (["report", "clip.csv", "--model", "nowhere"], 3, "nowhere/mien.json"),
            (["report", "clip <1>.mp4"], 2, "is a video; 'mien report' takes a table"),
            (["report", "clip.csv", "--video", "clip.csv"], 2, "it is a table; expected a video"),
            (["report", "clip.csv", "-o", "no/such/folder.html"], 2, "no/such"),
            (["report", "clip.csv", "-o", "/dev/full"], 2, "/dev/full"),
            (["plot"], 1, "expected one table"),
            (["plot", "clip.csv", "-o", "x.gif"], 1, ".png, .svg or .pdf"),
            (["plot", "clip.csv", "--face", "3"], 2, "no face 3"),
            (["plot", "clip.csv", "-t", "0"], 1, "-t 0"),
            (["plot", "clip.csv", "--expressions", "none", "--no-au"], 1, "nothing is left"),
            (["plot", "clip.csv", "--width", "1"], 1, "from 60 to 1000"), (["plot", "no.csv"], 2, "no.csv"),
            (["plot", "clip.csv", "-ss", "9"], 2, "no smoothed readings"),
        ] as [([String], Int32, String)]) func refuses(arguments: [String], status: Int32, message: String)
        throws
    {
        let run = try Repository.run("mien", arguments, in: folder.url)
        #expect(run.status == status, "\(run.errors)")
        #expect(run.errors.contains(message), "\(run.errors)")
        for name in ["clip.html", "clip.png", "no.html", "no.png", "clip.html.partial", "clip.png.partial"] {
            #expect(!isThere(name), "\(name)")
        }
    }

    @Test func overwritesOnlyWhenAsked() throws {
        for (command, name) in [("report", "clip.html"), ("plot", "clip.png")] {
            try Data("precious".utf8).write(to: folder.url.appendingPathComponent(name))
            #expect(try mien(command, "clip.csv").errors.contains("\(name) exists; -y overwrites it"))
            #expect(try text(name) == "precious")
            #expect(try mien(command, "clip.csv", "-y").status == 0)
            #expect(try Data(contentsOf: folder.url.appendingPathComponent(name)).count > 10_000)
        }
    }

    @Test(arguments: ["png", "svg", "pdf"]) func plots(format: String) throws {
        let run = try mien(
            "plot", "clip.csv", "-o", "figure.\(format)", "--expressions", "both", "--title", "A <title>")
        #expect(run.status == 0, "\(run.errors)")
        #expect(run.errors.contains("figure.\(format): face 0"))
        #expect(isThere("figure.\(format)"))
    }
}
