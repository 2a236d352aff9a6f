import MienOverlay
import MienTable
import MienTimeline
import MienVideo

/// Goes through a table frame by frame, alongside the video it was made from.
///
/// Constant memory: it holds one row ahead.
struct TableFrames {
    private let table: TableReader
    private let name: String
    private var next: TableRow?
    /// What the run that made the table says of it, if its metadata are there.
    private let metadata: RunMetadata?
    private var rows = 0
    /// The number of the frame read last.
    private(set) var lastFrame = 0
    /// Why the table ends before its time, if it does.
    private(set) var cutShort: String?

    /// Opens the table at `path`.
    init(path: String) throws(MienError) {
        do { table = try TableReader(path: path) } catch { throw .input("\(error)") }
        name = path
        // A table may have been renamed or made by hand: then it must do without.
        metadata = try? RunMetadata(contentsOf: RunMetadata.path(forTable: path))
        try advance()
        guard next != nil else {
            throw .input(cutShort ?? "\(path): the table has no rows; expected those of 'mien annotate'")
        }
    }

    /// The time of the next row in the table; nil at its end.
    var nextTime: (frame: Int, timestamp: Double)? { next.map { ($0.reading.frame, $0.reading.timestamp) } }

    /// The video stream it was made from, if there were several and its metadata name it.
    var videoStream: Int? { metadata?.video?.stream }

    /// Which action units are active: the model's thresholds, if the metadata have them.
    var decisions: ActionUnitDecisions {
        metadata.map { ActionUnitDecisions($0.model) } ?? ActionUnitDecisions()
    }

    /// Whether all rows have been read.
    var isAtEnd: Bool { next == nil }

    /// What a table that ends before its video may have been meant to cover.
    enum Claim { case whole, part, unknown }

    /// What the table was meant to cover of its video.
    var claim: Claim {
        guard let metadata else { return .unknown }
        let duration = metadata.options["duration"] ?? MetadataValue.none
        let isPart = metadata.interrupted || metadata.endedEarly != nil || duration != MetadataValue.none
        return isPart ? .part : .whole
    }

    /// Whether `video` has the very content that the table was made from, as far as its size and samples of it tell.
    func isMade(from video: String) -> Bool {
        guard let stated = metadata?.input, let sample = stated.sampleSHA256 else { return false }
        let found = RunMetadata.Input(describing: video)
        return found.bytes == stated.bytes && found.sampleSHA256 == sample
    }

    /// Throws if the table's boxes are in pixels of frames of another size.
    func checkSize(width: Int, height: Int, video: String) throws(MienError) {
        guard let stated = metadata?.video, (stated.width, stated.height) != (width, height) else { return }
        throw .input(
            "\(name) is not the table of \(video): it was made from frames of \(stated.width) x \(stated.height) pixels, "
                + "and these have \(width) x \(height)")
    }

    /// What the table says of `frame`, which comes after the one asked for before.
    ///
    /// - Throws: ``MienError/input(_:)`` if the frame's time is not that of its rows, or the table is malformed.
    mutating func overlay(of frame: VideoFrame, video: String) throws(MienError) -> OverlayFrame {
        var overlay = OverlayFrame(number: frame.index + 1, timestamp: frame.timestamp, status: nil)
        try check(
            frame: frame.index + 1, pts: frame.pts, timestamp: frame.timestamp, video: video
        ) { row in overlay.add(row.reading, label: row.smoothedExpressionLabel) }
        return overlay
    }

    /// Goes through the rows of frame `number`, which comes after the one asked for before.
    ///
    /// - Throws: ``MienError/input(_:)`` if the frame's time is not that of its rows, or the table is malformed.
    mutating func check(
        frame number: Int, pts: Int64?, timestamp: Double, video: String,
        _ body: (TableRow) -> Void = { _ in }
    ) throws(MienError) {
        while let row = next, row.reading.frame <= number {
            if row.reading.frame == number {
                try check(row.reading, pts: pts, timestamp: timestamp, video: video)
                body(row)
                lastFrame = number
            }
            try advance()
        }
    }

    /// What is wrong if `video` has ended after `count` frames.
    func goesOn(after count: Int, video: String) -> String? {
        next.map {
            "\(name) goes on with frame \($0.reading.frame), and \(video) ends after frame \(count): "
                + "is it the video of this table?"
        }
    }

    /// What is wrong if `video` has frames after the last one of the table, and the table was meant to have them.
    func endsBefore(_ video: String) -> String {
        "\(name) ends with frame \(lastFrame), and \(video) goes on"
    }

    /// Throws if `reading` cannot have been made from a frame of that time.
    private func check(
        _ reading: FaceReading, pts: Int64?, timestamp: Double, video: String
    ) throws(MienError) {
        func mismatch(_ what: String, _ table: String, _ found: String) -> MienError {
            .input(
                "\(name) is not the table of \(video): frame \(reading.frame) has \(what) \(table) in the table "
                    + "and \(found) in the video")
        }
        if let expected = reading.pts, let pts, expected != pts {
            throw mismatch("pts", "\(expected)", "\(pts)")
        }
        // Tables have six decimals, and through a spreadsheet ten digits.
        let precision = max(1.5e-6, abs(timestamp) * 5e-10)
        if abs(reading.timestamp - timestamp) > precision {
            throw mismatch("timestamp", "\(reading.timestamp)", "\(timestamp)")
        }
    }

    private mutating func advance() throws(MienError) {
        do {
            next = try table.next()
        } catch {
            next = nil
            guard case .cutShort = error else { throw .input("\(error)") }
            cutShort = "\(error)"
        }
        if next != nil {
            rows += 1
        } else if cutShort == nil, let expected = metadata?.counts.rows, rows < expected {
            cutShort = "\(name) has \(rows) of the \(expected) rows that its metadata promise"
        }
    }
}
