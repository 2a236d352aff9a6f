import Foundation
import Mien
import MienCore
import TestSupport
import Testing

/// A run that goes on from the rows of an interrupted one writes what it would have written alone.
@Suite struct ResumeTests {
    private let folder: TemporaryFolder
    private let analyzer: Analyzer
    private var configuration = Configuration()

    init() throws {
        folder = try TemporaryFolder()
        analyzer = try Analyzer()
        configuration.duration = 1.5
    }

    private var table: String { folder.path("clip.csv") }
    private var partial: String { table + ".partial" }

    @discardableResult
    private func annotate(
        _ input: String = Repository.sample, to path: String? = nil,
        existing: ExistingTable = .resume, with configuration: Configuration? = nil,
        cancellation: Cancellation = Cancellation(), progress: ((Int, Int?) -> Void)? = nil
    ) throws -> AnalysisRun {
        try analyzer.annotate(
            input, to: .file(path ?? table), existing: existing,
            configuration: configuration ?? self.configuration, cancellation: cancellation,
            progress: progress)
    }

    private func read(_ path: String) throws -> [UInt8] {
        try Array(Data(contentsOf: URL(fileURLWithPath: path)))
    }

    private func write(_ bytes: some Collection<UInt8>, _ path: String) throws {
        try Data(bytes).write(to: URL(fileURLWithPath: path))
    }

