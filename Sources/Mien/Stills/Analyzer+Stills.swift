import Foundation
import MienCore
import MienFaces
import MienTable
import MienTimeline
import MienVideo
import Synchronization

extension Analyzer {
    /// Analyses still images and writes the table of each, the very bytes that
    /// ``annotate(_:to:existing:configuration:cancellation:progress:)`` writes.
    ///
    /// One detector serves all of them, their faces are encoded together, and their tables made durable together
    /// at the end: for many small images that is what costs most. A run that is killed before leaves no table;
    /// one that is cancelled has those of the images it got to.
    ///
    /// - Parameters:
    ///   - inputs: The images. What is no single sound picture (a film, a damaged file) is left out.
    ///   - tables: The path of the table of each.
    ///   - deliver: Told what became of an image, by its index, when its table is there.
    /// - Throws: ``MienError`` if the images as a whole cannot be analysed.
    package func annotate(
        stills inputs: [String], to tables: [String], replacing: Bool, configuration: Configuration,
        cancellation: Cancellation,
        deliver: (_ index: Int, _ result: Result<AnalysisRun, MienError>) -> Void
    ) throws(MienError) {
        precondition(inputs.count == tables.count && configuration.baseline == nil)
        // What the images are, as runs over them would say: one stage adds them, another takes them out.
        let runs = Mutex<[Int: AnalysisRun]>([:])
        var configuration = configuration
        // The file of one clip.
        configuration.geometry?.landmarks = nil
        let source = StillSource(count: inputs.count) { [configuration] index in
            guard let (frame, run) = try? Self.still(inputs[index], configuration) else { return nil }
            runs.withLock { $0[index] = run }
            return frame
        }
        var finished: [StillTable] = []
        var current: StillTable?
        func end() throws {
            guard var table = current else { return }
            current = nil
            try table.end()
            finished.append(table)
        }
        do {
            let detector = try model.faceDetector()
            let measures = try model.faceMeasures(configuration, isLive: false)
            let crops = StillFaces { [model, configuration] index in
                measures?.forget()
                return model.faceCrops(
                    configuration, detector: detector, measures: measures, sample: index)
            }
            let engine = model.engine(
                source, crops, configuration, cancellation: Cancellation(following: cancellation))
            try engine.run { delivered in
                for row in delivered.entry.rows {
                    let index = row.sample ?? 0
                    if current?.index != index {
                        try end()
                        guard let run = runs.withLock({ $0.removeValue(forKey: index) }) else {
                            preconditionFailure("image \(index) has no frame, or came twice")
                        }
                        current = try StillTable(
                            index: index, run: run, groups: configuration.columnGroups,
                            smoothing: model.smoothing(configuration))
                    }
                    try current?.write(row.result)
                }
            }
            try end()
        } catch {
            throw MienError(error)
        }
        for (table, failure) in commit(finished, inputs, tables, replacing, configuration) {
            deliver(table.index, failure.map { .failure($0) } ?? .success(table.run))
        }
    }

    /// The one sound picture that an image holds; nil if it is anything else: a film, a damaged file.
    private static func still(
        _ path: String, _ configuration: Configuration
    ) throws -> (VideoFrame, AnalysisRun)? {
        let opened = try OpenedInput(path, configuration: configuration)
        guard let frame = try opened.reader.next(), try opened.reader.next() == nil else { return nil }
        let run = opened.run(counts: TableCounts(), cancellation: Cancellation())
        guard run.damagedFrames == 0, run.lostPackets == 0, run.endedEarly == nil else { return nil }
        return (frame, run)
    }

    /// Writes the tables: first the metadata of all, then the rows of all.
    ///
    /// Whenever the run is killed, a table under its own name is whole, and rows in a provisional file are those
    /// that the metadata describe.
    private func commit(
        _ stills: [StillTable], _ inputs: [String], _ tables: [String], _ replacing: Bool,
        _ configuration: Configuration
    ) -> [(StillTable, MienError?)] {
        var failures = [MienError?](repeating: nil, count: stills.count)
        func sinks(_ body: (StillTable, Int) throws -> FileSink?) -> [FileSink?] {
            stills.indices.map { index in
                guard failures[index] == nil else { return nil }
                do {
                    return try body(stills[index], index)
                } catch {
                    failures[index] = MienError(error)
                    return nil
                }
            }
        }
        let rows = sinks { still, _ in try FileSink(path: tables[still.index], replacing: replacing) }
        let metadata = sinks { still, _ in
            let description = try describe(inputs[still.index], configuration: configuration)
            let sink = try FileSink(path: RunMetadata.path(forTable: tables[still.index]), replacing: true)
            try sink.write(self.metadata(of: still.run, description: description).json().span)
            return sink
        }
        func complete(_ sinks: [FileSink?]) {
            for (index, sink) in sinks.enumerated() where failures[index] == nil {
                do { try sink?.commitRows() } catch { failures[index] = MienError(error) }
            }
        }
        complete(metadata)
        for (index, sink) in rows.enumerated() where failures[index] == nil {
            do { try sink?.write(stills[index].bytes.span) } catch { failures[index] = MienError(error) }
        }
        complete(rows)
        FileSink.synchronizeDirectories(of: (rows + metadata).compactMap { $0 })
        for index in stills.indices where failures[index] != nil {
            rows[index]?.discard()
            metadata[index]?.discard()
        }
        return Array(zip(stills, failures))
    }
}

/// The table of one image, in memory.
private struct StillTable {
    let index: Int
    private(set) var run: AnalysisRun
    private let sink: MemorySink
    private let writer: TableWriter
    private var timeline: RowTimeline

    var bytes: [UInt8] { sink.bytes }

    init(
        index: Int, run: AnalysisRun, groups: ColumnGroups, smoothing: SmoothingOptions
    ) throws(MienError) {
        self.index = index
        self.run = run
        sink = MemorySink()
        writer = TableWriter(sink: sink, groups: groups)
        timeline = try RowTimeline(smoothing)
    }

    mutating func write(_ reading: FaceReading) throws {
        try timeline.push(reading, emit: writer.write)
    }

    mutating func end() throws {
        try timeline.finish(emit: writer.write)
        try writer.flush()
        run.counts = writer.counts
    }
}

/// Keeps the rows of a small table.
private final class MemorySink: TableSink {
    private(set) var bytes: [UInt8] = []

    func write(_ rows: Span<UInt8>) {
        for index in rows.indices { bytes.append(rows[index]) }
    }

    func commit() {}
}
