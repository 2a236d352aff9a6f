import Foundation
import MienTimeline
import MienVideo

/// What a live run has done so far, for people and for `mien bench live`.
public struct LiveProgress: Sendable, Codable, Equatable {
    /// Seconds since the run began.
    public internal(set) var elapsed = 0.0
    /// The frames captured.
    public internal(set) var frames = 0
    /// The frames captured in each second, over the last few.
    public internal(set) var framesPerSecond: Double?
    /// The frames that were given up before their faces were looked for.
    public internal(set) var droppedFrames = 0
    /// The rows of faces that were encoded.
    public internal(set) var encodedFaces = 0
    /// The rows of faces that looked as when they were last encoded.
    public internal(set) var heldFaces = 0
    /// The rows of faces that there was no time for.
    public internal(set) var droppedFaces = 0
    /// Seconds from capture to row: the median.
    public internal(set) var latencyMedian: Double?
    /// What 95 % of the frames stay under.
    public internal(set) var latency95: Double?
    /// The longest.
    public internal(set) var latencyMaximum: Double?
    /// The processor time used, as a share of all cores over the time elapsed.
    public internal(set) var processorShare = 0.0
    /// How often the source was lost.
    public internal(set) var outages = 0
    /// Why the source is away at the moment; nil while it is there.
    public internal(set) var outage: String?

    enum CodingKeys: String, CodingKey {
        case elapsed = "elapsed_seconds"
        case frames
        case framesPerSecond = "frames_per_second"
        case droppedFrames = "dropped_frames"
        case encodedFaces = "encoded_faces"
        case heldFaces = "held_faces"
        case droppedFaces = "dropped_faces"
        case latencyMedian = "latency_p50"
        case latency95 = "latency_p95"
        case latencyMaximum = "latency_max"
        case processorShare = "processor_share"
        case outages, outage
    }

    package init() {}
}

/// Keeps the account of a live run, in memory that does not grow.
package struct LiveStatistics {
    package private(set) var progress = LiveProgress()

    /// Latencies in bins of a tenth of a millisecond; what is longer counts in the last.
    private var latencies = [Int32](repeating: 0, count: 20_000)
    private var latencyCount = 0
    private static let binsPerSecond = 10_000.0
    /// The times of the latest captures.
    private var captures = Queue<Double>()
    private static let rateWindow = 3.0
    private let start = MonotonicClock.now
    private let processorStart = Self.processorTime

    package init() {}

    /// Counts an entry whose rows are out at `now`, a monotonic time in seconds.
    package mutating func add(_ entry: FrameEntry, rows: [FaceReading], at now: Double = MonotonicClock.now) {
        if let reason = entry.outage {
            progress.outages += 1
            progress.outage = reason
            return
        }
        progress.outage = nil
        progress.frames += 1
        if !entry.isRead { progress.droppedFrames += 1 }
        for row in rows where row.faceID != nil {
            switch row.status {
            case .ok: progress.encodedFaces += 1
            case .held: progress.heldFaces += 1
            case .dropped: progress.droppedFaces += 1
            default: break
            }
        }
        captures.append(entry.header.captured)
        while let first = captures.first, entry.header.captured - first > Self.rateWindow {
            _ = captures.removeFirst()
        }
        let latency = max(0, now - entry.header.captured)
        progress.latencyMaximum = max(progress.latencyMaximum ?? 0, latency)
        latencies[min(Int(min(latency, 10) * Self.binsPerSecond), latencies.count - 1)] += 1
        latencyCount += 1
    }

    /// Counts frames that were captured and never had a place.
    package mutating func add(lost frames: Int) {
        progress.frames += frames
        progress.droppedFrames += frames
    }

    /// The figures of this moment.
    package mutating func update() -> LiveProgress {
        progress.elapsed = MonotonicClock.now - start
        progress.latencyMedian = quantile(0.5)
        progress.latency95 = quantile(0.95)
        if captures.count > 1, let first = captures.first {
            let span = captures[captures.count - 1] - first
            progress.framesPerSecond = span > 0 ? Double(captures.count - 1) / span : nil
        }
        let cores = Double(ProcessInfo.processInfo.activeProcessorCount)
        progress.processorShare = (Self.processorTime - processorStart) / max(progress.elapsed, 1e-3) / cores
        return progress
    }

    private func quantile(_ share: Double) -> Double? {
        guard latencyCount > 0 else { return nil }
        var rest = Int((share * Double(latencyCount)).rounded(.up))
        for (bin, count) in latencies.enumerated() {
            rest -= Int(count)
            if rest <= 0 { return (Double(bin) + 0.5) / Self.binsPerSecond }
        }
        return progress.latencyMaximum
    }

    /// The processor time of this process in seconds.
    private static var processorTime: Double {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
        return seconds(usage.ru_utime) + seconds(usage.ru_stime)
    }
}