    /// The files an interrupted run leaves: these rows, and what they are rows of.
    private func interrupted(_ rows: some Collection<UInt8>, as metadata: String) throws {
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.url.path)
        where name.hasPrefix("clip.") {
            try FileManager.default.removeItem(atPath: folder.path(name))
        }
        try write(rows, partial)
        try write(read(metadata), RunMetadata.path(forTable: partial))
    }

    private var names: [String] {
        get throws { try FileManager.default.contentsOfDirectory(atPath: folder.url.path).sorted() }
    }

    @Test(arguments: [1, 3]) func aTableCutAnywhereIsContinuedToTheSameBytes(every: Int) throws {
        var configuration = configuration
        configuration.every = every
        let reference = folder.path("reference.csv")
        try annotate(to: reference, with: configuration)
        let whole = try read(reference)
        let metadata = try read(folder.path("reference.meta.json"))
        let header = whole.firstIndex(of: 10)! + 1
        let secondRow = whole[header...].firstIndex(of: 10)! + 1
        var cuts = [
            0, 1, header - 1, header, header + 1, secondRow - 1, secondRow, whole.count - 1, whole.count,
        ]
        cuts += stride(from: 37, to: whole.count, by: whole.count / 12)
        for cut in cuts {
            // What a crash of the machine may leave behind the rows.
            let tails: [[UInt8]] = cut % 3 == 0 ? [[], [UInt8](repeating: 0, count: 5000)] : [[]]
            for tail in tails {
                try interrupted(Array(whole[..<cut]) + tail, as: folder.path("reference.meta.json"))
                let run = try annotate(with: configuration)
                #expect(try read(table) == whole, "cut at \(cut)")
                #expect(try read(folder.path("clip.meta.json")) == metadata)
                #expect(run.resumedRows == max(0, whole[..<cut].count { $0 == 10 } - 1))
                #expect(try names == ["clip.csv", "clip.meta.json", "reference.csv", "reference.meta.json"])
            }
        }
    }

    @Test(arguments: [0.0, 0.4]) func aTableWithABaselineIsContinuedToTheSameBytes(from: Double) throws {
        var configuration = configuration
        configuration.baseline = .interval(from: from, to: from + 0.6)
        let reference = folder.path("reference.csv")
        let run = try annotate(to: reference, with: configuration)
        #expect(run.baselines?.count == 1 && run.counts.rows == 36)
        let whole = try read(reference)
        let metadata = folder.path("reference.meta.json")
        for cut in stride(from: 700, to: whole.count, by: whole.count / 9) {
            try interrupted(whole[..<cut], as: metadata)
            #expect(try annotate(with: configuration).resumedRows == whole[..<cut].count { $0 == 10 } - 1)
            #expect(try read(table) == whole, "cut at \(cut)")
            #expect(try read(folder.path("clip.meta.json")) == read(metadata))
        }
        // Killed while rows were held back.
        let cancellation = Cancellation()
        for name in try names where name.hasPrefix("clip.") {
            try FileManager.default.removeItem(atPath: folder.path(name))
        }
        let stopped = try annotate(with: configuration, cancellation: cancellation) {
            _, _ in cancellation.cancel()
        }
        #expect(stopped.keptPartial)
        #expect(try whole.starts(with: read(partial)))
        try annotate(with: configuration)
        #expect(try read(table) == whole)
    }

    @Test func rowsThatAreThereAreNotEncodedAgain() throws {
        var configuration = configuration
        configuration.expressionWindow = 0
        configuration.actionUnitWindow = 0
        try annotate(with: configuration)
        let metadata = folder.path("whole.meta.json")
        try write(read(folder.path("clip.meta.json")), metadata)
        // A score that no encoder gave; without smoothing nothing else depends on it.
        var rows = String(decoding: try read(table), as: UTF8.self).split(separator: "\n").map(String.init)
        var cells = rows[5].split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        (cells[20], cells[41]) = ("0.123456", "0.123456")
        rows[5] = cells.joined(separator: ",")
        let changed = Array((rows.joined(separator: "\n") + "\n").utf8)
        try interrupted(changed, as: metadata)
        #expect(try annotate(with: configuration).resumedRows == rows.count - 1)
        #expect(try read(table) == changed)
    }

    @Test func rowsThatSomebodyChangedAreNoticed() throws {
        try annotate()
        let whole = String(decoding: try read(table), as: UTF8.self)
        let metadata = folder.path("whole.meta.json")
        try write(read(folder.path("clip.meta.json")), metadata)
        var rows = whole.split(separator: "\n").map(String.init)
        rows[3] = rows[3].replacing(",1,", with: ",0,", maxReplacements: 1)
        let changed = Array((rows.joined(separator: "\n") + "\n").utf8)
        // Another success, other boxes or times, a raw score that the smoothed ones do not follow from, rows too many.
        for bytes in [
            changed, Array((whole + "37,0,9.0,0.9,1,9,ok" + String(repeating: ",", count: 46) + "\n").utf8),
        ] {
            try interrupted(bytes, as: metadata)
            let error = #expect(throws: MienError.self) { try annotate() }
            #expect(
                error?.description.contains("rows of the interrupted run are not those of this one") == true)
            #expect(try read(partial) == bytes)
            #expect(!FileManager.default.fileExists(atPath: table))
        }
        // Who lets them be replaced gets them made anew.
        #expect(try annotate(existing: .resumeOrReplace).resumedRows == 0)
        #expect(try read(table) == Array(whole.utf8))
    }

    @Test func rowsOfAnotherRunAreNotContinued() throws {
        try annotate()
        let whole = try read(table)
        let metadata = folder.path("whole.meta.json")
        try write(read(folder.path("clip.meta.json")), metadata)
        var other = configuration
        other.gapMaximum = 2
        try interrupted(whole[..<3000], as: metadata)
        let error = #expect(throws: MienError.self) { try annotate(with: other) }
        #expect(error?.description.contains("its gap-max is 0.5, this run's 2") == true, "\(error as Any)")
        #expect(try read(partial) == Array(whole[..<3000]))
        var causal = configuration
        causal.isCausal = true
        let refusal = #expect(throws: MienError.self) { try annotate(with: causal) }
        #expect(
            refusal?.description.contains("its causal is not given, this run's true") == true,
            "\(refusal as Any)")
        // Not knowing is not a reason to trust.
        try FileManager.default.removeItem(atPath: RunMetadata.path(forTable: partial))
        #expect(throws: MienError.self) { try annotate() }
        #expect(try read(partial) == Array(whole[..<3000]))
        #expect(try annotate(existing: .resumeOrReplace).resumedRows == 0)
        #expect(try read(table) == whole)
    }

    @Test func killedBetweenTheMetadataAndTheName() throws {
        try annotate()
        let whole = try read(table)
        try FileManager.default.moveItem(atPath: table, toPath: partial)
        #expect(
            try analyzer.finishedTable(of: Repository.sample, at: table, configuration: configuration) == nil)
        #expect(try annotate().resumedRows == whole.count { $0 == 10 } - 1)
        #expect(try read(table) == whole)
        #expect(try names == ["clip.csv", "clip.meta.json"])
    }

    @Test func aStoppedRunIsContinued() throws {
        let reference = folder.path("reference.csv")
        var configuration = Configuration()
        configuration.expressionWindow = 0.5
        try annotate(to: reference, with: configuration)
        let cancellation = Cancellation()
        let run = try annotate(with: configuration, cancellation: cancellation) {
            frames, _ in
            if frames == 70 { cancellation.cancel() }
        }
        #expect(run.isInterrupted)
        #expect(!FileManager.default.fileExists(atPath: table))
        let rows = try read(partial)
        #expect(try read(reference).starts(with: rows))
        #expect(rows.count { $0 == 10 } == 71)
        // Without resuming nothing is thrown away, and a run that resumes takes all of it.
        #expect(throws: MienError.self) { try annotate(existing: .refuse, with: configuration) }
        #expect(try annotate(with: configuration).resumedRows == 70)
        #expect(try read(table) == read(reference))
    }

    /// Whatever the run was asked to do, its rows are not a table.
    @Test(arguments: [ExistingTable.refuse, .replace, .resume, .resumeOrReplace])
    func anInterruptedRunNeverLooksFinished(existing: ExistingTable) throws {
        let cancellation = Cancellation()
        let run = try annotate(existing: existing, cancellation: cancellation) {
            frames, _ in if frames == 5 { cancellation.cancel() }
        }
        #expect(run.isInterrupted && run.keptPartial)
        #expect(try names == ["clip.csv.partial", "clip.csv.partial.meta.json"])
        #expect(
            try analyzer.finishedTable(of: Repository.sample, at: table, configuration: configuration) == nil)
        #expect(try annotate().resumedRows == 5)
        #expect(try names == ["clip.csv", "clip.meta.json"])
    }

    @Test func aRunThatIsStoppedBeforeItsFirstRowLeavesNothing() throws {
        let cancellation = Cancellation()
        cancellation.cancel()
        let run = try annotate(existing: .refuse, cancellation: cancellation)
        #expect(run.isInterrupted && !run.keptPartial)
        #expect(try names == [])
        // But rows that were there before stay.
        try annotate()
        let whole = try read(table)
        let metadata = folder.path("whole.meta.json")
        try write(read(folder.path("clip.meta.json")), metadata)
        try interrupted(whole[..<3000], as: metadata)
        #expect(try annotate(cancellation: cancellation).keptPartial)
        #expect(try whole.starts(with: read(partial)) && !read(partial).isEmpty)
        #expect(try annotate().resumedRows > 0)
        #expect(try read(table) == whole)
    }

    /// Tables of older versions may be the first part of one.
    @Test func aTableWhoseMetadataSayInterruptedIsMadeAnew() throws {
        try annotate()
        let path = folder.path("clip.meta.json")
        var metadata = try RunMetadata(contentsOf: path)
        metadata.interrupted = true
        try metadata.write(to: path)
        #expect(
            try analyzer.finishedTable(of: Repository.sample, at: table, configuration: configuration) == nil)
        #expect(try annotate().counts.rows == 36)
        #expect(
            try analyzer.finishedTable(of: Repository.sample, at: table, configuration: configuration)?.counts
                .rows
                == 36)
    }

    @Test func finishedTablesAreKnownByInputModelAndOptions() throws {
        let clip = folder.path("clip.mp4")
        func finished(_ configuration: Configuration? = nil) throws -> RunMetadata? {
            try analyzer.finishedTable(
                of: clip, at: table, configuration: configuration ?? self.configuration)
        }
        try FileManager.default.copyItem(atPath: Repository.sample, toPath: clip)
        #expect(try finished() == nil)
        try annotate(clip)
        #expect(try finished()?.counts.rows == 36)

        // What changes no result does not matter, nor where the input lies.
        var other = configuration
        other.batchSize = 3
        #expect(try finished(other) != nil)
        let elsewhere = folder.path("elsewhere.mp4")
        try FileManager.default.moveItem(atPath: clip, toPath: elsewhere)
        #expect(
            try analyzer.finishedTable(of: elsewhere, at: table, configuration: configuration) != nil)
        try FileManager.default.moveItem(atPath: elsewhere, toPath: clip)

        other.every = 2
        #expect(throws: MienError.self) { try finished(other) }
        #expect(
            try analyzer.finishedTable(of: clip, at: table, replacing: true, configuration: other) == nil)

        var bytes = try read(clip)
        let date = try FileManager.default.attributesOfItem(atPath: clip)[.modificationDate] as? Date
        bytes[bytes.count / 2] ^= 1
        try write(bytes, clip)
        try FileManager.default.setAttributes([.modificationDate: try #require(date)], ofItemAtPath: clip)
        #expect(throws: MienError.self) { try finished() }
        bytes[bytes.count / 2] ^= 1
        try write(bytes, clip)
        try FileManager.default.setAttributes([.modificationDate: try #require(date)], ofItemAtPath: clip)
        #expect(try finished() != nil)
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSince1970: 5)], ofItemAtPath: clip)
        #expect(throws: MienError.self) { try finished() }
    }

    @Test func onlyFilesAreResumed() throws {
        let pictures = folder.path("img_%03d.png")
        let make = try Repository.run(
            "ffmpeg", ["-v", "error", "-i", Repository.sample, "-frames:v", "2", pictures])
        try #require(make.status == 0, "\(make.errors)")
        let error = #expect(throws: MienError.self) { try annotate(pictures) }
        #expect(error?.description.contains("cannot be resumed: expected a file") == true)
        #expect(try annotate(pictures, existing: .refuse).counts.rows == 2)
        #expect(try analyzer.finishedTable(of: pictures, at: table, configuration: configuration) == nil)
    }
}
