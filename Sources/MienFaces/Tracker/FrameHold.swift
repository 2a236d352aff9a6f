import MienVideo

/// Holds frames back until it is known who is in them, and hands them on in order.
///
/// A frame leaves when every face in it has a verdict and the frames after it that smoothing looks at are
/// here, at the latest after the times and counts in ``TrackingOptions``.
package struct FrameHold {
    /// A frame with what the tracker found in it.
    package struct Moment {
        package var frame: VideoFrame
        /// The media time.
        package var time: Double
        package var scene: Int
        package var entries: [TrackSet.Entry]
        /// The tracks that were not looked for here; their faces are interpolated.
        package var unseen: [Int]
    }

    /// What is kept of a frame that has left.
    private struct Past {
        var time: Double
        var scene: Int
        var faces: [(id: Int, detection: FaceDetection, pose: CropPose)]
    }

    private let options: TrackingOptions
    private var held: [Moment] = []
    private var past: [Past] = []
    // Working memory: of moments that have left, of the faces handed on, and of the poses smoothed.
    private var spare: [(entries: [TrackSet.Entry], unseen: [Int])] = []
    private var faces: [TrackedFace] = []
    private var samples: [PoseSmoother.Sample] = []

    package init(options: TrackingOptions) { self.options = options }

    /// The number of frames held.
    package var count: Int { held.count }

    /// Takes the next frame with what was found in it, and the tracks that were not looked for.
    package mutating func append(
        _ frame: VideoFrame, time: Double, scene: Int, entries: [TrackSet.Entry], unseen: [Int]
    ) {
        var lists = spare.popLast() ?? ([], [])
        lists.entries.append(contentsOf: entries)
        lists.unseen.append(contentsOf: unseen)
        held.append(
            Moment(frame: frame, time: time, scene: scene, entries: lists.entries, unseen: lists.unseen))
    }

    /// The frame that came last, if it is still here.
    package var last: Moment? { held.last }

    /// Adds faces of ``last`` that had been passed over in it.
    package mutating func amendLast(_ entries: [TrackSet.Entry]) {
        held[held.count - 1].entries += entries
        held[held.count - 1].unseen.removeAll { serial in entries.contains { $0.serial == serial } }
    }

    /// Hands on all frames that can go.
    package mutating func release(
        isEnd: Bool, verdict: (Int) -> TrackSet.Verdict, emit: (FrameFaces) -> Void
    ) {
        while !held.isEmpty, isEnd || canGo(verdict) {
            collectFaces(verdict)
            let frame = held[0].frame
            leave(verdict)
            emit(FrameFaces(frame: frame, faces: faces))
        }
    }

    /// Moves the first moment to the past.
    private mutating func leave(_ verdict: (Int) -> TrackSet.Verdict) {
        var moment = held.removeFirst()
        var latest =
            past.count == PoseSmoother.liveReach ? past.removeFirst() : Past(time: 0, scene: 0, faces: [])
        latest.time = moment.time
        latest.scene = moment.scene
        latest.faces.removeAll(keepingCapacity: true)
        for entry in moment.entries {
            guard case .face(let id) = verdict(entry.serial) else { continue }
            latest.faces.append((id, entry.detection, entry.pose))
        }
        past.append(latest)
        moment.entries.removeAll(keepingCapacity: true)
        moment.unseen.removeAll(keepingCapacity: true)
        spare.append((moment.entries, moment.unseen))
    }

    private func canGo(_ verdict: (Int) -> TrackSet.Verdict) -> Bool {
        if options.isLive { return true }
        guard held.count > 1 else { return false }
        let age = held[held.count - 1].time - held[0].time
        if held.count > options.mostFramesHeld || age > options.longestHold { return true }
        let isSmooth = held.count > PoseSmoother.reach || age >= PoseSmoother.longestStep
        return isSmooth && held[0].entries.allSatisfy { verdict($0.serial) != .open }
    }

    /// What is known of a face in a moment that is held.
    private func entry(
        of id: Int, in moment: Moment, _ verdict: (Int) -> TrackSet.Verdict
    ) -> TrackSet.Entry? {
        moment.entries.first { verdict($0.serial) == .face(id: id) }
    }

    /// Puts together the faces of the first frame held.
    private mutating func collectFaces(_ verdict: (Int) -> TrackSet.Verdict) {
        faces.removeAll(keepingCapacity: true)
        for entry in held[0].entries {
            guard case .face(let id) = verdict(entry.serial) else { continue }
            faces.append(
                TrackedFace(
                    id: id, box: entry.detection.box, landmarks: entry.detection.landmarks,
                    confidence: entry.detection.score,
                    pose: pose(of: id, entry.pose, verdict) ?? entry.pose))
        }
        for serial in held[0].unseen {
            guard case .face(let id) = verdict(serial), entry(of: id, in: held[0], verdict) == nil
            else { continue }
            if let face = interpolated(id, verdict) { faces.append(face) }
        }
        faces.sort { $0.id < $1.id }
    }

    /// The smoothed pose of a face that has the given pose, or none, in the first frame held.
    private mutating func pose(
        of id: Int, _ own: CropPose?, _ verdict: (Int) -> TrackSet.Verdict
    ) -> CropPose? {
        samples.removeAll(keepingCapacity: true)
        if let own { samples.append(PoseSmoother.Sample(frames: 0, seconds: 0, pose: own)) }
        let reach = options.isLive ? PoseSmoother.liveReach : PoseSmoother.reach
        for steps in 0..<min(reach, past.count) {
            let before = past[past.count - 1 - steps]
            let pose = before.faces.first { $0.id == id }?.pose
            addSample(-1 - steps, before.time, before.scene, pose)
        }
        for steps in 0..<min(reach, held.count - 1) {
            let after = held[1 + steps]
            addSample(1 + steps, after.time, after.scene, entry(of: id, in: after, verdict)?.pose)
        }
        return PoseSmoother.pose(from: samples)
    }

    /// Adds a pose to smooth with, unless it is of another scene or too far from the first frame held.
    private mutating func addSample(_ frames: Int, _ time: Double, _ scene: Int, _ pose: CropPose?) {
        guard let pose, scene == held[0].scene else { return }
        let seconds = time - held[0].time
        guard abs(seconds) < PoseSmoother.longestStep else { return }
        samples.append(PoseSmoother.Sample(frames: frames, seconds: seconds, pose: pose))
    }

    /// A face that was not looked for in this frame, from the frames beside it.
    private mutating func interpolated(_ id: Int, _ verdict: (Int) -> TrackSet.Verdict) -> TrackedFace? {
        let moment = held[0]
        guard let before = past.last, held.count > 1, before.scene == moment.scene,
            held[1].scene == moment.scene, held[1].time > before.time,
            let old = before.faces.first(where: { $0.id == id }),
            let new = entry(of: id, in: held[1], verdict),
            let pose = pose(of: id, nil, verdict)
        else { return nil }
        let share = Float((moment.time - before.time) / (held[1].time - before.time))
        func mix(_ a: Float, _ b: Float) -> Float { a + share * (b - a) }
        func mix(_ a: Point, _ b: Point) -> Point { a + (b - a).scaled(by: share) }
        let (a, b) = (old.detection, new.detection)
        return TrackedFace(
            id: id,
            box: FaceBox(
                x: mix(a.box.x, b.box.x), y: mix(a.box.y, b.box.y), width: mix(a.box.width, b.box.width),
                height: mix(a.box.height, b.box.height)),
            landmarks: FaceLandmarks(
                leftEye: mix(a.landmarks.leftEye, b.landmarks.leftEye),
                rightEye: mix(a.landmarks.rightEye, b.landmarks.rightEye),
                noseTip: mix(a.landmarks.noseTip, b.landmarks.noseTip),
                mouthCenter: mix(a.landmarks.mouthCenter, b.landmarks.mouthCenter),
                leftTragion: mix(a.landmarks.leftTragion, b.landmarks.leftTragion),
                rightTragion: mix(a.landmarks.rightTragion, b.landmarks.rightTragion)),
            confidence: min(a.score, b.score), pose: pose)
    }
}
