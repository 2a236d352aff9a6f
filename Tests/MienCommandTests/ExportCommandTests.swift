import Foundation
import MienCommand
import TestSupport
import Testing

@Suite struct ExportPlanTests {
    private func requests(_ texts: [String], option: String = "--to") throws -> [ExportRequest] {
        try texts.compactMap { try ExportRequest($0, option: option) }
    }

    private func paths(_ tables: [String], _ texts: [String], overwrite: Bool = false) throws -> [[String]] {
        try ExportPlan(tables: tables, requests: requests(texts), option: "--to", overwrite: overwrite).jobs
            .map { $0.outputs.map(\.path) }
    }

    @Test func namesExportsAfterTheirTables() throws {
        #expect(
            try paths(["d/a.csv"], ["openface", "eaf", "jsonl:-", "webvtt:x:y.vtt"]) == [
                ["d/a.openface.csv", "d/a.eaf", "-", "x:y.vtt"]
            ])
        #expect(try paths(["a.csv", "d/b.CSV"], ["boris:out/"]) == [["out/a.boris"], ["out/b.boris"]])
        #expect(try paths(["-"], ["pyfeat:p.csv"]) == [["p.csv"]])
        let folder = try TemporaryFolder()
        #expect(try paths(["a.csv"], ["events:\(folder.url.path)"]) == [[folder.path("a.events.csv")]])
    }

    @Test(arguments: [
        (["a.csv"], ["csv"], "expected openface, pyfeat, "),
        (["a.csv"], ["native"], "expected openface, "),
        (["a.csv"], ["eaf:"], "expected a file after the colon"),
        (["a.csv"], ["parquet:a.parquet"], "duckdb"), (["a.csv"], ["openface:a.csv"], "is the table itself"),
        (["a.csv"], ["eaf:x", "jsonl:x"], "would both be written to x"),
        (["a.csv"], ["eaf:-", "jsonl:-"], "would both be written to standard output"),
        (["a.csv"], ["faces:-"], "it has a file for each face"), (["-"], ["eaf"], "the table has no name"),
        (["a.csv", "b.csv"], ["eaf:x.eaf"], "several tables need a folder"),
    ]) func refusesWhatCannotBe(tables: [String], texts: [String], message: String) throws {
        let error = #expect(throws: UsageError.self) { try paths(tables, texts) }
        #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
    }

    @Test func annotateTakesNativeForWhatItAlwaysDoes() throws {
        #expect(try requests(["native"], option: "-F").isEmpty)
        #expect(throws: UsageError.self) { try requests(["native:a.csv"], option: "-F") }
    }
}

