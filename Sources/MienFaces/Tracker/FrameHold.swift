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
        package var unseen: Set<Int>

        package init(
            frame: VideoFrame, time: Double, scene: Int, entries: [TrackSet.Entry], unseen: Set<Int> = []
        ) {
            self.frame = frame
            self.time = time
            self.scene = scene
            self.entries = entries
            self.unseen = unseen
        }
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

    package init(options: TrackingOptions) { self.options = options }

    /// The number of frames held.
    package var count: Int { held.count }

    package mutating func append(_ moment: Moment) { held.append(moment) }

    /// The frame that came last, if it is still here.
    package var last: Moment? { held.last }

    /// Adds faces of ``last`` that had been passed over in it.
    package mutating func amendLast(_ entries: [TrackSet.Entry]) {
        held[held.count - 1].entries += entries
        held[held.count - 1].unseen.subtract(entries.map(\.serial))
    }

    /// Hands on all frames that can go.
    package mutating func release(
        isEnd: Bool, verdict: (Int) -> TrackSet.Verdict, emit: (FrameFaces) -> Void
    ) {
        while let first = held.first, isEnd || canGo(first, verdict) {
            let faces = faces(in: first, verdict)
            past.append(Past(time: first.time, scene: first.scene, faces: raw(first, verdict)))
            if past.count > PoseSmoother.liveReach { past.removeFirst() }
            held.removeFirst()
            emit(FrameFaces(frame: first.frame, faces: faces))
        }
    }

    private func canGo(_ first: Moment, _ verdict: (Int) -> TrackSet.Verdict) -> Bool {
        if options.isLive { return true }
        guard held.count > 1 else { return false }
        let age = held[held.count - 1].time - first.time
        if held.count > options.mostFramesHeld || age > options.longestHold { return true }
        let isSmooth = held.count > PoseSmoother.reach || age >= PoseSmoother.longestStep
        return isSmooth && first.entries.allSatisfy { verdict($0.serial) != .open }
    }

    private func raw(
        _ moment: Moment, _ verdict: (Int) -> TrackSet.Verdict
    ) -> [(id: Int, detection: FaceDetection, pose: CropPose)] {
        moment.entries.compactMap { entry in
            guard case .face(let id) = verdict(entry.serial) else { return nil }
            return (id, entry.detection, entry.pose)
        }
    }

    private func faces(in moment: Moment, _ verdict: (Int) -> TrackSet.Verdict) -> [TrackedFace] {
        let present = raw(moment, verdict)
        var faces = present.map { face in
            TrackedFace(
                id: face.id, box: face.detection.box, landmarks: face.detection.landmarks,
                confidence: face.detection.score,
                pose: pose(of: face.id, in: moment, face.pose, verdict) ?? face.pose)
        }
        for serial in moment.unseen {
            guard case .face(let id) = verdict(serial), !present.contains(where: { $0.id == id }) else {
                continue
            }
            if let face = interpolated(id, in: moment, verdict) { faces.append(face) }
        }
        return faces.sorted { $0.id < $1.id }
    }

    /// The smoothed pose of a face that has the given pose, or none, in the first frame held.
    private func pose(
        of id: Int, in moment: Moment, _ own: CropPose?, _ verdict: (Int) -> TrackSet.Verdict
    ) -> CropPose? {
        typealias Sample = PoseSmoother.Sample
        var samples = own.map { [Sample(frames: 0, seconds: 0, pose: $0)] } ?? []
        let reach = options.isLive ? PoseSmoother.liveReach : PoseSmoother.reach
        func add(_ frames: Int, _ time: Double, _ scene: Int, _ pose: CropPose?) {
            guard let pose, scene == moment.scene else { return }
            guard abs(time - moment.time) < PoseSmoother.longestStep else { return }
            samples.append(Sample(frames: frames, seconds: time - moment.time, pose: pose))
        }
        for (steps, before) in past.reversed().prefix(reach).enumerated() {
            add(-1 - steps, before.time, before.scene, before.faces.first { $0.id == id }?.pose)
        }
        for (steps, after) in held.dropFirst().prefix(reach).enumerated() {
            add(1 + steps, after.time, after.scene, raw(after, verdict).first { $0.id == id }?.pose)
        }
        return PoseSmoother.pose(from: samples)
    }

    /// A face that was not looked for in this frame, from the frames beside it.
    private func interpolated(
        _ id: Int, in moment: Moment, _ verdict: (Int) -> TrackSet.Verdict
    ) -> TrackedFace? {
        guard let before = past.last, held.count > 1, before.scene == moment.scene,
            held[1].scene == moment.scene, held[1].time > before.time,
            let old = before.faces.first(where: { $0.id == id }),
            let new = raw(held[1], verdict).first(where: { $0.id == id }),
            let pose = pose(of: id, in: moment, nil, verdict)
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
