import MienImage
import MienVideo

/// Finds the faces in the frames of a video and follows each under one identity.
///
/// The whole frame is searched at the start, after a cut and when a face is lost, and otherwise its parts at
/// the pace of what changes in them (``SearchSchedule``); between searches each known face is detected where
/// its motion should have taken it. What is found is pooled, told apart (``Association``), and added to the
/// tracks (``TrackSet``). Frames leave in order, a little later (``DelayLine``), with boxes the detector found
/// in that very frame; a face that was not found has none. With many faces, see
/// ``TrackingOptions/alternatesAbove``.
///
/// The same frames give the same faces. Not thread-safe: it belongs to one queue. What it works with it keeps:
/// frames in which nothing begins or ends allocate nothing.
package final class FaceTracker {
    private let detector: any FaceDetecting
    private let options: TrackingOptions
    private var clock = MediaClock()
    private var scenes: SceneHistory
    private var schedule: SearchSchedule
    private var tracks: TrackSet
    private var delayLine: DelayLine
    private var frameNumber = 0

    // Working memory, taken anew by every frame. An array that others still use is left to them.
    private var signatures = SignaturePool()
    private var pool = DetectionPool()
    private var plan = RegionPlan()
    private var sightings: [Sighting] = []
    private var known: [FaceBox] = []

    /// How many searches and regions the detector has been asked for.
    package private(set) var searchCount = 0
    package private(set) var regionCount = 0

    package init(detector: any FaceDetecting, options: TrackingOptions = TrackingOptions()) {
        precondition(
            options.maximumDelay >= 0 && options.maximumFrames > PoseSmoother.reach,
            "a delay of \(options.maximumDelay) s and \(options.maximumFrames) frames")
        self.detector = detector
        self.options = options
        scenes = SceneHistory(memory: options.memory)
        schedule = SearchSchedule(interval: options.searchInterval)
        tracks = TrackSet(options: options)
        delayLine = DelayLine(options: options)
    }

    /// Searches an empty picture of about the size of those to come, so that the first of them finds all memory there.
    package func prepare(width: Int, height: Int) {
        _ = detector.search(Image(width: width, height: height))
    }

    /// Takes in the next frame, and hands on all frames that are settled by it, none or several.
    package func process(_ frame: VideoFrame, emit: (FrameFaces) -> Void) {
        let step = clock.advance(to: frame.timestamp)
        let signature = signatures.signature(of: frame.image)
        let change = scenes.observe(
            signature, size: PictureSize(width: frame.image.width, height: frame.image.height), at: clock.time
        )
        if change != .none {
            catchUp()
            schedule.restart()
        }
        tracks.advance(by: step, change: change, scene: scenes.current)

        pool.removeAll()
        let isSearched = isSearchDue(signature, frame.image)
        if isSearched { search(frame.image, signature) }
        let isWhole = isSearched && schedule.isWhole
        detectKnown(frame.image, found: isWhole ? pool.distinct() : nil)
        collectSightings(frame.image)
        var matches = tracks.match(sightings)
        if !isWhole && hasLoss(matches) {
            schedule.want(atOnce: tracks.hasStranger(among: sightings, matches))
            if isSearchDue(signature, frame.image) {
                search(frame.image, signature)
                collectSightings(frame.image)
                matches = tracks.match(sightings)
            }
        }
        let entries = tracks.take(sightings, matches: matches, unseen: plan.unseen)
        delayLine.append(
            frame, time: clock.time, scene: scenes.current, entries: entries, unseen: plan.unseen)
        frameNumber += 1
        delayLine.release(isEnd: false, state: { tracks.state($0) }, emit: emit)
    }

    /// Hands on the frames that still wait. Nothing may be processed afterwards.
    package func finish(emit: (FrameFaces) -> Void) {
        catchUp()
        tracks.finish()
        delayLine.release(isEnd: true, state: { tracks.state($0) }, emit: emit)
    }

    private func isSearchDue(_ signature: FrameSignature, _ image: Image) -> Bool {
        known.removeAll(keepingCapacity: true)
        for track in tracks.tracks where !track.isLost && track.scene == scenes.current {
            known.append(track.motion.box)
        }
        let decision = schedule.decision(
            at: clock.time, signature, known: known, width: image.width, height: image.height)
        guard decision == .overview else { return decision == .search }
        schedule.noteOverview(at: clock.time)
        regionCount += 1
        let side = Float(max(image.width, image.height))
        let center = Point(x: Float(image.width) / 2, y: Float(image.height) / 2)
        // An overview only raises the question; the search answers it.
        return detector.detect(at: center, side: side, roll: 0, in: image).contains { face in
            !known.contains { $0.overlap(face.box) > 0.2 }
        }
    }

    private func search(_ image: Image, _ signature: FrameSignature) {
        searchCount += 1
        schedule.searched(at: clock.time, signature)
        pool.add(searched: detector.search(image, in: schedule.parts))
    }

    /// Detects each known face whose turn it is, where it should be.
    private func detectKnown(_ image: Image, found: [DetectionPool.Find]?) {
        plan.update(
            tracks.tracks, scene: scenes.current, time: clock.time, frame: frameNumber, found: found,
            options: options)
        for region in plan.regions { detect(at: region, image) }
    }

    private func detect(at region: RegionPlan.Region, _ image: Image) {
        guard region.touches(image) else { return }
        let detections: [FaceDetection]
        if options.detectsTwice {
            let scales = RegionPlan.doubleScales
            detections = DetectionPool.averaged(
                detect(at: region, scales.first, image), detect(at: region, scales.second, image))
        } else {
            detections = detect(at: region, RegionPlan.scale, image)
        }
        pool.add(inRegion: detections, center: region.center, side: RegionPlan.scale * region.faceSide)
    }

    private func detect(at region: RegionPlan.Region, _ scale: Float, _ image: Image) -> [FaceDetection] {
        regionCount += 1
        return detector.detect(
            at: region.center, side: scale * region.faceSide, roll: region.roll, in: image)
    }

    /// Detects the faces passed over in the last frame, when no next one will show where they were.
    private func catchUp() {
        guard let moment = delayLine.last, !moment.unseen.isEmpty else { return }
        pool.removeAll()
        for track in tracks.tracks where moment.unseen.contains(track.serial) {
            detect(at: RegionPlan.Region(track, time: moment.time), moment.frame.image)
        }
        collectSightings(moment.frame.image)
        let late = sightings.filter { sighting in
            !moment.entries.contains { $0.detection.box.overlap(sighting.detection.box) > 0.4 }
        }
        delayLine.amendLast(tracks.takeLate(late, of: moment.unseen))
    }

    private func collectSightings(_ image: Image) {
        sightings.removeAll(keepingCapacity: true)
        let finds = pool.distinct()
        for (index, find) in finds.enumerated() {
            let face = find.detection
            // Of two that overlap one hides part of the other.
            let isAlone =
                !tracks.isCrowded(face.box)
                && !finds.indices.contains {
                    $0 != index && finds[$0].detection.box.sharedArea(face.box) > 0
                }
            sightings.append(
                Sighting(
                    face, appearance: FaceAppearance(of: face.box, in: image),
                    portrait: isAlone ? FacePortrait(face, in: image) : nil, isSearched: find.isSearched))
        }
    }

    /// Whether a face that was in sight until now has not been found.
    private func hasLoss(_ matches: [Int?]) -> Bool {
        let tracks = tracks.tracks
        return tracks.indices.contains { index in
            matches[index] == nil && !tracks[index].isLost && tracks[index].scene == scenes.current
                && !plan.unseen.contains(tracks[index].serial)
        }
    }
}

extension RegionPlan.Region {
    /// Whether a face here could be seen at all.
    func touches(_ image: Image) -> Bool {
        let reach = faceSide / 2
        return center.isFinite && faceSide.isFinite && faceSide >= 1 && center.x > -reach && center.y > -reach
            && center.x < Float(image.width) + reach && center.y < Float(image.height) + reach
    }
}