/// The real command, as a user runs it.
@Suite struct ExportCommandTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func mien(_ arguments: String...) throws -> (status: Int32, output: String, errors: String) {
        try Repository.run("mien", arguments, in: folder.url)
    }

    private func text(_ name: String) throws -> String {
        try String(contentsOfFile: folder.path(name), encoding: .utf8)
    }

    private func annotate() throws {
        let run = try mien(
            "annotate", Repository.sample, "-t", "1", "-F", "native", "-F", "openface:of.csv", "-F", "eaf")
        try #require(run.status == 0, "\(run.errors)")
    }

    @Test func annotateExportsWhatItWrote() throws {
        try annotate()
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: folder.url.path).sorted() == [
                "of.csv", "smile.csv", "smile.eaf", "smile.meta.json",
            ])
        #expect(try text("of.csv").split(separator: "\n").count == 25)
        let metadata = try text("smile.meta.json")
        #expect(metadata.contains("\"first_frame\"") && metadata.contains("\"au_thresholds\""))
        let again = try mien("export", "smile.csv", "--to", "openface:-", "-q")
        #expect(again.status == 0 && again.errors.isEmpty, "\(again.errors)")
        #expect(again.output == (try text("of.csv")))
        let elan = try text("smile.eaf")
        #expect(elan.contains("MEDIA_URL=\"file://\(Repository.sample)\" MIME_TYPE=\"video/mp4\""))
        #expect(elan.contains("TIER_ID=\"face 0 happiness\""))
    }

    @Test func exportRefusesAndNamesWhatIsWrong() throws {
        try annotate()
        let there = try mien("export", "smile.csv", "--to", "eaf")
        #expect(there.status == 1 && there.errors.contains("smile.eaf exists; -y overwrites it"))
        #expect(try mien("export", "smile.csv", "--to", "eaf", "-y").status == 0)
        for (arguments, status, message) in [
            (["export", "smile.csv"], 1, "no format given"),
            (["export", "--to", "eaf"], 1, "no table given"),
            (["export", "none.csv", "--to", "eaf"], 2, "cannot open none.csv"),
            (["export", "of.csv", "--to", "eaf"], 2, "of.csv, line 1: no column pts"),
            (["export", "smile.csv", "--to", "jsonl:/dev/full"], 2, "/dev/full"),
            (["export", "smile.csv", "--to", "jsonl", "--labels", "joy"], 1, "\"joy\" is none of neutral"),
            (["export", "smile.csv", "--to", "jsonl", "--on", "0.2", "--off", "0.3"], 1, "--off 0.3"),
            (["export", "smile.csv", "--to", "parquet"], 1, "duckdb"),
            (["annotate", Repository.sample, "-o", "-", "-F", "eaf"], 1, "-F"),
        ] as [([String], Int32, String)] {
            let run = try Repository.run("mien", arguments, in: folder.url)
            #expect(run.status == status && run.errors.contains(message), "\(arguments): \(run.errors)")
        }
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.url.path)
        #expect(!names.contains { $0.hasSuffix(".partial") || $0 == "of.eaf" })
    }

    @Test func whatELANCorrectsIsImported() throws {
        try annotate()
        let tier = "<TIER LINGUISTIC_TYPE_REF=\"expression\" TIER_ID=\"face 0 fear\"/>"
        let elan = try text("smile.eaf")
        try #require(elan.contains(tier) && elan.contains("</TIME_ORDER>"))
        // As ELAN would: a new annotation over the first 200 ms, and the same part marked as checked.
        let slots =
            "<TIME_SLOT TIME_SLOT_ID=\"x1\" TIME_VALUE=\"0\"/><TIME_SLOT TIME_SLOT_ID=\"x2\" TIME_VALUE=\"200\"/>"
        func annotation(_ id: String) -> String {
            "<ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID=\"\(id)\" TIME_SLOT_REF1=\"x1\" TIME_SLOT_REF2=\"x2\">"
                + "<ANNOTATION_VALUE></ANNOTATION_VALUE></ALIGNABLE_ANNOTATION></ANNOTATION>"
        }
        var edited = elan.replacing("</TIME_ORDER>", with: slots + "</TIME_ORDER>")
            .replacing(tier, with: tier.dropLast(2) + ">" + annotation("y1") + "</TIER>")
            .replacing("TIER_ID=\"checked\"/>", with: "TIER_ID=\"checked\">" + annotation("y2") + "</TIER>")
        for name in ["neutral", "happiness", "surprise", "other", "anger", "disgust", "sadness"] {
            edited = edited.replacing("<ANNOTATION_VALUE>\(name)<", with: "<ANNOTATION_VALUE>fear<")
        }
        try Data(edited.utf8).write(to: folder.url.appendingPathComponent("smile.eaf"))
        let run = try mien("import", "smile.eaf", "-o", "labels.csv")
        #expect(run.status == 0, "\(run.errors)")
        let lines = try text("labels.csv").split(separator: "\n")
        #expect(lines[0].hasPrefix("path,frame,face_id,face_x,face_y,face_w,face_h,label,AU01,"))
        #expect(lines.count == 6, "\(run.errors)")
        #expect(lines.dropFirst().allSatisfy { $0.contains(",fear,") && $0.hasPrefix(Repository.sample) })
        #expect(try mien("import", "smile.eaf", "-o", "labels.csv").status == 1)
        let broken = try mien("import", "smile.eaf", "-o", "l.csv", "--table", "none.csv")
        #expect(broken.status == 2 && broken.errors.contains("none.csv"))
    }
}
