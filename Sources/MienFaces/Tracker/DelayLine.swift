import MienVideo

/// Delays frames until it is known who is in them, and hands them on in order.
///
/// A frame leaves when no track in it is tentative any more and the frames after it that smoothing needs are
/// here, at the latest after the times and counts in ``TrackingOptions``.
package struct DelayLine {
    /// A frame with what the tracker found in it.
    package struct Moment {
        package var frame: VideoFrame
        /// The media time.
        package var time: Double
        package var scene: Int
        package var entries: [TrackSet.Entry]
        /// The tracks that were not searched for here; their faces are interpolated.
        package var unseen: [Int]
    }

    /// What is kept of a frame that has left.
    private struct Past {
        var time: Double
        var scene: Int
        var faces: [(id: Int, detection: FaceDetection, pose: CropPose)]
    }

    private let options: TrackingOptions
    private var moments: [Moment] = []
    private var past: [Past] = []
    // Working memory: of moments that have left, of the faces handed on, and of the poses smoothed.
    private var spare: [(entries: [TrackSet.Entry], unseen: [Int])] = []
    private var faces: [TrackedFace] = []
    private var samples: [PoseSmoother.Sample] = []

    package init(options: TrackingOptions) { self.options = options }

    /// The number of frames that wait.
    package var count: Int { moments.count }

    /// Takes the next frame with what was found in it, and the tracks that were not searched for.
    package mutating func append(
        _ frame: VideoFrame, time: Double, scene: Int, entries: [TrackSet.Entry], unseen: [Int]
    ) {
        var lists = spare.popLast() ?? ([], [])
        lists.entries.append(contentsOf: entries)
        lists.unseen.append(contentsOf: unseen)
        moments.append(
            Moment(frame: frame, time: time, scene: scene, entries: lists.entries, unseen: lists.unseen))
    }

    /// The frame that came last, if it is still here.
    package var last: Moment? { moments.last }

    /// Adds faces of ``last`` that had been passed over in it.
    package mutating func amendLast(_ entries: [TrackSet.Entry]) {
        moments[moments.count - 1].entries += entries
        moments[moments.count - 1].unseen.removeAll { serial in entries.contains { $0.serial == serial } }
    }

    /// Hands on all frames that can go.
    package mutating func release(
        isEnd: Bool, state: (Int) -> TrackState, emit: (FrameFaces) -> Void
    ) {
        while !moments.isEmpty, isEnd || canGo(state) {
            collectFaces(state)
            let frame = moments[0].frame
            leave(state)
            emit(FrameFaces(frame: frame, faces: faces))
        }
    }

    /// Moves the first moment to the past.
    private mutating func leave(_ state: (Int) -> TrackState) {
        var moment = moments.removeFirst()
        var latest =
            past.count == PoseSmoother.liveReach ? past.removeFirst() : Past(time: 0, scene: 0, faces: [])
        latest.time = moment.time
        latest.scene = moment.scene
        latest.faces.removeAll(keepingCapacity: true)
        for entry in moment.entries {
            guard case .identified(let id) = state(entry.serial) else { continue }
            latest.faces.append((id, entry.detection, entry.pose))
        }
        past.append(latest)
        moment.entries.removeAll(keepingCapacity: true)
        moment.unseen.removeAll(keepingCapacity: true)
        spare.append((moment.entries, moment.unseen))
    }

    private func canGo(_ state: (Int) -> TrackState) -> Bool {
        if options.isLive { return true }
        guard moments.count > 1 else { return false }
        let age = moments[moments.count - 1].time - moments[0].time
        if moments.count > options.maximumFrames || age > options.maximumDelay { return true }
        let isSmooth = moments.count > PoseSmoother.reach || age >= PoseSmoother.maximumStep
        return isSmooth && moments[0].entries.allSatisfy { state($0.serial) != .tentative }
    }

    /// What is known of a face in a moment that waits.
    private func entry(
        of id: Int, in moment: Moment, _ state: (Int) -> TrackState
    ) -> TrackSet.Entry? {
        moment.entries.first { state($0.serial) == .identified(id: id) }
    }

    /// Puts together the faces of the first frame that waits.
    private mutating func collectFaces(_ state: (Int) -> TrackState) {
        faces.removeAll(keepingCapacity: true)
        for entry in moments[0].entries {
            guard case .identified(let id) = state(entry.serial) else { continue }
            faces.append(
                TrackedFace(
                    id: id, box: entry.detection.box, landmarks: entry.detection.landmarks,
                    confidence: entry.detection.score,
                    pose: pose(of: id, entry.pose, state) ?? entry.pose))
        }
        for serial in moments[0].unseen {
            guard case .identified(let id) = state(serial), entry(of: id, in: moments[0], state) == nil
            else { continue }
            if let face = interpolated(id, state) { faces.append(face) }
        }
        faces.sort { $0.id < $1.id }
    }

    /// The smoothed pose of a face that has the given pose, or none, in the first frame that waits.
    private mutating func pose(
        of id: Int, _ own: CropPose?, _ state: (Int) -> TrackState
    ) -> CropPose? {
        samples.removeAll(keepingCapacity: true)
        if let own { samples.append(PoseSmoother.Sample(frames: 0, seconds: 0, pose: own)) }
        let reach = options.isLive ? PoseSmoother.liveReach : PoseSmoother.reach
        for steps in 0..<min(reach, past.count) {
            let before = past[past.count - 1 - steps]
            let pose = before.faces.first { $0.id == id }?.pose
            addSample(-1 - steps, before.time, before.scene, pose)
        }
        for steps in 0..<min(reach, moments.count - 1) {
            let after = moments[1 + steps]
            addSample(1 + steps, after.time, after.scene, entry(of: id, in: after, state)?.pose)
        }
        return PoseSmoother.pose(from: samples)
    }

    /// Adds a pose to smooth with, unless it is of another scene or too far from the first frame that waits.
    private mutating func addSample(_ frames: Int, _ time: Double, _ scene: Int, _ pose: CropPose?) {
        guard let pose, scene == moments[0].scene else { return }
        let seconds = time - moments[0].time
        guard abs(seconds) < PoseSmoother.maximumStep else { return }
        samples.append(PoseSmoother.Sample(frames: frames, seconds: seconds, pose: pose))
    }

    /// A face that was not searched for in this frame, from the frames beside it.
    private mutating func interpolated(_ id: Int, _ state: (Int) -> TrackState) -> TrackedFace? {
        let moment = moments[0]
        guard let before = past.last, moments.count > 1, before.scene == moment.scene,
            moments[1].scene == moment.scene, moments[1].time > before.time,
            let old = before.faces.first(where: { $0.id == id }),
            let new = entry(of: id, in: moments[1], state),
            let pose = pose(of: id, nil, state)
        else { return nil }
        let share = Float((moment.time - before.time) / (moments[1].time - before.time))
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
