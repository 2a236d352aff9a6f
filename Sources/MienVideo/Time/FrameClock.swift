/// Gives every frame its time.
///
/// Rules, in this order:
/// 1. Frames keep the container's presentation timestamps (FFmpeg's best-effort timestamp) exactly, even
///    where they jump back, as in joined recordings: a jump starts a new epoch and is reported, nothing is
///    repaired. A frame without one follows the frame before it at the frame rate.
/// 2. If a packet before the first frame has only a decoding timestamp, as in AVI with B-frames, FFmpeg's
///    best effort is off by the reordering delay. Frames come out in presentation order and decoding
///    timestamps rise, so the k-th frame gets the k-th decoding timestamp.
/// 3. If there are no timestamps at all, as in raw H.264, frame k is at k over the frame rate.
package struct FrameClock {
    /// A frame's place in time.
    package struct Reading: Equatable {
        /// The presentation timestamp in units of the time base, or nil where the container gives nothing to
        /// take it from.
        package var pts: Int64?
        /// Seconds from the first frame.
        package var timestamp: Double

        package init(pts: Int64?, timestamp: Double) {
            (self.pts, self.timestamp) = (pts, timestamp)
        }
    }

    private enum Policy { case undecided, presentation, decodingOrder, frameRate }

    private let timeBase: Rational
    /// The frames per second to assume where timestamps are missing.
    private let frameRate: Rational
    private var policy = Policy.undecided

    // What the packets before the first frame had.
    private var packets = 0
    private var withPresentation = 0
    private var withDecoding = 0

    /// The decoding timestamps of packets whose frames are still to come; kept until rule 2 is out.
    private var decodingTimes: [Int64] = []
    private var frames = 0
    /// The first frame's time in units of the time base.
    private var origin: Int64?
    /// The time of the last frame in units of the time base, exact or derived.
    private var last: Int64?

    package private(set) var source = TimeSource.presentation
    package private(set) var epochs = 1
    /// The first jumps, back and forward, in words: a clock that jumps all the time is told of by the counts.
    private var jumps: [String] = []
    private var forwardJumps = 0
    /// The number of frames at the time of the frame before them, and the first of them, from 1.
    private var repeats = 0
    private var firstRepeat = 0

    /// A step of this many seconds or more is no pause of a recording but a jump of its clock.
    package static let jump = 1800.0
    private static let mostJumps = 3

    /// A clock that counts in `timeBase`, and for frames without timestamps in frames of `frameRate`.
    package init(timeBase: Rational, frameRate: Rational?) {
        self.timeBase = timeBase
        self.frameRate = frameRate ?? Self.assumedFrameRate
    }

    /// The frame rate of inputs that have neither timestamps nor a rate, as FFmpeg assumes it too.
    static let assumedFrameRate = Rational(25, 1)

    /// Takes note of a packet that goes to the decoder.
    package mutating func packetSent(pts: Int64?, dts: Int64?) {
        switch policy {
        case .undecided:
            packets += 1
            if pts != nil { withPresentation += 1 }
            if dts != nil { withDecoding += 1 }
            if let dts { decodingTimes.append(dts) }
        case .decodingOrder:
            if let dts { decodingTimes.append(dts) }
        case .presentation, .frameRate:
            break
        }
    }

    /// Takes note that the decoder refused a packet: no frame will come of it.
    package mutating func packetLost(dts: Int64?) {
        guard let dts, let index = decodingTimes.lastIndex(of: dts) else { return }
        decodingTimes.remove(at: index)
    }

    /// The time of the next frame in presentation order, whose best-effort timestamp is `bestEffort`.
    package mutating func frameDecoded(bestEffort: Int64?) -> Reading {
        if policy == .undecided { decide(bestEffort: bestEffort) }
        defer { frames += 1 }
        switch policy {
        case .undecided, .frameRate:
            return Reading(pts: nil, timestamp: seconds(steps: frames))
        case .decodingOrder:
            guard !decodingTimes.isEmpty else { return Reading(pts: nil, timestamp: advance(to: next)) }
            let time = decodingTimes.removeFirst()
            return Reading(pts: time, timestamp: advance(to: time))
        case .presentation:
            if let bestEffort {
                if origin == nil, frames > 0 {
                    // The frames before this one had no timestamp: it tells where they were.
                    origin = bestEffort &- ticks(steps: frames)
                }
                return Reading(pts: bestEffort, timestamp: advance(to: bestEffort))
            }
            source = .presentationWithGaps
            if origin == nil { return Reading(pts: nil, timestamp: seconds(steps: frames)) }
            return Reading(pts: nil, timestamp: advance(to: next))
        }
    }

    private mutating func decide(bestEffort: Int64?) {
        if packets > 0, withPresentation < packets, withDecoding == packets {
            policy = .decodingOrder
            source = .decodingOrder
        } else {
            decodingTimes = []
            if bestEffort == nil, withPresentation == 0, withDecoding == 0 {
                policy = .frameRate
                source = .frameRate
            } else {
                policy = .presentation
            }
        }
    }

    /// One frame after the last one, in units of the time base.
    private var next: Int64 { (last ?? 0) &+ max(ticks(steps: 1), 1) }

    private mutating func advance(to time: Int64) -> Double {
        let start = origin ?? time
        origin = start
        let now = seconds(ticks: time &- start)
        if let last {
            let before = seconds(ticks: last &- start)
            if time < last {
                epochs += 1
                note("time jumps back", from: before, to: now, count: epochs - 1)
            } else if now - before >= Self.jump {
                forwardJumps += 1
                note("time jumps forward", from: before, to: now, count: forwardJumps)
            } else if time == last {
                repeats += 1
                if repeats == 1 { firstRepeat = frames + 1 }
            }
        }
        last = time
        return now
    }

    private mutating func note(_ jump: String, from: Double, to: Double, count: Int) {
        guard count <= Self.mostJumps else { return }
        jumps.append("\(jump) from \(from.inSeconds) to \(to.inSeconds) at frame \(frames + 1)")
    }

    /// What is wrong with the clock, in sentences.
    package var warnings: [String] {
        var warnings = jumps
        if forwardJumps > Self.mostJumps { warnings.append("time jumps forward \(forwardJumps) times") }
        if epochs - 1 > Self.mostJumps { warnings.append("time jumps back \(epochs - 1) times") }
        if repeats > 0 {
            let frames = repeats == 1 ? "1 frame has" : "\(repeats) frames have"
            warnings.append(
                "time stands still: \(frames) the time of the frame before, from frame \(firstRepeat) on")
        }
        return warnings
    }

    private func ticks(steps: Int) -> Int64 {
        // Damaged headers state rates and time bases that multiply to anything.
        Int64(min((Double(steps) / frameRate.value / timeBase.value).rounded(), 1e15))
    }

    private func seconds(steps: Int) -> Double {
        Double(steps * frameRate.denominator) / Double(frameRate.numerator)
    }

    private func seconds(ticks: Int64) -> Double {
        let (product, overflow) = ticks.multipliedReportingOverflow(by: Int64(timeBase.numerator))
        return overflow
            ? Double(ticks) * timeBase.value : Double(product) / Double(timeBase.denominator)
    }
}
