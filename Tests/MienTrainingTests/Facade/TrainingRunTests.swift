import Foundation
import MienHeads
import MienTraining
import TestSupport
import Testing

@Suite struct TrainingRunTests {
    private func configuration(
        _ folder: TemporaryFolder, task: HeadTask = .expression, groups: Int = 20
    ) throws -> TrainingConfiguration {
        let train = try writeFeatures(
            folder, "train-\(task.rawValue).safetensors", count: 400, task: task, groups: groups)
        var configuration = TrainingConfiguration(
            task: task, train: DataSource(path: train), output: folder.path + "/heads.safetensors")
        configuration.options.epochs = 5
        configuration.options.dropout = 0.1
        configuration.split = .video
        configuration.threads = 2
        return configuration
    }

    @Test func bothTasksEndInOneModelFolder() throws {
        let folder = try TemporaryFolder()
        for task in HeadTask.allCases {
            var tables: [String] = []
            let outcome = try TrainingRun(configuration(folder, task: task)).run(event: {
                if case .counts(let table) = $0 { tables.append(table.text) }
            })
            #expect(outcome.history.count == 5 && !outcome.wasInterrupted)
            #expect(outcome.validation != nil)
            #expect(tables.count == 1 && tables[0].contains("calibration"))
        }
        let heads = try Heads(path: folder.path + "/heads.safetensors")
        #expect(heads.hasExpression && heads.hasActionUnits)
        let manifest = try ModelManifest(path: folder.path + "/mien.json")
        let training = try #require(manifest.provenance["training"]?.members)
        for task in HeadTask.allCases {
            let record = try #require(training[task.rawValue]?.members)
            #expect(record["epochs"]?.elements?.count == 5)
            #expect(record["options"]?.members?["seed"] == 5)
            #expect(record["train"]?.members?["sha256"]?.string?.count == 64)
            #expect(record["calibration"] != nil && record["scores"]?.members?["macro_f1"] != nil)
        }
        #expect(manifest.calibration.expressionTemperature != 1)
        #expect(manifest.calibration.actionUnitScale?.count == 12)
    }

    @Test func theSameTrainingGivesTheSameFiles() throws {
        func run(threads: Int) throws -> [Data] {
            let folder = try TemporaryFolder()
            var configuration = try configuration(folder)
            configuration.threads = threads
            _ = try TrainingRun(configuration).run()
            return try ["heads.safetensors", "mien.json"].map {
                try Data(contentsOf: URL(fileURLWithPath: folder.path + "/" + $0))
            }
        }
        #expect(try run(threads: 1) == run(threads: 3))
    }

    @Test func anInterruptedRunGoesOn() throws {
        let folder = try TemporaryFolder()
        var configuration = try configuration(folder)
        var batches = 0
        let first = try TrainingRun(configuration).run {
            batches += 1
            return batches > 4
        }
        #expect(first.wasInterrupted && first.bestEpoch == 0)
        #expect(!FileManager.default.fileExists(atPath: configuration.output))
        configuration.resumes = true
        let second = try TrainingRun(configuration).run()
        #expect(!second.wasInterrupted && second.history.count == 5)
        #expect(try Heads(path: configuration.output).hasExpression)
    }

    @Test func fewGroupsAreNotHeldOut() throws {
        let folder = try TemporaryFolder()
        var configuration = try configuration(folder, groups: 4)
        configuration.options.epochs = 1
        var notes: [String] = []
        _ = try TrainingRun(configuration).run(event: { if case .note(let note) = $0 { notes.append(note) } })
        #expect(notes.contains { $0.hasPrefix("Only 3 subjects or videos, so none are held out") })
    }

