import MienTensor

/// Finds faces with the two BlazeFace networks.
///
/// A search looks at the whole picture twice: with the short-range network, which sees faces that fill a
/// good part of it, and with the full-range network on a larger copy, which sees the small ones and is set
/// to miss none at the price of false alarms. Each candidate is then looked at closely: only what the
/// short-range network, on a square around the candidate, also calls a face stays.
///
/// A detector owns its working memory, its results included: one queue at a time uses it. It allocates when
/// the size of the pictures changes, and where a caller still holds the results of the call before.
package final class FaceDetector: FaceDetecting {
    private let settings: DetectorSettings
    private let workers: Workers
    private let fullRange: FullRangeNetwork
    private var maps: FullRangeNetwork.Maps?
    private let sampler = RegionSampler(turnedSide: 1)
    // One for each worker, so that candidates are looked at side by side.
    private let looks: [CloseLook]

    private var detections: [FaceDetection] = []
    private var candidates: [FaceDetection] = []
    private var verified: [FaceDetection?] = []
    private var suppression: WeightedSuppression
    private var faces: [FaceDetection] = []

    /// Creates a detector with the weights that belong to this module.
    package convenience init(workers: Workers) throws(FaceError) {
        try self.init(workers: workers, settings: DetectorSettings())
    }

    package init(workers: Workers, settings: DetectorSettings) throws(FaceError) {
        self.settings = settings
        self.workers = workers
        fullRange = try FullRangeNetwork(DetectorWeights(resource: "blazeface-full"))
        let source = try DetectorWeights(resource: "blazeface-short")
        var looks: [CloseLook] = []
        for _ in 0..<max(1, workers.count) {
            looks.append(try CloseLook(source))
        }
        self.looks = looks
        suppression = WeightedSuppression(overlap: settings.overlap)
        detections.reserveCapacity(4096)
        candidates.reserveCapacity(256)
        verified.reserveCapacity(settings.candidateLimit)
    }

    package func search(_ image: Image) -> [FaceDetection] {
        detections.removeAll(keepingCapacity: true)
        searchShortRange(image)
        searchFullRange(image)
        candidates.removeAll(keepingCapacity: true)
        suppression(&detections, to: &candidates)
        if candidates.count > settings.candidateLimit {
            candidates.removeLast(candidates.count - settings.candidateLimit)
        }
        verify(in: image)
        faces.removeAll(keepingCapacity: true)
        suppression(&detections, to: &faces)
        return faces
    }

    package func look(at center: Point, side: Float, roll: Float, in image: Image) -> [FaceDetection] {
        looks[0].faces(
            at: center, side: side, roll: roll, in: image, threshold: settings.lookThreshold,
            workers: Workers(count: 1))
    }

    private func searchShortRange(_ image: Image) {
        let center = Point(x: Float(image.width) / 2, y: Float(image.height) / 2)
        // From further off once more: a face that fills the picture is too near otherwise.
        for distance in settings.shortRangeSides {
            let region = Region(
                center: center, side: Float(max(image.width, image.height)) * distance, roll: 0,
                pixels: ShortRangeNetwork.side)
            looks[0].appendDetections(
                in: region, of: image, threshold: settings.shortRangeThreshold,
                workers: Workers(count: 1), to: &detections)
        }
    }

    private func searchFullRange(_ image: Image) {
        let size = settings.fullRangeSize(width: image.width, height: image.height)
        let maps: FullRangeNetwork.Maps
        if let current = self.maps, (current.input.width, current.input.height) == size {
            maps = current
        } else {
            // The old maps go first: the two sizes need not fit in memory together.
            self.maps = nil
            maps = FullRangeNetwork.Maps(fullRange, width: size.width, height: size.height)
            self.maps = maps
        }
        let region = Region(fitting: image, width: size.width, height: size.height)
        sampler(image, region, into: maps.input)
        let first = detections.count
        fullRange(maps, workers: workers)
            .appendFaces(threshold: settings.fullRangeThreshold, to: &detections)
        for index in first..<detections.count {
            detections[index] = region.imageFace(detections[index])
        }
    }

    /// Looks closely at each candidate and puts what is found there into `detections`.
    private func verify(in image: Image) {
        verified.removeAll(keepingCapacity: true)
        verified.append(contentsOf: repeatElement(nil, count: candidates.count))
        verified.withUnsafeMutableBufferPointer { verified in
            // Calls that run at the same time have different slots, hence different networks.
            workers.run(candidates.count) { index, slot in
                verified[index] = Self.closeLook(looks[slot], candidates[index], image, settings)
            }
        }
        detections.removeAll(keepingCapacity: true)
        for case .some(let face) in verified {
            detections.append(face)
        }
    }

    /// What two looks agree on, the second one centred on what the first one saw.
    private static func closeLook(
        _ look: CloseLook, _ candidate: FaceDetection, _ image: Image, _ settings: DetectorSettings
    ) -> FaceDetection? {
        func face(around box: FaceBox, side: Float) -> FaceDetection? {
            look.faces(
                at: box.center, side: max(box.width, box.height) * side, roll: 0, in: image,
                threshold: settings.firstLookThreshold, workers: Workers(count: 1)
            ).first { $0.box.overlap(candidate.box) > settings.overlap }
        }
        guard let first = face(around: candidate.box, side: settings.closeLookSides.first),
            var second = face(around: first.box, side: settings.closeLookSides.second)
        else { return nil }
        second.score = (first.score * second.score).squareRoot()
        return second.score >= settings.closeLookThreshold ? second : nil
    }
}
