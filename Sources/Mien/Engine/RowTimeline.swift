import MienTimeline

/// The last steps of a row: smoothing, and the difference from a baseline.
///
/// Belongs to one run and the thread that its rows are delivered on.
struct RowTimeline {
    private var smoother: TimelineSmoother
    private let relative: RelativeRows?

    /// - Throws: ``MienError/configuration(_:)``.
    init(_ smoothing: SmoothingOptions, relative: RelativeRows? = nil) throws(MienError) {
        do { smoother = try TimelineSmoother(options: smoothing) } catch { throw .configuration("\(error)") }
        self.relative = relative
    }

    mutating func push(_ reading: FaceReading, emit: (FaceReading) throws -> Void) throws {
        let relative = relative
        try smoother.push(reading) { try Self.subtract(relative, $0, emit: emit) }
    }

    /// Takes in a row that has left without its scores, for the smoothing of those to come.
    mutating func addLate(_ reading: FaceReading) { smoother.addLate(reading) }

    /// Hands on the rows that wait.
    mutating func finish(emit: (FaceReading) throws -> Void) throws {
        let relative = relative
        try smoother.finish { try Self.subtract(relative, $0, emit: emit) }
        try relative?.finish(emit: emit)
    }

    private static func subtract(
        _ relative: RelativeRows?, _ reading: FaceReading, emit: (FaceReading) throws -> Void
    ) throws {
        if let relative { try relative.push(reading, emit: emit) } else { try emit(reading) }
    }
}

extension Engine {
    /// Runs to the end of the source and delivers the rows of its timeline.
    ///
    /// A failure of the source ends the timeline; the rows that wait for smoothing belong to it all the same.
    ///
    /// - Parameters:
    ///   - givesUnread: Whether a frame whose faces were not looked for has a row, `dropped`.
    ///   - onFrame: Called after the rows of a frame were taken in.
    /// - Throws: ``MienError``, or what one of the closures threw.
    func run(
        into timeline: inout RowTimeline, givesUnread: Bool = false, quiet: Double = .infinity,
        onQuiet: () throws -> Void = {}, onFrame: (ReorderBuffer.Delivered) throws -> Void = { _ in },
        deliver: (FaceReading) throws -> Void
    ) throws {
        var readerFailure: (any Error)?
        func reader(_ body: () throws -> Void) throws {
            do { try body() } catch {
                readerFailure = error
                throw error
            }
        }
        var failure: MienError?
        do {
            try run(quiet: quiet, onQuiet: { try reader(onQuiet) }) { delivered in
                try reader {
                    for row in delivered.late { timeline.addLate(row) }
                    if delivered.entry.isRead {
                        for row in delivered.entry.rows { try timeline.push(row.result, emit: deliver) }
                    } else if givesUnread {
                        try timeline.push(delivered.entry.unknown, emit: deliver)
                    }
                    try onFrame(delivered)
                }
            }
        } catch {
            if let readerFailure { throw readerFailure }
            failure = MienError(error)
        }
        try timeline.finish(emit: deliver)
        if let failure { throw failure }
    }
}
