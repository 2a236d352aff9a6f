import MienTensor
import MienVideo

/// Finds the faces in the frames of a video and follows each under one identity.
///
/// The whole frame is searched at the start, after a cut, when a face is lost, and otherwise at the pace of
/// what changes in it (``SearchSchedule``); between searches each known face is looked at where its motion
/// should have taken it. What is found is pooled, told apart (``Association``), and added to
/// the tracks (``TrackSet``). Frames leave in order, a little later (``FrameHold``), with boxes the detector
/// found in that very frame; a face that was not found has none. With many faces, see
/// ``TrackingOptions/alternatesAbove``.
///
/// The same frames give the same faces. Not thread-safe: it belongs to one queue.
package final class FaceTracker {
    private let detector: any FaceDetecting
    private let options: TrackingOptions
    private var clock = MediaClock()
    private var scenes: SceneHistory
    private var schedule: SearchSchedule
    private var tracks: TrackSet
    private var hold: FrameHold
    private var frameNumber = 0

    /// How many searches and looks the detector has been asked for.
    package private(set) var searchCount = 0
    package private(set) var lookCount = 0

    package init(detector: any FaceDetecting, options: TrackingOptions = TrackingOptions()) {
        precondition(
            options.longestHold >= 0 && options.mostFramesHeld > PoseSmoother.reach,
            "a hold of \(options.longestHold) s and \(options.mostFramesHeld) frames")
        self.detector = detector
        self.options = options
        scenes = SceneHistory(memory: options.memory)
        schedule = SearchSchedule(interval: options.searchInterval)
        tracks = TrackSet(options: options)
        hold = FrameHold(options: options)
    }

    /// Takes in the next frame, and hands on all frames that are settled by it, none or several.
    package func process(_ frame: VideoFrame, emit: (FrameFaces) -> Void) {
        let step = clock.advance(to: frame.timestamp)
        let signature = FrameSignature(frame.image)
        let change = scenes.observe(signature, at: clock.time)
        if change != .none { catchUp() }
        tracks.advance(by: step, change: change, scene: scenes.current)

        var pool = DetectionPool()
        let isSearched = change != .none || isSearchDue(signature, frame.image)
        if isSearched { search(frame.image, signature, &pool) }
        let unseen = look(frame.image, found: isSearched ? pool.distinct().map(\.detection.box) : nil, &pool)
        var sightings = sightings(pool, frame.image)
        var matches = tracks.match(sightings)
        if !isSearched && hasLoss(matches, unseen) {
            schedule.want()
            if isSearchDue(signature, frame.image) {
                search(frame.image, signature, &pool)
                sightings = self.sightings(pool, frame.image)
                matches = tracks.match(sightings)
            }
        }
        let entries = tracks.take(sightings, matches: matches, unseen: unseen)
        hold.append(
            FrameHold.Moment(
                frame: frame, time: clock.time, scene: scenes.current, entries: entries, unseen: unseen))
        frameNumber += 1
        hold.release(isEnd: false, verdict: tracks.verdict, emit: emit)
    }

    /// Hands on the frames still held. Nothing may be processed afterwards.
    package func finish(emit: (FrameFaces) -> Void) {
        catchUp()
        tracks.finish()
        hold.release(isEnd: true, verdict: tracks.verdict, emit: emit)
    }

    private func isSearchDue(_ signature: FrameSignature, _ image: Image) -> Bool {
        let known = tracks.tracks.filter { !$0.isLost && $0.scene == scenes.current }.map(\.motion.box)
        let decision = schedule.decision(
            at: clock.time, signature, known: known, width: image.width, height: image.height)
        guard decision == .glance else { return decision == .search }
        schedule.glanced(at: clock.time)
        lookCount += 1
        let side = Float(max(image.width, image.height))
        let center = Point(x: Float(image.width) / 2, y: Float(image.height) / 2)
        // A glance only raises the question; the search answers it.
        return detector.look(at: center, side: side, roll: 0, in: image).contains { face in
            !known.contains { $0.overlap(face.box) > 0.2 }
        }
    }

    private func search(_ image: Image, _ signature: FrameSignature, _ pool: inout DetectionPool) {
        searchCount += 1
        schedule.searched(at: clock.time, signature)
        pool.add(searched: detector.search(image))
    }

    /// Looks at each known face; returns the serials of those whose turn it was not.
    private func look(_ image: Image, found: [FaceBox]?, _ pool: inout DetectionPool) -> Set<Int> {
        let plan = LookPlan(
            tracks.tracks, scene: scenes.current, time: clock.time, frame: frameNumber, found: found,
            options: options)
        for region in plan.regions { look(at: region, image, &pool) }
        return plan.unseen
    }

    private func look(at region: LookPlan.Region, _ image: Image, _ pool: inout DetectionPool) {
        guard region.touches(image) else { return }
        let scales = options.looksTwice ? LookPlan.doubleScales : [LookPlan.scale]
        let results = scales.map { scale in
            detector.look(at: region.center, side: scale * region.faceSide, roll: region.roll, in: image)
        }
        lookCount += scales.count
        let detections = results.count == 2 ? DetectionPool.averaged(results[0], results[1]) : results[0]
        pool.add(looked: detections, center: region.center, side: LookPlan.scale * region.faceSide)
    }

    /// Looks at the faces passed over in the last frame, when no next one will show where they were.
    private func catchUp() {
        guard let moment = hold.last, !moment.unseen.isEmpty else { return }
        var pool = DetectionPool()
        for track in tracks.tracks where moment.unseen.contains(track.serial) {
            look(at: LookPlan.Region(track, time: moment.time), moment.frame.image, &pool)
        }
        let late = sightings(pool, moment.frame.image).filter { sighting in
            !moment.entries.contains { $0.detection.box.overlap(sighting.detection.box) > 0.4 }
        }
        hold.amendLast(tracks.takeLate(late, of: moment.unseen))
    }

    private func sightings(_ pool: DetectionPool, _ image: Image) -> [Sighting] {
        pool.distinct().map { find in
            Sighting(
                find.detection, appearance: FaceAppearance(of: find.detection.box, in: image),
                isSearched: find.isSearched)
        }
    }

    /// Whether a face that was in sight until now has not been found.
    private func hasLoss(_ matches: [Int?], _ unseen: Set<Int>) -> Bool {
        zip(tracks.tracks, matches).contains { track, match in
            match == nil && !track.isLost && track.scene == scenes.current && !unseen.contains(track.serial)
        }
    }
}

extension LookPlan.Region {
    /// Whether a face here could be seen at all.
    func touches(_ image: Image) -> Bool {
        let reach = faceSide / 2
        return center.isFinite && faceSide.isFinite && faceSide >= 1 && center.x > -reach && center.y > -reach
            && center.x < Float(image.width) + reach && center.y < Float(image.height) + reach
    }
}
