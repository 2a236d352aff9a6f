import Mien
import MienCore
import MienTable

/// How fast a clip is annotated, how much of that is encoding, and whether memory grows with the clip.
package struct PipelineBench: Codable, Sendable {
    /// The number of frames of the clip.
    package private(set) var frames = 0
    /// The number of crops the encoder saw.
    package private(set) var crops = 0
    /// Wall time of a whole run in seconds, the median.
    package private(set) var annotateSeconds = 0.0
    /// Wall time of encoding the same number of crops in the same batches and nothing else, the median.
    package private(set) var encodeSeconds = 0.0
    /// Frames a second, from file to table.
    package private(set) var framesPerSecond = 0.0
    /// Wall time of a run to that of encoding in the same round, the median: 1 means that decoding, detection and cropping
    /// cost nothing.
    package private(set) var ratioToEncoding = 0.0
    /// The least and the largest of these; zeros if it was cancelled before there was one.
    package private(set) var ratioRange = 0.0...0.0
    /// The processor time of each stage in the last run measured.
    package private(set) var stageSeconds = StageTimes()
    /// The peak resident memory of annotating the clip once, in bytes.
    package private(set) var peakBytes: Int?
    /// The same for the clip ten times in a row.
    package private(set) var peakBytesTenTimes: Int?

    enum CodingKeys: String, CodingKey {
        case frames, crops
        case annotateSeconds = "annotate_seconds"
        case encodeSeconds = "encode_seconds"
        case framesPerSecond = "frames_per_second"
        case ratioToEncoding = "ratio_to_encoding"
        case ratioRange = "ratio_range"
        case stageSeconds = "stage_cpu_seconds"
        case peakBytes = "peak_bytes"
        case peakBytesTenTimes = "peak_bytes_ten_times"
    }

    /// Measures `input` with both figures interleaved, after one run to warm up.
    ///
    /// A machine is not equally fast all the time, so that only times of one round are compared, and the two take turns in
    /// going first.
    ///
    /// - Parameters:
    ///   - rounds: The number of measurements the medians are of.
    ///   - checksMemory: Whether to run the clip ten times more for the memory figures.
    package init(
        analyzer: Analyzer, input: String, configuration: Configuration, rounds: Int, checksMemory: Bool,
        cancellation: Cancellation
    ) throws {
        try annotateOnce(analyzer, input, configuration, cancellation, count: 1)
        var annotate: [Double] = []
        var encode: [Double] = []
        for round in 0..<rounds where !cancellation.isCancelled {
            if round % 2 == 1 { encode.append(measureEncoding(analyzer, configuration)) }
            annotate.append(
                try measure { try annotateOnce(analyzer, input, configuration, cancellation, count: 1) })
            if round % 2 == 0 { encode.append(measureEncoding(analyzer, configuration)) }
        }
        annotateSeconds = median(annotate)
        encodeSeconds = median(encode)
        framesPerSecond = Double(frames) / annotateSeconds
        let ratios = zip(annotate, encode).map { $0 / $1 }
        ratioToEncoding = median(ratios)
        ratioRange = (ratios.min() ?? 0)...(ratios.max() ?? 0)
        if checksMemory {
            PeakMemory.reset()
            try annotateOnce(analyzer, input, configuration, cancellation, count: 1)
            peakBytes = PeakMemory.bytes
            PeakMemory.reset()
            try annotateOnce(analyzer, input, configuration, cancellation, count: 10)
            peakBytesTenTimes = PeakMemory.bytes
        }
    }

    private func measureEncoding(_ analyzer: Analyzer, _ configuration: Configuration) -> Double {
        measure { analyzer.model.encodeBlank(crops: crops, configuration) }
    }

    private mutating func annotateOnce(
        _ analyzer: Analyzer, _ input: String, _ configuration: Configuration, _ cancellation: Cancellation,
        count: Int
    ) throws {
        let table = TableWriter(sink: try TableOutput.sink(for: "/dev/null"))
        let source = LoopedSource(count: count) {
            try OpenedInput(input, configuration: configuration).reader
        }
        let engine = try analyzer.stream(
            StreamSource(source), configuration: configuration, cancellation: cancellation,
            deliver: table.write)
        try table.commit()
        guard count == 1 else { return }
        stageSeconds = engine.times
        frames = table.counts.frames
        crops = table.counts[.ok]
    }
}

/// The wall time of `body` in seconds.
package func measure(_ body: () throws -> Void) rethrows -> Double {
    let time = try ContinuousClock().measure { try body() }
    return Double(time.components.seconds) + Double(time.components.attoseconds) * 1e-18
}

/// The median; NaN of nothing.
package func median(_ values: [Double]) -> Double {
    guard !values.isEmpty else { return .nan }
    let sorted = values.sorted()
    let middle = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}