    @Test func labelsOfImagesAreEmbeddedAndTrained() throws {
        let folder = try TemporaryFolder()
        var text = "path,label,subject\n"
        for index in 0..<64 {
            try folder.file("images/\(index).jpg", "x")
            text += "images/\(index).jpg,\(index % 8),s\(index % 16)\n"
        }
        var configuration = TrainingConfiguration(
            task: .expression, train: DataSource(path: try folder.file("labels.csv", text)),
            output: folder.path + "/heads.safetensors")
        configuration.split = .subject
        configuration.cache = folder.path + "/cache"
        configuration.options.epochs = 2
        let embedder = FakeEmbedder()
        _ = try TrainingRun(configuration, embedder: embedder).run()
        #expect(embedder.asked == 64)
        #expect(try Heads(path: configuration.output).width == 3)

        var evaluation = EvaluationConfiguration(
            task: .expression, heads: folder.path, data: DataSource(path: folder.path + "/labels.csv"))
        evaluation.cache = configuration.cache
        let report = try EvaluationRun(evaluation, embedder: embedder).run()
        #expect(report.plain.samples == 64 && embedder.asked == 64)
    }

    @Test func evaluationMeasuresWhatTrainingMeasured() throws {
        let folder = try TemporaryFolder()
        var configuration = try configuration(folder)
        configuration.validation = DataSource(
            path: try writeFeatures(folder, "val.safetensors", count: 200, seed: 3))
        let outcome = try TrainingRun(configuration).run()
        let evaluation = EvaluationConfiguration(
            task: .expression, heads: configuration.output, data: configuration.validation!)
        let report = try EvaluationRun(evaluation).run()
        #expect(report.json == outcome.validation?.json)
        #expect(report.plain.macroF1 == outcome.history[outcome.bestEpoch - 1].validation?.macroF1)
        #expect(report.smoothed != nil && report.calibratedError != nil)

        var wrong = evaluation
        wrong.task = .actionUnits
        #expect(throws: (any Error).self) { try EvaluationRun(wrong).run() }
        wrong = evaluation
        wrong.data = DataSource(path: try writeFeatures(folder, "wide.safetensors", count: 20, width: 30))
        #expect(throws: TrainingError.self) { try EvaluationRun(wrong).run() }
    }

    @Test func anAblationComparesAllMethods() throws {
        let folder = try TemporaryFolder()
        var configuration = AblationConfiguration(base: try configuration(folder))
        configuration.base.options.epochs = 2
        configuration.seeds = [1, 2]
        let table = try #require(try AblationRun(configuration).run())
        #expect(table.methods.map(\.name) == ["ERM", "SAM", "CVaR", "CVaR + SAM"])
        #expect(table.runs.count == 8)
        #expect(table.text.split(separator: "\n").count == 1 + 1 + 4)
        #expect(table.csv.split(separator: "\n").count == 9)
        let values = table.runs.filter { $0.method.name == "SAM" }.map(\.macroF1)
        let summary = table.summary(table.methods[1]) { $0.macroF1 }
        #expect(abs(summary.mean - (values[0] + values[1]) / 2) < 1e-12)
        #expect(abs(summary.deviation - abs(values[0] - values[1]) / 2.0.squareRoot()) < 1e-12)
        #expect(try AblationRun(configuration).run(isCancelled: { true }) == nil)
    }
}

@Suite struct ModelImportTests {
    @Test func aFolderIsJoined() throws {
        let folder = try TemporaryFolder()
        for name in ["config.json", "preprocessor_config.json", "tokenizer.json"] {
            try folder.file("clip/" + name, "{}")
        }
        try folder.file("clip/model.safetensors", "weights")
        try folder.file("a/mien.json", #"{"calibration": {"expression_temperature": 2}, "note": "kept"}"#)
        try folder.file(
            "b/mien.json",
            #"{"calibration": {"expression_temperature": 3, "au_thresholds": [0.1,0.2,0.3,0.4,0.5,0.6,0.1,0.2,0.3,0.4,0.5,0.6]}}"#
        )
        for (name, task) in [("a", HeadTask.expression), ("b", .actionUnits)] {
            let weights = HeadWeights(shape: HeadShape(task: task, width: 6), seed: 1)
            try HeadsFile.write([weights.headParameters], to: folder.path + "/\(name)/heads.safetensors")
        }
        var model = ModelImport(
            clip: folder.path + "/clip", heads: ["a", "b"].map { folder.path + "/\($0)/heads.safetensors" },
            output: folder.path + "/model")
        model.licence = "MIT"
        try model.run(embeddingWidth: 6)
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: model.output).sorted()
                == [
                    "config.json", "heads.safetensors", "mien.json", "model.safetensors",
                    "preprocessor_config.json",
                ])
        let manifest = try ModelManifest(path: model.output + "/mien.json")
        #expect(manifest.name == "model" && manifest.licence == "MIT")
        #expect(manifest.calibration.expressionTemperature == 2)
        #expect(manifest.calibration.actionUnitThresholds[0] == 0.1)
        #expect(manifest.unknown["note"] == "kept")
        let heads = try Heads(path: model.output + "/heads.safetensors", width: 6)
        #expect(heads.hasExpression && heads.hasActionUnits)

