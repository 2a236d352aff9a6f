/// Finds where one score of one face is high.
///
/// A pure value: it is given the samples there are, one after the other, and is told where they stop.
struct EventDetector: Sendable {
    /// Samples in a row that belong together.
    struct Run: Sendable, Equatable {
        let start: Int64
        let firstFrame: Int
        var lastFrame: Int
        var samples: Int
        var sum: Int64
        var peak: Int32
    }

    let threshold: Hysteresis
    /// The run that goes on.
    private(set) var open: Run?

    init(_ threshold: Hysteresis) {
        self.threshold = threshold
    }

    /// Takes the next sample; returns the run that ends before it, if one does.
    mutating func push(_ score: Int32, at time: Int64, frame: Int) -> Run? {
        guard var run = open else {
            if score >= threshold.on {
                open = Run(
                    start: time, firstFrame: frame, lastFrame: frame, samples: 1, sum: Int64(score),
                    peak: score)
            }
            return nil
        }
        guard score >= threshold.off else { return close() }
        run.lastFrame = frame
        run.samples += 1
        run.sum += Int64(score)
        run.peak = max(run.peak, score)
        open = run
        return nil
    }

    /// Ends the run that goes on, if there is one, and returns it.
    mutating func close() -> Run? {
        defer { open = nil }
        return open
    }
}
