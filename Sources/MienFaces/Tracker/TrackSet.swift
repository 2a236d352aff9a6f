/// All tracks, and the rules by which they begin, get an identity, are lost and end.
///
/// - A good detection that is nobody's begins a tentative track. The second good sighting confirms it,
///   within 0.3 s or in the next frame; it then has its identity from the first sighting on.
/// - A tentative track that had no second chance, because the input or the scene ended, is confirmed too.
/// - A confirmed track that is not found is lost, and forgotten after the memory's length.
/// - A new face that looks like a lost one takes over its identity, if no other lost one looks similar. One
///   that comes out from behind something is hard to recognise at first; then the decision waits a little.
/// - Identities count up from 0 and are never given twice.
package struct TrackSet: Sendable {
    /// What a frame contributes to a track.
    package struct Entry: Sendable {
        package var serial: Int
        package var detection: FaceDetection
        package var pose: CropPose
    }

    // A picture that lasts no longer than this, in frames and seconds, may be a flash.
    private static let flashFrames = 2
    private static let flashTime = 0.2
    private static let confirmationTime = 0.3
    private static let recognitionTime = 0.25
    // A face unlike the one that was in its place may still turn out to be the same in the next frames.
    private static let strangerTime = 0.16
    // Frames farther apart than this are pictures of their own: what was seen in one only was there.
    private static let stillTime = 0.1
    private static let liveScore: Float = 0.7
    // How much more a face must look like one lost face than like the next.
    private static let lead: Float = 0.05
    // Less alike than this, a new face is not a lost one.
    private static let doubt: Float = 0.2
    // The scene of a track that is about to be removed.
    private static let ended = -1

    private let options: TrackingOptions
    package private(set) var tracks: [Track] = []
    private var nextSerial = 0
    private var nextID = 0
    private var frame = -1
    private var time = 0.0
    private var scene = 0
    private var sceneStart: (frame: Int, time: Double)?
    // Identities of tracks that ended while frames may still ask.
    private var endedIDs: [(serial: Int, id: Int, time: Double)] = []
    // Working memory.
    private var matching = Matching()
    private var entries: [Entry] = []

    package init(options: TrackingOptions) { self.options = options }

    /// Moves to the next frame: brings all motion forward and settles what the change of scene settles.
    package mutating func advance(by step: Double, change: SceneHistory.Change, scene: Int) {
        if change != .none { leaveScene(isFlash: change == .comeback && isYoung) }
        frame += 1
        time += step
        self.scene = scene
        if change != .none { sceneStart = (frame, time) }
        for index in tracks.indices {
            tracks[index].motion.predict(step, isLost: tracks[index].isLost || tracks[index].scene != scene)
        }
        forget()
    }

    /// The sightings of this frame that continue tracks: for each track an index, or nil.
    package mutating func match(_ sightings: [Sighting]) -> [Int?] {
        matching(tracks, sightings, time: time, scene: scene)
    }

    /// Takes in the sightings of this frame.
    ///
    /// - Parameters:
    ///   - matches: What ``match(_:)`` returned for them.
    ///   - unseen: The serials of tracks that were not searched for in this frame.
    package mutating func take(_ sightings: [Sighting], matches: [Int?], unseen: [Int]) -> [Entry] {
        precondition(matches.count == tracks.count, "\(matches.count) matches for \(tracks.count) tracks")
        entries.removeAll(keepingCapacity: true)
        for (index, match) in matches.enumerated() {
            if let match {
                let isCrowded = self.isCrowded(index, sightings, match)
                tracks[index].update(
                    sightings[match], time: time, frame: frame, scene: scene, isCrowded: isCrowded)
                entries.append(entry(tracks[index]))
            } else if tracks[index].scene == scene && !unseen.contains(tracks[index].serial) {
                if !tracks[index].isLost, hasStranger(index, sightings, matches) { replace(index) }
                tracks[index].isLost = true
            }
        }
        let births = sightings.indices
            .filter { !matches.contains($0) && sightings[$0].mayBegin }
            .sorted { sightings[$0].detection.box.x < sightings[$1].detection.box.x }
        for index in births {
            let track = Track(
                serial: nextSerial, sighting: sightings[index], time: time, frame: frame, scene: scene)
            nextSerial += 1
            tracks.append(track)
            entries.append(entry(track))
        }
        confirm()
        return entries
    }

    /// Takes in sightings of the current frame of tracks that had been passed over in it.
    package mutating func takeLate(_ sightings: [Sighting], of serials: [Int]) -> [Entry] {
        let late = tracks.indices.filter { serials.contains(tracks[$0].serial) }
        let matches = matching(late.map { tracks[$0] }, sightings, time: time, scene: scene)
        return zip(late, matches).compactMap { index, match in
            guard let match else { return nil }
            let isCrowded = self.isCrowded(index, sightings, match)
            tracks[index].update(
                sightings[match], time: time, frame: frame, scene: scene, isCrowded: isCrowded)
            return entry(tracks[index])
        }
    }

    /// Settles what is still open when the input ends.
    package mutating func finish() { leaveScene(isFlash: false) }

    package func state(_ serial: Int) -> TrackState {
        if let index = tracks.firstIndex(where: { $0.serial == serial }) {
            return tracks[index].id.map { .identified(id: $0) } ?? .tentative
        }
        return endedIDs.first { $0.serial == serial }.map { .identified(id: $0.id) } ?? .rejected
    }

    private func entry(_ track: Track) -> Entry {
        Entry(
            serial: track.serial, detection: track.last,
            pose: CropPose(track.last, usualRatio: track.usualRatio))
    }

    /// Whether one of the sightings that are nobody's is in the place of a face that was in sight.
    package func hasStranger(among sightings: [Sighting], _ matches: [Int?]) -> Bool {
        tracks.indices.contains { index in
            matches[index] == nil && tracks[index].scene == scene && !tracks[index].isLost
                && hasStranger(index, sightings, matches)
        }
    }

    private func hasStranger(_ index: Int, _ sightings: [Sighting], _ matches: [Int?]) -> Bool {
        sightings.indices.contains {
            !matches.contains($0) && sightings[$0].detection.score >= Association.goodScore
                && sightings[$0].detection.box.overlap(tracks[index].motion.box) > 0.3
        }
    }

    /// Notes that somebody else is in the place of a face that was in sight.
    private mutating func replace(_ index: Int) {
        tracks[index].isReplaced = true
        // One of few pictures a second had no second chance.
        let track = tracks[index]
        if track.id == nil, track.lastFrame == frame - 1, time - track.lastTime >= Self.stillTime {
            identify(index, mayWait: false)
        }
    }

    // MARK: Beginnings

    private var isYoung: Bool {
        guard let sceneStart else { return false }
        return frame - sceneStart.frame < Self.flashFrames && time - sceneStart.time < Self.flashTime
    }

    private mutating func confirm() {
        guard options.isLive || !isYoung else { return }
        for index in tracks.indices where tracks[index].id == nil && tracks[index].scene == scene {
            let isSureAtOnce = options.isLive && tracks[index].last.score >= Self.liveScore
            guard tracks[index].hits >= 2 || isSureAtOnce else { continue }
            identify(index, mayWait: !options.isLive)
        }
        tracks.removeAll { $0.scene == Self.ended }
    }

    /// Gives a tentative track its identity: that of the lost face it is, or a new one.
    ///
    /// While `mayWait` a young face that might be a lost one is left tentative.
    private mutating func identify(_ index: Int, mayWait: Bool) {
        let alike = lostFaces(like: tracks[index])
        let age = time - tracks[index].birthTime
        if let known = Self.clearChoice(alike) {
            tracks[index].id = tracks[known].id
            tracks[index].gallery.add(contentsOf: tracks[known].gallery)
            tracks[index].portraits.add(contentsOf: tracks[known].portraits)
            tracks[index].usualRatio = tracks[known].usualRatio ?? tracks[index].usualRatio
            end(known)
        } else if !mayWait || !alike.contains(where: { $0.isWorthWaiting(for: age) }) {
            tracks[index].id = nextID
            nextID += 1
        }
    }

    private struct Likeness {
        var index: Int
        var similarity: Float
        var isSure: Bool
        /// Whether the lost face would be about here by now: half covered it may look like nobody.
        var isExpected: Bool
        /// The distance from where the lost face was last seen, in face widths.
        var distance: Float
        /// Whether the portraits say that it is somebody else.
        var isStranger: Bool

        /// Whether a face that came `age` seconds ago may yet be recognised as this one.
        func isWorthWaiting(for age: Double) -> Bool {
            age < (isStranger ? strangerTime : recognitionTime) && (similarity >= doubt || isExpected)
        }
    }

    /// The track that a new face surely is. Among several it might be by its looks, place decides.
    private static func clearChoice(_ alike: [Likeness]) -> Int? {
        guard let best = alike.first, best.isSure else { return nil }
        let rivals = alike.dropFirst().filter { best.similarity - $0.similarity < lead }
        if rivals.isEmpty { return best.index }
        let nearest = ([best] + rivals).sorted { $0.distance < $1.distance }
        let isApart = nearest[0].distance < 0.6 && nearest[1].distance > 1.2
        return isApart && nearest[0].isSure ? nearest[0].index : nil
    }

    /// The lost faces a track may be, most similar first.
    private func lostFaces(like track: Track) -> [Likeness] {
        let alike = tracks.indices.compactMap { index -> Likeness? in
            let other = tracks[index]
            // Someone who was in sight together with this face is someone else.
            guard other.id != nil, other.scene != Self.ended, other.lastFrame < track.birthFrame,
                let similarity = other.similarity(track)
            else { return nil }
            var needed = Association.sureSimilarity
            var isExpected = false
            if other.scene == scene {
                if Association.isOnPath(other, track.birthBox, track.birthTime) {
                    needed = Association.pathSimilarity
                    isExpected = true
                }
                if Association.isContinuation(track, of: other) {
                    needed = Association.hiddenSimilarity
                    isExpected = true
                }
            }
            let isStranger =
                needed > Association.hiddenSimilarity && track.isStranger(other, similarity: similarity)
            let way = (other.last.box.center - track.birthBox.center).length
            return Likeness(
                index: index, similarity: similarity, isSure: similarity >= needed && !isStranger,
                isExpected: isExpected, distance: way / track.birthBox.width, isStranger: isStranger)
        }
        return alike.sorted { $0.similarity > $1.similarity }
    }

    // MARK: Ends

    private mutating func leaveScene(isFlash: Bool) {
        for index in tracks.indices where tracks[index].id == nil && tracks[index].scene == scene {
            // Seen once, in the last frame it could be seen in.
            if !isFlash && (tracks[index].hits >= 2 || tracks[index].birthFrame == frame) {
                identify(index, mayWait: false)
            }
        }
        tracks.removeAll { $0.scene == Self.ended || $0.id == nil }
    }

    private mutating func forget() {
        tracks.removeAll { track in
            guard track.id == nil else { return false }
            let hadItsChance = frame - track.birthFrame > 1
            return hadItsChance && time - track.birthTime > Self.confirmationTime
        }
        for index in tracks.indices where time - tracks[index].lastTime > options.memory { end(index) }
        tracks.removeAll { $0.scene == Self.ended }
        endedIDs.removeAll { time - $0.time > 2 * options.maximumDelay + 1 }
    }

    /// Marks a track as gone; its frames may still wait to be handed on.
    private mutating func end(_ index: Int) {
        if let id = tracks[index].id { endedIDs.append((tracks[index].serial, id, time)) }
        tracks[index].scene = Self.ended
    }

    /// Whether two faces are, or were a moment ago, where a box is.
    package func isCrowded(_ box: FaceBox) -> Bool {
        tracks.count {
            $0.scene == scene && !$0.isReplaced && time - $0.lastTime <= 1
                && $0.motion.box.sharedArea(box) > 0
        } > 1
    }

    private func isCrowded(_ index: Int, _ sightings: [Sighting], _ own: Int) -> Bool {
        let box = sightings[own].detection.box
        let meetsFace = sightings.indices.contains {
            $0 != own && sightings[$0].detection.box.overlap(box) > 0.1
        }
        let meetsTrack = tracks.indices.contains {
            $0 != index && tracks[$0].scene == scene && tracks[$0].id != nil
                && !tracks[$0].isReplaced && time - tracks[$0].lastTime <= 1
                && tracks[$0].motion.box.overlap(box) > 0.3
        }
        return meetsFace || meetsTrack
    }
}
