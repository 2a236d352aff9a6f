import MienFaces
import MienTensor
import MienTimeline
import MienVideo

/// The crops of one frame on their way to the encoder.
struct LiveRequest: Sendable {
    let batch: Batch
    /// The scores of each crop.
    let scores: [LiveScores]
}

/// The middle stage of a live run: follows the faces, holds those that look as before, and sends the others to the
/// encoder.
///
/// Belongs to one queue.
final class LiveFaces {
    private let tracker: FaceTracker
    private let cropper: FaceCropper
    private let selection: FaceSelection
    private var memory: FaceMemory?
    private let empty: Channel<Batch>
    private let requests: Channel<LiveRequest>
    private let ledger: LiveLedger
    private let keepsImages: Bool
    private let isLive: Bool
    private let pixels: UnsafeMutableBufferPointer<UInt8>
    /// For a crop that is only compared.
    private let other: UnsafeMutableBufferPointer<UInt8>

    init(
        tracker: FaceTracker, cropper: FaceCropper, configuration: LiveConfiguration, empty: Channel<Batch>,
        requests: Channel<LiveRequest>, ledger: LiveLedger, keepsImages: Bool, isLive: Bool
    ) {
        self.tracker = tracker
        self.cropper = cropper
        selection = configuration.analysis.faces
        memory = configuration.reuseDistance.map { FaceMemory(distance: $0) }
        self.empty = empty
        self.requests = requests
        self.ledger = ledger
        self.keepsImages = keepsImages
        self.isLive = isLive
        pixels = .allocate(capacity: cropper.side * cropper.side * 3)
        other = .allocate(capacity: pixels.count)
    }

    deinit {
        pixels.deallocate()
        other.deallocate()
    }

    /// Takes the next frame, and settles its place in the ledger as far as it can be.
    ///
    /// - Parameters:
    ///   - frame: The frame with the time that the tracker is to see.
    ///   - timestamp: The time of its rows.
    /// - Throws: What ended the encoder.
    func process(_ frame: VideoFrame, timestamp: Double, number: Int, place: Int) throws {
        var found: FrameFaces?
        tracker.process(frame) { found = $0 }
        guard let found else { preconditionFailure("a live tracker hands frames on at once") }
        var row = FaceReading(
            frame: number, faceID: nil, timestamp: timestamp, status: .noFace, pts: frame.pts)
        guard !frame.isDamaged else {
            row.status = .decodeError
            return settle(place, [LiveRow(reading: row)], frame)
        }
        memory?.forget(at: frame.timestamp)
        // A source that waits is never behind, however full the channel is.
        let isBehind = isLive && requests.count > 0
        let faces = selection.select(from: found.faces)
        guard !faces.isEmpty else { return settle(place, [LiveRow(reading: row)], frame) }
        var rows: [LiveRow] = []
        var batch: Batch?
        var sent: [LiveScores] = []
        for face in faces {
            row.faceID = face.id
            row.confidence = face.confidence
            row.box = FaceRectangle(face.box)
            cropper.crop(face, of: frame.image, into: pixels.baseAddress!)
            let signature = memory.map { _ in CropSignature(pixels.baseAddress!, side: cropper.side) }
            if let signature, let scores = held(face, signature, frame, isBehind: isBehind) {
                row.status = .held
                rows.append(LiveRow(reading: row, scores: scores))
                continue
            }
            row.status = .ok
            let scores = LiveScores()
            rows.append(LiveRow(reading: row, scores: scores))
            if batch == nil {
                guard let next = try empty.receive() else { return }
                next.reset()
                batch = next
            }
            guard let batch, !batch.isFull else {
                // More faces than one call of the encoder takes.
                scores.settle(.abandoned)
                continue
            }
            batch.append(BatchRow(frame: frame.index, pts: nil, timestamp: frame.timestamp, status: .ok)) {
                $0.update(from: pixels.baseAddress!, count: pixels.count)
            }
            sent.append(scores)
            if let signature { memory?.send(face.id, signature, at: face.pose, scores, at: frame.timestamp) }
        }
        settle(place, rows, frame)
        guard let batch else { return }
        _ = requests.send(LiveRequest(batch: batch, scores: sent))
    }

    /// The scores that the face still has, if it looks as when it was last encoded: where it is now, or in the very
    /// place where it was then.
    private func held(
        _ face: TrackedFace, _ signature: CropSignature, _ frame: VideoFrame, isBehind: Bool
    ) -> LiveScores? {
        if let scores = memory?.scores(of: face.id, signature, at: frame.timestamp, isBehind: isBehind) {
            return scores
        }
        guard let pose = memory?.pose(of: face.id), pose.trembles(to: face.pose) else { return nil }
        var before = face
        before.pose = pose
        cropper.crop(before, of: frame.image, into: other.baseAddress!)
        let there = CropSignature(other.baseAddress!, side: cropper.side)
        return memory?.scores(of: face.id, there, at: frame.timestamp, isBehind: isBehind)
    }

    private func settle(_ place: Int, _ rows: [LiveRow], _ frame: VideoFrame) {
        ledger.settle(place, rows: rows, image: keepsImages ? frame.image : nil)
    }
}

extension CropPose {
    /// Whether another pose is so close to this one that the detector's trembling may be all there is between them.
    fileprivate func trembles(to other: CropPose) -> Bool {
        let reach = 0.1 * eyeDistance
        return abs(eyeCenter.x - other.eyeCenter.x) < reach && abs(eyeCenter.y - other.eyeCenter.y) < reach
            && abs(eyeDistance - other.eyeDistance) < reach
    }
}
