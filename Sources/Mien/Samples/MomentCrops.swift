import MienFaces
import MienTimeline
import MienVideo

/// Tracks all faces of a video as annotating does, and crops those of the wanted moments only.
///
/// Every frame is tracked, because what a face is called and how its crop is steadied depend on what came
/// before. A frame is kept until the next one is there: only then is it known which is nearer to a time.
final class MomentCrops: CropProducer {
    /// Set when no wanted moment is left: the rest of the video need not be decoded.
    let isSatisfied: Cancellation
    /// The samples whose moment the video does not have. Complete when the run has ended.
    var unreached: [Int] {
        (frames.values.joined() + times[nextTime...].map(\.index)).sorted()
    }

    private let tracker: FaceTracker
    private let cropper: FaceCropper
    private let samples: [FaceSample]
    /// The samples of each frame, from 0, that are still to come.
    private var frames: [Int: [Int]] = [:]
    /// The samples that have a time, by time.
    private var times: [(time: Double, index: Int)] = []
    private var nextTime = 0
    private var held: FrameFaces?
    private var step = 0.0

    init(samples: [FaceSample], tracker: FaceTracker, cropper: FaceCropper, isSatisfied: Cancellation) {
        self.samples = samples
        self.tracker = tracker
        self.cropper = cropper
        self.isSatisfied = isSatisfied
        for (index, sample) in samples.enumerated() {
            switch sample.moment {
            case .frame(let number): frames[number - 1, default: []].append(index)
            case .time(let time): times.append((time, index))
            }
        }
        times.sort { ($0.time, $0.index) < ($1.time, $1.index) }
    }

    func process(_ frame: VideoFrame, into filler: BatchFiller) throws {
        var failure: (any Error)?
        tracker.process(frame) { faces in
            do { try advance(to: faces, filler) } catch { failure = failure ?? error }
        }
        if let failure { throw failure }
    }

    func finish(into filler: BatchFiller) throws {
        var failure: (any Error)?
        tracker.finish { faces in
            do { try advance(to: faces, filler) } catch { failure = failure ?? error }
        }
        if let failure { throw failure }
        if let held {
            // The last frame is shown for about as long as the one before it.
            try settle(held, until: held.frame.timestamp + max(1.5 * step, 0.1), filler)
        }
    }

    private func advance(to next: FrameFaces, _ filler: BatchFiller) throws {
        if let held {
            step = next.frame.timestamp - held.frame.timestamp
            try settle(held, until: held.frame.timestamp + step / 2, filler)
        }
        held = next
        if frames.isEmpty && nextTime == times.count { isSatisfied.cancel() }
    }

    /// Crops what is wanted of a frame: by its number, or by a time up to `end`.
    private func settle(_ result: FrameFaces, until end: Double, _ filler: BatchFiller) throws {
        var wanted = frames.removeValue(forKey: result.frame.index) ?? []
        while nextTime < times.count, times[nextTime].time <= end {
            wanted.append(times[nextTime].index)
            nextTime += 1
        }
        let frame = result.frame
        for index in wanted {
            var row = BatchRow(
                frame: frame.index, pts: frame.pts, timestamp: frame.timestamp, status: .noFace, sample: index
            )
            if frame.isDamaged {
                row.status = .decodeError
                try filler.append(row)
            } else if let face = Self.face(samples[index].choice, among: result.faces) {
                row.face = face
                row.status = .ok
                try filler.append(row) { cropper.crop(face, of: frame.image, into: $0) }
            } else {
                try filler.append(row)
            }
        }
    }

    private static func face(_ choice: FaceSample.Choice, among faces: [TrackedFace]) -> TrackedFace? {
        switch choice {
        case .largest:
            return FaceSelection.largest(1).select(from: faces).first
        case .known(let id, nil):
            return faces.first { $0.id == id }
        case .known(_, let box?):
            let place = FaceBox(x: box.x, y: box.y, width: box.width, height: box.height)
            let nearest = faces.max { $0.box.overlap(place) < $1.box.overlap(place) }
            return nearest.flatMap { $0.box.overlap(place) > 0.3 ? $0 : nil }
        }
    }
}

/// Frames of a source until somebody says that it is enough.
final class StoppableStream: FrameStream {
    private let source: any FrameStream
    private let isSatisfied: Cancellation

    init(_ source: any FrameStream, isSatisfied: Cancellation) {
        self.source = source
        self.isSatisfied = isSatisfied
    }

    func next() throws -> VideoFrame? {
        isSatisfied.isCancelled ? nil : try source.next()
    }
}
