import Foundation
import MienHeads
import MienSafetensors
import TestSupport
import Testing

/// `mien train`, `mien evaluate` and `mien model import` as users run them.
@Suite struct TrainingCommandTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try TrainingFiles.writeFeatures(to: folder.path("train.safetensors"), count: 240, seed: 1)
        try TrainingFiles.writeFeatures(to: folder.path("val.safetensors"), count: 80, seed: 2)
        try TrainingFiles.writeFeatures(to: folder.path("test.safetensors"), count: 80, seed: 3)
    }

    private typealias Run = (status: Int32, output: String, errors: String)

    private func mien(_ arguments: [String]) throws -> Run {
        try Repository.run("mien", arguments, in: folder.url)
    }

    private func mien(_ line: String) throws -> Run { try mien(line.split(separator: " ").map(String.init)) }

    private func read(_ name: String) throws -> Data {
        try Data(contentsOf: folder.url.appendingPathComponent(name))
    }

    private func write(_ name: String, _ text: String) throws {
        try Data(text.utf8).write(to: folder.url.appendingPathComponent(name))
    }

    private func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: folder.path(name)) }

    private func json(_ text: String) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    }

    @Test func theDocumentedCallsWork() throws {
        let train = try mien(
            "train --task expression --features train.safetensors --val val.safetensors --loss cvar --alpha 0.5 "
                + "--sam-rho 0.5 --epochs 32 --seed 5 -o heads.safetensors")
        #expect(train.status == 0, "\(train.errors)")
        #expect(train.errors.contains("happiness") && train.errors.contains("epoch 32 of 32"))
        #expect(train.errors.contains("heads.safetensors: the weights of epoch "))
        #expect(train.output.contains("macro F1"))
        #expect(!exists("heads.safetensors.checkpoint"))
        let evaluate = try mien(
            "evaluate --task expression --heads heads.safetensors --features test.safetensors --json")
        #expect(evaluate.status == 0, "\(evaluate.errors)")
        #expect(try json(evaluate.output)["macro_f1"] is Double)
        let csv = try mien(
            "evaluate --task expression --heads heads.safetensors --features test.safetensors --csv "
                + "--tune-on val.safetensors")
        #expect(csv.output.hasPrefix("measure,label,precision,recall,f1,support\nplain,neutral,"))
    }

    @Test func whatCanBeLearnedIsLearned() throws {
        try TrainingFiles.writeFeatures(to: folder.path("many.safetensors"), count: 1000, seed: 9)
        let train = try mien(
            "train --task expression --features many.safetensors --split video --dropout 0 "
                + "--learning-rate 0.01 --epochs 12 -o h")
        #expect(train.status == 0, "\(train.errors)")
        let evaluate = try mien("evaluate --task expression --heads h --features test.safetensors --json")
        let score = try #require(try json(evaluate.output)["macro_f1"] as? Double)
        #expect(score > 0.8, "\(evaluate.output)")
    }

    @Test func theSameTrainingGivesTheSameBytes() throws {
        let line =
            "train --task expression --features train.safetensors --split video --loss cvar --sam-rho 0.05 --epochs 3"
        let runs = ["--threads 1", "--threads 1", "--threads 2", ""]
        for (index, threads) in runs.enumerated() {
            let run = try mien("\(line) \(threads) -o \(index)/heads.safetensors")
            #expect(run.status == 0, "\(run.errors)")
        }
        for index in 1..<runs.count {
            #expect(try read("\(index)/heads.safetensors") == read("0/heads.safetensors"))
            #expect(try read("\(index)/mien.json") == read("0/mien.json"))
        }
    }

    @Test func anInterruptedTrainingGoesOnToTheSameBytes() throws {
        // Wide enough for an epoch to take a moment.
        try TrainingFiles.writeFeatures(
            to: folder.path("wide.safetensors"), count: 4000, width: 192, seed: 4)
        let line = "train --task expression --features wide.safetensors --val wide.safetensors --epochs 4"
        #expect(try mien(line + " -o whole/heads.safetensors").status == 0)

        let process = Process()
        process.executableURL = Bundle.main.bundleURL.appendingPathComponent("mien")
        process.arguments = (line + " -o heads.safetensors").split(separator: " ").map(String.init)
        process.currentDirectoryURL = folder.url
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        while !exists("heads.safetensors.checkpoint"), process.isRunning { usleep(1000) }
        process.interrupt()
        process.waitUntilExit()
        #expect(process.terminationStatus == 130)
        #expect(exists("heads.safetensors.checkpoint"))

        let again = try mien(line + " -o heads.safetensors")
        #expect(again.status == 1 && again.errors.contains("--resume goes on with it"))
        let other = try mien(line + " --seed 6 --resume -o heads.safetensors")
        #expect(other.status == 2 && other.errors.contains("seed 5, now 6"), "\(other.errors)")
        let resumed = try mien(line + " --resume -o heads.safetensors")
        #expect(resumed.status == 0, "\(resumed.errors)")
        #expect(!resumed.errors.contains("epoch 1 of 4"))
        #expect(try read("heads.safetensors") == read("whole/heads.safetensors"))
        #expect(try read("mien.json") == read("whole/mien.json"))
    }

    @Test func bothHeadsShareAFile() throws {
        try TrainingFiles.writeFeatures(
            to: folder.path("units.safetensors"), count: 200, seed: 7, units: true)
        #expect(
            try mien("train --task expression --features train.safetensors --epochs 2 -o h.safetensors")
                .status
                == 0)
        let units = try mien(
            "train --task au --features units.safetensors --split video --auc 0.2 --pos-weights balanced "
                + "--epochs 2 -o h.safetensors --json")
        #expect(units.status == 0, "\(units.errors)")
        let summary = try json(units.output)
        #expect((summary["epochs"] as? [Any])?.count == 2 && summary["task"] as? String == "au")
        #expect((summary["validation"] as? [String: Any])?["macro_f1"] is Double)
        let heads = try Heads(path: folder.path("h.safetensors"))
        #expect(heads.hasExpression && heads.hasActionUnits)
        let again = try mien("train --task au --features units.safetensors --epochs 2 -o h.safetensors")
        #expect(again.status == 1)
        #expect(again.errors.contains("h.safetensors exists; -y overwrites its head for the task au"))
    }

    @Test func anAblationPrintsMeansAndSpreads() throws {
        let line =
            "train --task expression --features train.safetensors --val val.safetensors --test test.safetensors "
            + "--ablate --alphas 0.5 --rhos 0.05,0.5 --seeds 1,2 --epochs 2"
        let table = try mien(line + " --markdown")
        #expect(table.status == 0, "\(table.errors)")
        let lines = table.output.split(separator: "\n")
        #expect(lines.count == 2 + 6 && lines[2].hasPrefix("| ERM | 1.0 | 0.0 | 2 |"), "\(table.output)")
        #expect(try mien(line + " --csv").output.split(separator: "\n").count == 1 + 12)
        let methods = try json(try mien(line + " --json").output)["methods"] as? [[String: Any]]
        #expect(methods?.count == 6 && methods?[0]["macro_f1"] is [String: Any])
    }

    @Test(
        arguments: [
            ("train", 1, "no task given"),
            ("train --task joy --features train.safetensors", 1, "expected expression or au"),
            ("train --task expression -o h.safetensors", 1, "no data given"),
            ("train --task expression --features train.safetensors", 1, "no output given"),
            ("train --task expression --features l.csv -o h.safetensors", 1, "--labels takes a CSV"),
            (
                "train --task expression --features train.safetensors -o h --alpha 0", 1,
                "--alpha: 0.0: expected a number above 0, up to 1"
            ),
            (
                "train --task expression --features train.safetensors -o h --loss erm --alpha 0.3", 1,
                "belongs to --loss cvar"
            ),
            (
                "train --task expression --features train.safetensors -o h --auc 0.2", 1,
                "applies to the task au only"
            ),
            (
                "train --task expression --features train.safetensors -o h --pos-weights 1,2", 1,
                "--class-weights does"
            ),
            (
                "train --task expression --features train.safetensors -o h --val a --split video", 1,
                "expected one of them"
            ),
            ("train --task expression --features train.safetensors --ablate -o h", 1, "writes no heads"),
            ("train --task expression --features train.safetensors --rhos 1 -o h", 1, "--ablate only"),
            ("train --task expression --features none.safetensors -o h", 2, "none.safetensors"),
            (
                "train --task au --features train.safetensors -o h", 2,
                "expected F32 [240, 12] for the task au"
            ),
            (
                "train --task expression --features train.safetensors --no-faces -o h", 1,
                "--no-faces: applies to --labels"
            ),
            ("train --task expression --labels none.csv -o h", 2, "none.csv"),
            ("evaluate --task expression --heads none --features test.safetensors", 3, "none"),
            ("evaluate --task expression --features test.safetensors", 2, "features are 16 wide"),
            (
                "evaluate --task expression --predictions p.csv --features x.safetensors", 1,
                "does not go with"
            ),
            ("model import", 1, "no heads given"),
            ("model import --heads none.safetensors -o m", 2, "none.safetensors"),
            ("model import nowhere --heads none.safetensors -o m", 3, "nowhere"),
            ("model inspect --margin 1", 1, "applies to import only"),
        ] as [(String, Int32, String)])
    func sayWhatIsWrong(line: String, status: Int32, message: String) throws {
        let run = try mien(line)
        #expect(run.status == status, "\(run.errors)")
        #expect(run.errors.contains(message), "\(run.errors)")
        #expect(run.output.isEmpty && !exists("h") && !exists("m"))
    }

    @Test func malformedRowsAreNamedByFileAndLine() throws {
        try write(
            "bad.csv",
            "path,time,label\n\(Repository.sample),1,joy\n\(Repository.sample),2,0\nmissing.mp4,1,1\n")
        let run = try mien("train --task expression --labels bad.csv --cache cache -o h.safetensors")
        #expect(run.status == 2)
        #expect(run.errors.contains("bad.csv: 2 of 3 rows are malformed"), "\(run.errors)")
        #expect(run.errors.contains("bad.csv:2: found label \"joy\", expected one of neutral, anger,"))
        #expect(run.errors.contains("bad.csv:4: found path \"missing.mp4\""))

        try write("late.csv", "path,frame,label\n\(Repository.sample),1,1\n\(Repository.sample),5000,0\n")
        let late = try mien("train --task expression --labels late.csv --cache cache -o h.safetensors")
        #expect(late.status == 2)
        #expect(
            late.errors.contains("1 of 2 labels are of moments it does not have, the first frame 5000"),
            "\(late.errors)")
    }

    @Test func labelledClipsBecomeAModelThatAnnotates() throws {
        var text = "path,frame,subject,label\n"
        for frame in stride(from: 1, through: 150, by: 3) {
            text += "clips/smile.mp4,\(frame),person \(frame % 4),\(frame < 60 ? "neutral" : "happiness")\n"
        }
        try write("labels.csv", text)
        try FileManager.default.createDirectory(
            at: folder.url.appendingPathComponent("data/clips"), withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(
            atPath: folder.path("data/clips/smile.mp4"), withDestinationPath: Repository.sample)
        let line =
            "train --task expression --labels labels.csv --images data --split subject --cache cache --epochs 4"
        let train = try mien(line + " -o heads.safetensors")
        #expect(train.status == 0, "\(train.errors)")
        #expect(!train.errors.contains("without a face"), "\(train.errors)")
        let again = try mien(line + " -o again/heads.safetensors")
        #expect(try again.status == 0 && read("again/heads.safetensors") == read("heads.safetensors"))

        let made = try mien("model import --heads heads.safetensors -o model --name clips --licence CC0-1.0")
        #expect(made.status == 0, "\(made.errors)")
        #expect(made.output.contains("clips") && made.output.contains("CC0-1.0"))
        #expect(made.errors.contains("The head for action units is that of "), "\(made.errors)")
        let crop =
            try json(String(decoding: read("model/mien.json"), as: UTF8.self))["crop"] as? [String: Any]
        #expect(crop?["eye_distance"] is Double)
        #expect(try mien("model import --heads heads.safetensors -o model").status == 1)

        let annotate = try mien([
            "annotate", Repository.sample, "-t", "1", "--model", "model", "-o", "table.csv",
        ])
        #expect(annotate.status == 0, "\(annotate.errors)")
        let rows = try String(contentsOfFile: folder.path("table.csv"), encoding: .utf8).split(
            separator: "\n")
        #expect(rows.count == 25)
        // The head for action units is the built-in model's, and says the same.
        #expect(!annotate.errors.contains("stay empty"))
        #expect(try mien(["annotate", Repository.sample, "-t", "1", "-o", "own.csv"]).status == 0)
        let own = try String(contentsOfFile: folder.path("own.csv"), encoding: .utf8).split(separator: "\n")
        func units(_ row: Substring) -> ArraySlice<Substring> {
            row.split(separator: ",", omittingEmptySubsequences: false)[20..<32]
        }
        #expect(zip(rows, own).allSatisfy { units($0) == units($1) })

        // An encoder without one: said when it is made, and when it annotates.
        try FileManager.default.createDirectory(
            atPath: folder.path("bare"), withIntermediateDirectories: true)
        for name in ["config.json", "model.safetensors", "preprocessor_config.json"] {
            try FileManager.default.copyItem(
                at: Repository.root.appendingPathComponent("Sources/Mien/Resources/default/" + name),
                to: folder.url.appendingPathComponent("bare/" + name))
        }
        let bare = try mien("model import bare --heads heads.safetensors -o half")
        #expect(bare.errors.contains("the model half has no head for action units"), "\(bare.errors)")
        let half = try mien(["annotate", Repository.sample, "-t", "1", "--model", "half", "-o", "half.csv"])
        #expect(
            half.status == 0 && half.errors.contains("no head for action units: their columns stay empty"))

        // The table, as it is, is also something to measure, and to train on.
        let scored = try mien("evaluate --task expression --predictions table.csv --labels table.csv --json")
        #expect(try json(scored.output)["accuracy"] as? Double == 1, "\(scored.errors)")
        let corrected = try mien(
            "train --task expression --labels table.csv --cache cache --epochs 2 -o corrected/heads.safetensors"
        )
        #expect(corrected.status == 0, "\(corrected.errors)")
        #expect(!corrected.errors.contains("without a face"), "\(corrected.errors)")
        let measured = try mien(
            "evaluate --task expression --heads model --labels table.csv --cache cache --json")
        #expect(try json(measured.output)["samples"] as? Int == 24, "\(measured.errors)")
        #expect(try json(measured.output)["accuracy"] as? Double == 1, "\(measured.output)")
    }

    @Test func labelsOfOneKindAreWarnedOf() throws {
        try write(
            "one.csv",
            "path,frame,label,AU12,AU04\n"
                + (1...4).map { "\(Repository.sample),\($0),happiness,1,\($0 % 2)\n" }.joined())
        let run = try mien(
            "train --task expression --labels one.csv --cache cache --epochs 1 -o h.safetensors")
        #expect(
            run.errors.contains("All 4 labels are happiness: a head that saw nothing else answers"),
            "\(run.errors)")
        let units = try mien("train --task au --labels one.csv --cache cache --epochs 1 -o u.safetensors")
        #expect(units.errors.contains("always the same: active is AU12 always."), "\(units.errors)")
    }

    @Test func momentsAreEmbeddedAsTheWholeClipIs() throws {
        // Out of order, by frame and by time, twice the same.
        let frames = [120, 7, 43, 8, 43, 180]
        var text = "path,frame,time,label\n"
        for (index, frame) in frames.enumerated() {
            let place = index % 2 == 0 ? "\(frame)," : ",\(Double(frame - 1) * 1001 / 24000)"
            text += "\(Repository.sample),\(place),\(index % 2)\n"
        }
        try write("labels.csv", text)
        let train = try mien(
            "train --task expression --labels labels.csv --cache cache --epochs 1 -o heads.safetensors")
        #expect(train.status == 0, "\(train.errors)")
        #expect(try mien(["embed", Repository.sample, "-o", "all.safetensors"]).status == 0)
        let all = try SafetensorsFile(path: folder.path("all.safetensors"))
        let numbers = try all.integers("frame")
        let embeddings = try all.floats("embeddings")
        let model = try #require(
            try FileManager.default.contentsOfDirectory(atPath: folder.path("cache")).first)
        let set = try #require(
            try FileManager.default.contentsOfDirectory(atPath: folder.path("cache/\(model)"))
                .first { $0.hasPrefix("set-") })
        let cached = try SafetensorsFile(path: folder.path("cache/\(model)/\(set)"))
        let times = try cached.doubles("time")
        let allTimes = try all.doubles("time")
        let rows = try cached.floats("embeddings")
        #expect(rows.count == frames.count * 256)
        for (index, frame) in frames.enumerated() {
            let row = try #require(numbers.firstIndex(of: Int64(frame)))
            #expect(times[index] == allTimes[row])
            let isSame = (0..<256).allSatisfy {
                rows.baseAddress[256 * index + $0] == embeddings.baseAddress[256 * row + $0]
            }
            #expect(isSame, "frame \(frame)")
        }
    }

    @Test func affWild2IsTrainedOnAndAnswered() throws {
        try TrainingFiles.writeAffWild2(in: folder)
        let train = try mien(
            "train --task expression --affwild2 aw2 --cache cache --epochs 2 -o heads.safetensors")
        #expect(train.status == 0, "\(train.errors)")
        #expect(train.errors.contains("1 frames marked -1 skipped"), "\(train.errors)")
        #expect(train.errors.contains("1 frames without an image skipped"), "\(train.errors)")
        let score = try mien(
            "evaluate --task expression --heads heads.safetensors --affwild2 aw2 --cache cache --json")
        #expect(try json(score.output)["samples"] as? Int == 4, "\(score.errors)")

        let header = "image_location,Neutral,Anger,Disgust,Fear,Happiness,Sadness,Surprise,Other\n"
        let submit =
            "evaluate --task expression --heads heads.safetensors --affwild2 aw2 --cache cache --submission"
        #expect(try mien(submit + " out.txt").status == 0)
        let rows = try String(decoding: read("out.txt"), as: UTF8.self)
        #expect(rows.hasPrefix(header + "unseen/00001.jpg,"), "\(rows)")
        #expect(rows.split(separator: "\n").count == 4)
        try write("template.txt", header + (1...5).map { "unseen/0000\($0).jpg,\n" }.joined())
        #expect(try mien(submit + " out.txt").status == 1)
        #expect(try mien(submit + " out.txt -y --template template.txt").status == 0)
        #expect(try read("out.txt").filter { $0 == UInt8(ascii: "\n") }.count == 6)
    }

    @Test func croppedFacesAreMeasuredAsTheyAre() throws {
        try TrainingFiles.writeAffWild2(in: folder)
        // Plain colours: nothing in which a detector would find a face.
        let root = folder.path("aw2/cropped_aligned")
        let videos = try FileManager.default.contentsOfDirectory(atPath: root).sorted()
        let images = try videos.flatMap { video in
            try FileManager.default.contentsOfDirectory(atPath: root + "/" + video).sorted()
                .filter { $0.hasSuffix(".jpg") }.map { video + "/" + $0 }
        }
        let degrees = repeatElement("0.25", count: 12).joined(separator: ",")
        let units = [1, 2, 4, 6, 7, 10, 12, 15, 23, 24, 25, 26].map { "AU\($0)" }.joined(separator: ",")
        try write(
            "labels.csv",
            "path,label,\(units)\n" + images.map { "\($0),neutral,\(degrees)\n" }.joined())
        let line = "evaluate --labels labels.csv --images aw2/cropped_aligned --cache cache --json --task"
        let whole = try mien(line + " expression --no-faces")
        #expect(whole.status == 0, "\(whole.errors)")
        #expect(try json(whole.output)["samples"] as? Int == images.count)
        let agreement = try mien(line + " au --no-faces")
        #expect(try json(agreement.output)["mean_pearson_r"] is NSNull, "\(agreement.output)")
        let searched = try mien(line + " expression")
        #expect(searched.status != 0 && searched.errors.contains("no face was found"), "\(searched.errors)")

        try write("video.csv", "path,label\n\(Repository.sample),neutral\n")
        let video = try mien("evaluate --task expression --labels video.csv --cache cache --no-faces")
        #expect(video.status == 2 && video.errors.contains("cropped faces"), "\(video.errors)")
    }

    @Test func anUnreadableImageEndsTheRunOrIsLeftOut() throws {
        try TrainingFiles.writeAffWild2(in: folder)
        try write("aw2/cropped_aligned/7_right/00002.jpg", "no image")
        let line = "train --task expression --affwild2 aw2 --cache cache --epochs 1 -o heads.safetensors"
        let strict = try mien(line)
        #expect(strict.status == 2)
        #expect(strict.errors.contains("7_right/00002.jpg"), "\(strict.errors)")
        #expect(!exists("heads.safetensors"))
        let lenient = try mien(line + " --skip-malformed")
        #expect(lenient.status == 0, "\(lenient.errors)")
        #expect(lenient.errors.contains("left out"))
    }
}