        #expect(
            message { () throws(TrainingError) in try model.run(embeddingWidth: 6) }
                == "\(model.output): exists; -y writes into it")
        model.overwrites = true
        try model.run(embeddingWidth: 6)
        #expect(
            message { () throws(TrainingError) in try model.run(embeddingWidth: 768) }
                .contains("expected [6, 768]"))
        model.heads.append(model.heads[0])
        #expect(
            message { () throws(TrainingError) in try model.run(embeddingWidth: 6) }
                .hasSuffix("a second head for the task expression, expected one in all files"))
    }
}

@Suite struct TableComparisonTests {
    @Test func anyToolsAnswersCanBeScored() throws {
        let folder = try TemporaryFolder()
        let labels = try folder.file("l.csv", "frame,label\n1,neutral\n2,4\n3,-1\n4,anger\n5,fear\n")
        let names = try folder.file("p.csv", "frame,expression\n1,neutral\n2,happiness\n3,other\n4,fear\n")
        let report = try TableComparison(task: .expression, predictions: names, labels: labels).run()
        #expect(report.plain.samples == 3)
        #expect(report.plain.confusion?[1, 3] == 1 && report.plain.confusion?[4, 4] == 1)
        #expect(report.calibrationError == nil)
        #expect(
            Array(report.notes.dropFirst()) == [
                "Rows are matched by frame.", "1 labelled rows have no prediction and are left out.",
            ])

        let scores = try folder.file(
            "s.csv",
            "frame,face_id,timestamp,neutral,anger,disgust,fear,happiness,sadness,surprise,other\n"
                + "1,0,0.0,0.9,0.1,0,0,0,0,0,0\n2,0,0.1,0.6,0,0,0,0.4,0,0,0\n")
        let second = try TableComparison(task: .expression, predictions: scores, labels: labels).run()
        #expect(second.plain.confusion?[4, 0] == 1 && second.calibrationError != nil)
    }

    @Test func submissionsAndActionUnitsToo() throws {
        let folder = try TemporaryFolder()
        let header = "image_location,Neutral,Anger,Disgust,Fear,Happiness,Sadness,Surprise,Other\n"
        let submission = try folder.file("s.txt", header + "v/00001.jpg,4\nv/00002.jpg,0\n")
        let labels = try folder.file("l.csv", "path,label\nv/00001.jpg,4\nv/00002.jpg,1\n")
        let report = try TableComparison(task: .expression, predictions: submission, labels: labels).run()
        #expect(report.plain.confusion?.accuracy == 0.5)
        let truth = try folder.file("t.csv", "frame,AU01,AU12\n1,1,0\n2,0,1\n")
        let answers = try folder.file(
            "a.csv", "frame,AU01,AU12,s_au01,s_au12\n1,0.7,0.6,0.1,0.1\n2,0.2,0.9,0.1,0.9\n")
        var comparison = TableComparison(task: .actionUnits, predictions: answers, labels: truth)
        #expect(try comparison.run().plain.each[0].f1 == 1)
        #expect(try comparison.run().plain.each[6].precision == 0.5)
        comparison.usesSmoothed = true
        #expect(try comparison.run().plain.each[0].f1 == 0)
        #expect(try comparison.run().plain.each[6].f1 == 1)
    }

    @Test func tablesWithoutACommonColumnAreNamed() throws {
        let folder = try TemporaryFolder()
        let labels = try folder.file("l.csv", "path,label\na,1\n")
        let answers = try folder.file("p.csv", "frame,label\n1,1\n")
        #expect(
            message { () throws(TrainingError) in
                _ = try TableComparison(task: .expression, predictions: answers, labels: labels).run()
            }.contains("shares no column with"))
    }
}
