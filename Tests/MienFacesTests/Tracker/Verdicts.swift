import MienFaces
import MienVideo

/// What the tracker made of a film, held against the truth.
struct Outcome {
    /// The faces of each frame, in order.
    var frames: [FrameFaces] = []
    /// For each actor, the identity in each frame, or nil where it had no row.
    var identities: [[Int?]] = []
    /// Frames where a well visible actor had no row, per actor.
    var missing: [Int] = []
    /// Rows that are nobody.
    var ghosts = 0
    var searches = 0
    var looks = 0
    /// The largest number of frames that were inside the tracker at once.
    var maximumDelayed = 0

    /// Rows of an actor whose identity differs from the one before.
    var switches: Int {
        identities.reduce(0) { sum, row in
            let ids = row.compactMap { $0 }
            return sum + zip(ids, ids.dropFirst()).count { $0 != $1 }
        }
    }
    /// Identities beyond one per actor.
    var fragments: Int { identities.reduce(0) { $0 + max(Set($1.compactMap { $0 }).count - 1, 0) } }
    /// Identities given to more than one actor.
    var merges: Int {
        let owners = identities.map { Set($0.compactMap { $0 }) }
        let all = owners.flatMap { $0 }
        return all.count - Set(all).count
    }

    /// The identities an actor had, in order, without repetition.
    func ids(_ actor: Int) -> [Int] {
        identities[actor].compactMap { $0 }.reduce(into: []) { if $0.last != $1 { $0.append($1) } }
    }
}

extension World {
    /// Shows the frames at `times` to a tracker.
    func run(_ times: [Double], _ options: TrackingOptions = TrackingOptions(), stamps: [Double]? = nil)
        -> Outcome
    {
        let tracker = FaceTracker(detector: self, options: options)
        var outcome = Outcome()
        for (index, time) in times.enumerated() {
            now = time
            var frame = self.frame(index, at: time)
            if let stamps { frame.timestamp = stamps[index] }
            tracker.process(frame) { outcome.frames.append($0) }
            outcome.maximumDelayed = max(outcome.maximumDelayed, index + 1 - outcome.frames.count)
        }
        tracker.finish { outcome.frames.append($0) }
        outcome.searches = tracker.searchCount
        outcome.looks = tracker.regionCount
        judge(&outcome, times)
        return outcome
    }

    private func judge(_ outcome: inout Outcome, _ times: [Double]) {
        outcome.identities = actors.map { _ in [Int?](repeating: nil, count: times.count) }
        outcome.missing = actors.map { _ in 0 }
        for (index, frame) in outcome.frames.enumerated() {
            var free = frame.faces
            let nearestFirst = actors.indices.sorted { actors[$0].depth > actors[$1].depth }
            for actor in nearestFirst {
                guard let (box, visible) = sight(of: actor, at: times[index]), visible > 0.4 else { continue }
                let best = free.indices.max { free[$0].box.overlap(box) < free[$1].box.overlap(box) }
                if let best, free[best].box.overlap(box) > 0.5 {
                    outcome.identities[actor][index] = free.remove(at: best).id
                } else if visible > 0.95 {
                    outcome.missing[actor] += 1
                }
            }
            outcome.ghosts += free.count
        }
    }

    /// The times of frames at a constant rate.
    static func times(_ seconds: Double, rate: Double = 24) -> [Double] {
        (0..<Int(seconds * rate)).map { Double($0) / rate }
    }
}
