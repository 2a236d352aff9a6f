import MienCore
import MienFaces
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
    /// The frame before the one that came last.
    private var last: FrameFaces?
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
            case .whole: preconditionFailure("a whole video is not a moment of one")
            }
        }
        times.sort { ($0.time, $0.index) < ($1.time, $1.index) }
    }

    func process(_ frame: VideoFrame, into sink: RowSink) throws {
        try tracker.forEach(processing: frame) { try advance(to: $0, sink) }
    }

    func finish(into sink: RowSink) throws {
        try tracker.forEachRemaining { try advance(to: $0, sink) }
        if let last {
            // The last frame is shown for about as long as the one before it.
            try crop(last, until: last.frame.timestamp + max(1.5 * step, 0.1), sink)
        }
    }

    private func advance(to next: FrameFaces, _ sink: RowSink) throws {
        if let last {
            step = next.frame.timestamp - last.frame.timestamp
            try crop(last, until: last.frame.timestamp + step / 2, sink)
        }
        last = next
        if frames.isEmpty && nextTime == times.count { isSatisfied.cancel() }
    }

    /// Crops what is wanted of a frame: by its number, or by a time up to `end`.
    private func crop(_ result: FrameFaces, until end: Double, _ sink: RowSink) throws {
        var wanted = frames.removeValue(forKey: result.frame.index) ?? []
        while nextTime < times.count, times[nextTime].time <= end {
            wanted.append(times[nextTime].index)
            nextTime += 1
        }
        for index in wanted {
            if result.frame.isDamaged {
                sink.append(sink.row(.decodeError), sample: index)
            } else if let face = Self.face(samples[index].face, among: result.faces) {
                try sink.append(sink.row(.ok, face: face), sample: index) {
                    cropper.crop(face, of: result.frame.image, into: $0)
                }
            } else {
                sink.append(sink.row(.noFace), sample: index)
            }
        }
        try sink.endFrame()
    }

    private static func face(_ wanted: FaceSample.Face?, among faces: [TrackedFace]) -> TrackedFace? {
        guard let wanted else { return FaceSelection.largest(1).select(from: faces).first }
        guard let box = wanted.box else { return faces.first { $0.id == wanted.id } }
        let place = FaceBox(x: box.x, y: box.y, width: box.width, height: box.height)
        let nearest = faces.max { $0.box.overlap(place) < $1.box.overlap(place) }
        return nearest.flatMap { $0.box.overlap(place) > 0.3 ? $0 : nil }
    }
}
