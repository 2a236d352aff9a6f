import Foundation
import TestSupport
import Testing

/// A person's face at rest, through the real command.
@Suite struct CalibrateCommandTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    private func mien(_ arguments: String...) throws -> (status: Int32, output: String, errors: String) {
        try Repository.run("mien", arguments, in: folder.url)
    }

    private func read(_ name: String) throws -> String {
        try String(contentsOfFile: folder.path(name), encoding: .utf8)
    }

    /// The cells of a column in millionths, nil where empty.
    private func column(_ name: String, of table: String) throws -> [Int?] {
        let rows = try read(table).split(separator: "\n").map {
            $0.split(separator: ",", omittingEmptySubsequences: false)
        }
        let place = try #require(rows[0].firstIndex { $0 == name })
        return rows.dropFirst().map { Double($0[place]).map { Int(($0 * 1e6).rounded()) } }
    }

    private func medians(_ json: String) throws -> [String: Int] {
        let file = try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any]
        let baseline = try #require(file?["baseline"] as? [String: Any])
        let units = try #require(baseline["action_units"] as? [String: [String: Double]])
        return units.mapValues { Int(($0["median"]! * 1e6).rounded()) }
    }

    @Test func aStoredBaselineIsTakenFromEveryRow() throws {
        let run = try mien("calibrate", Repository.sample, "-t", "1", "-o", "me.json")
        #expect(run.status == 0, "\(run.errors)")
        #expect(run.errors.contains("face 0, 24 readings from 0.00 to 0.96 s in me.json"), "\(run.errors)")
        #expect(try mien("calibrate", Repository.sample, "-t", "1", "-o", "me.json").status == 1)
        let again = try mien("calibrate", Repository.sample, "-t", "1", "-o", "-", "-q", "--face", "0")
        #expect(again.status == 0 && again.errors.isEmpty, "\(again.errors)")
        #expect(try again.output == read("me.json"))

        #expect(try mien("annotate", Repository.sample, "-t", "2", "-o", "plain.csv").status == 0)
        let annotate = try mien(
            "annotate", Repository.sample, "-t", "2", "--baseline", "me.json", "-o", "a.csv", "-F", "jsonl")
        #expect(annotate.status == 0, "\(annotate.errors)")
        let (plain, wide) = (try read("plain.csv"), try read("a.csv"))
        #expect(
            zip(wide.split(separator: "\n"), plain.split(separator: "\n")).allSatisfy {
                $0.hasPrefix($1 + ",")
            })
        let median = try medians(read("me.json"))
        for (relative, smoothed, name) in [("r_au12", "s_au12", "AU12"), ("r_au01", "s_au01", "AU01")] {
            let (cells, scores) = (try column(relative, of: "a.csv"), try column(smoothed, of: "a.csv"))
            #expect(cells == scores.map { $0.map { $0 - median[name]! } })
            #expect(!cells.contains(nil))
        }
        #expect(try read("a.jsonl").split(separator: "\n")[0].contains(",\"r_au26\":"))
        #expect(!(try read("plain.meta.json")).contains("baselines"))
        #expect(try read("a.meta.json").contains("\"baselines\""))
        #expect(try read("a.meta.json").contains("\"baseline\" : \"stored "))
        // What is made of tables takes it as any other.
        for line in [
            ["report", "a.csv"], ["plot", "a.csv"], ["export", "a.csv", "--to", "openface", "--to", "eaf"],
            ["overlay", "a.csv", Repository.sample, "-o", "a.mp4"],
        ] {
            let made = try Repository.run("mien", line, in: folder.url)
            #expect(made.status == 0, "\(line): \(made.errors)")
        }
        // Tables with and without such columns are not one table.
        let files = FileManager.default
        try files.createDirectory(atPath: folder.path("t"), withIntermediateDirectories: true)
        for name in ["a.csv", "a.meta.json"] {
            try files.copyItem(atPath: folder.path(name), toPath: folder.path("t/" + name))
        }
        #expect(try mien("merge", "t", "-o", "all.csv").status == 0)
        #expect(try read("all.csv").contains(",r_au26\n"))
        for name in ["plain.csv", "plain.meta.json"] {
            try files.copyItem(atPath: folder.path(name), toPath: folder.path("t/" + name))
        }
        try Data("a\nplain\n".utf8).write(to: folder.url.appendingPathComponent("list.txt"))
        let other = try mien("merge", "t", "--list", "list.txt", "-o", "both.csv")
        #expect(other.status != 0 && other.errors.contains("its columns are not those of"), "\(other.errors)")
    }

    @Test func anIntervalIsLearnedFromTheInputItself() throws {
        let run = try mien("annotate", Repository.sample, "-t", "3", "--baseline", "0.5-1.5", "-o", "a.csv")
        #expect(run.status == 0, "\(run.errors)")
        let calibrate = try mien("calibrate", Repository.sample, "-ss", "0.5", "-t", "1", "-o", "me.json")
        #expect(calibrate.status == 0, "\(calibrate.errors)")
        let times = try column("timestamp", of: "a.csv")
        let cells = try column("r_au06", of: "a.csv")
        #expect(zip(times, cells).allSatisfy { ($0! < 500_000) == ($1 == nil) })
        // The same rows say the same, in the metadata and in a file.
        let metadata =
            try JSONSerialization.jsonObject(with: Data(read("a.meta.json").utf8)) as? [String: Any]
        let learned = try #require((metadata?["baselines"] as? [[String: Any]])?.first)
        #expect(learned["face"] as? Int == 0)
        #expect((metadata?["options"] as? [String: Any])?["baseline"] as? String == "0.5-1.5 s")
        let smoothed = try column("s_au06", of: "a.csv")
        let baseline = try #require(learned["baseline"] as? [String: Any])
        let units = try #require(baseline["action_units"] as? [String: [String: Double]])
        let median = Int((units["AU06"]!["median"]! * 1e6).rounded())
        #expect(zip(smoothed, cells).allSatisfy { $1 == nil || $0! - median == $1! })
        // An interval with too little of a face in it is said, and costs no row.
        let short = try mien(
            "annotate", Repository.sample, "-t", "1", "--baseline", "0-0.2", "-o", "short.csv")
        #expect(
            short.status == 0 && short.errors.contains("no face has 10 readings in 0-0.2 s"),
            "\(short.errors)")
        #expect(try column("r_au06", of: "short.csv").allSatisfy { $0 == nil })
        // The same again is finished; another baseline is another run.
        let same = try mien(
            "annotate", Repository.sample, "-t", "3", "--baseline", "0.5-1.5", "-o", "a.csv", "--resume")
        #expect(same.status == 0 && same.errors.contains("finished already"), "\(same.errors)")
        let changed = try mien(
            "annotate", Repository.sample, "-t", "3", "--baseline", "0-1.5", "-o", "a.csv", "--resume")
        #expect(
            changed.status == 2 && changed.errors.contains("its baseline is 0.5-1.5 s, this run's 0-1.5 s"))
    }

    @Test(arguments: [
        (["calibrate"], 1, "expected one input"),
        (["calibrate", "none.mp4"], 2, "none.mp4: no such file"),
        (["calibrate", Repository.sample, "-t", "601"], 1, "expected no more than 600 s"),
        (["calibrate", Repository.sample, "--face", "x"], 1, "--face x"),
        (
            ["calibrate", Repository.sample, "-t", "0.2"], 2,
            "5 readings of a face at most, expected 10 or more"
        ),
        (
            ["calibrate", Repository.sample, "-t", "1", "--face", "4"], 2,
            "0 readings of face 4, expected 10 or more; faces with as many: 0"
        ),
        (["annotate", Repository.sample, "--baseline", "none.json"], 2, "cannot open none.json"),
        (["annotate", Repository.sample, "--baseline", "5-1"], 1, "expected a time and a later one"),
        (["annotate", Repository.sample, "--baseline", "0-601"], 1, "at most 600 s apart"),
        (
            ["annotate", Repository.sample, "--baseline", Repository.sample], 2,
            "no baseline as mien calibrate writes"
        ),
        (
            ["annotate", Repository.sample, "-ss", "5", "--baseline", "0-5"], 1,
            "lies outside the part that is read"
        ),
    ])
    func saysWhatIsWrong(arguments: [String], status: Int32, message: String) throws {
        let run = try Repository.run("mien", arguments, in: folder.url)
        #expect(run.status == status, "\(run.errors)")
        #expect(run.errors.contains(message), "\(run.errors)")
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.url.path)
        #expect(files.filter { !$0.hasPrefix(".") }.isEmpty, "\(files)")
    }

    @Test func aBaselineOfAnotherModelIsRefused() throws {
        #expect(try mien("calibrate", Repository.sample, "-t", "1", "-o", "me.json").status == 0)
        let text = try read("me.json")
        let hash = try #require(text.firstMatch(of: /"sha256" : "(.{12})/)?.1)
        try Data(text.replacing(hash, with: "000000000000").utf8).write(
            to: folder.url.appendingPathComponent("other.json"))
        let run = try mien("annotate", Repository.sample, "--baseline", "other.json")
        #expect(run.status == 1, "\(run.errors)")
        #expect(run.errors.contains("(000000000000), not of mien-small"), "\(run.errors)")
        #expect(!FileManager.default.fileExists(atPath: folder.path("smile.csv")))
        #expect(!FileManager.default.fileExists(atPath: folder.path("smile.csv.partial")))
    }
}
