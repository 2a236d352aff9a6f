import MienImage
import MienTensor

/// Finds faces with the two BlazeFace networks.
///
/// A search runs both on the picture: the short-range network, which sees faces that fill a good part of it, and
/// the full-range network on a larger copy, or on parts of that, which sees the small ones and is set to miss none
/// at the price of false alarms. Each candidate is then verified: only what the short-range network, on a square
/// around the candidate, also calls a face stays.
///
/// A detector owns its working memory, its results included: one queue at a time uses it. It allocates when
/// pictures are larger than any before, and where a caller still holds the results of the call before.
package final class FaceDetector: FaceDetecting {
    private let settings: DetectorSettings
    private let workers: Workers
    private let fullRange: FullRangeNetwork
    private var maps: FullRangeNetwork.Maps?
    private let sampler = RegionSampler(turnedSide: 1)
    // One for each worker, so that candidates are verified side by side.
    private let regionDetectors: [RegionDetector]

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
        fullRange = try FullRangeNetwork(NetworkWeights(resource: "blazeface-full"))
        let source = try NetworkWeights(resource: "blazeface-short")
        var regionDetectors: [RegionDetector] = []
        for _ in 0..<max(1, workers.count) {
            regionDetectors.append(try RegionDetector(source))
        }
        self.regionDetectors = regionDetectors
        suppression = WeightedSuppression(overlap: settings.overlap)
        detections.reserveCapacity(4096)
        candidates.reserveCapacity(256)
        verified.reserveCapacity(settings.candidateLimit)
    }

    package func search(_ image: Image, in parts: [FaceBox]) -> [FaceDetection] {
        detections.removeAll(keepingCapacity: true)
        let least = settings.shortRangePart * Float(max(image.width, image.height))
        if parts.contains(where: { min($0.width, $0.height) >= least }) { searchShortRange(image) }
        for part in parts { searchFullRange(image, part) }
        candidates.removeAll(keepingCapacity: true)
        suppression(&detections, to: &candidates)
        candidates.removeAll { !Self.lies($0.box.center, in: parts, of: image) }
        if candidates.count > settings.candidateLimit {
            candidates.removeLast(candidates.count - settings.candidateLimit)
        }
        verify(in: image)
        faces.removeAll(keepingCapacity: true)
        suppression(&detections, to: &faces)
        if faces.isEmpty, parts.contains(where: { $0.holds(image) }) { searchAgain(image) }
        return faces
    }

    /// Searches a picture that seems to have no face for one that fills it to its edge or is upside down.
    private func searchAgain(_ image: Image) {
        let center = Point(x: Float(image.width) / 2, y: Float(image.height) / 2)
        let longer = Float(max(image.width, image.height))
        func add(_ roll: Float, _ side: Float) {
            var region = Region(
                center: center, side: longer * side, roll: roll, pixels: ShortRangeNetwork.side)
            region.hasGreySurroundings = true
            regionDetectors[0].appendDetections(
                in: region, of: image, threshold: settings.shortRangeThreshold,
                workers: Workers(count: 1), to: &detections)
        }
        for side in settings.borderedSides { add(0, side) }
        for roll in settings.turnedRolls { add(roll, settings.shortRangeSides[0]) }
        candidates.removeAll(keepingCapacity: true)
        suppression(&detections, to: &candidates)
        for candidate in candidates {
            let roll = CropPose(candidate).roll
            let isUpright = abs(roll) <= settings.furthestRoll
            let face = Self.verification(
                regionDetectors[0], candidate.box, roll: isUpright ? 0 : roll, image, settings,
                isBordered: true)
            let threshold = isUpright ? settings.verificationThreshold : settings.turnedThreshold
            if let face, face.score >= threshold { detections.append(face) }
        }
        suppression(&detections, to: &faces)
    }

    /// Whether a place, or what is nearest to it in the image, is in one of the parts.
    private static func lies(_ place: Point, in parts: [FaceBox], of image: Image) -> Bool {
        let nearest = Point(
            x: min(max(place.x, 0), Float(image.width) - 1), y: min(max(place.y, 0), Float(image.height) - 1))
        return parts.contains { $0.contains(nearest) }
    }

    package func detect(at center: Point, side: Float, roll: Float, in image: Image) -> [FaceDetection] {
        regionDetectors[0].faces(
            at: center, side: side, roll: roll, in: image, threshold: settings.regionThreshold,
            workers: Workers(count: 1))
    }

    private func searchShortRange(_ image: Image) {
        let center = Point(x: Float(image.width) / 2, y: Float(image.height) / 2)
        // From further off once more: a face that fills the picture is too near otherwise.
        for distance in settings.shortRangeSides {
            let region = Region(
                center: center, side: Float(max(image.width, image.height)) * distance, roll: 0,
                pixels: ShortRangeNetwork.side)
            regionDetectors[0].appendDetections(
                in: region, of: image, threshold: settings.shortRangeThreshold,
                workers: Workers(count: 1), to: &detections)
        }
    }

    /// Takes of the larger copy the whole cells that `part` and the margin around it touch.
    private func searchFullRange(_ image: Image, _ part: FaceBox) {
        let size = settings.fullRangeSize(width: image.width, height: image.height)
        let whole = Region(fitting: image, width: size.width, height: size.height)
        let columns = cells(from: Double(part.x) - whole.x, Double(part.width), whole.step, of: size.width)
        let rows = cells(from: Double(part.y) - whole.y, Double(part.height), whole.step, of: size.height)
        guard !columns.isEmpty && !rows.isEmpty else { return }

        let maps = maps(width: columns.count, height: rows.count)
        let region = whole.part(x: columns.lowerBound, y: rows.lowerBound)
        sampler(image, region, into: maps.input)
        let first = detections.count
        fullRange(maps, workers: workers)
            .appendFaces(threshold: settings.fullRangeThreshold, to: &detections)
        for index in first..<detections.count {
            detections[index] = region.imageFace(detections[index])
        }
    }

    /// Whole cells of the network's input, in its pixels, around a stretch in image pixels.
    private func cells(from start: Double, _ length: Double, _ step: Double, of size: Int) -> Range<Int> {
        let cell = FullRangeNetwork.cell
        let first = ((start / step - settings.partMargin) / Double(cell)).rounded(.down)
        let last = (((start + length) / step + settings.partMargin) / Double(cell)).rounded(.up)
        let lower = Int(min(max(first, 0), Double(size / cell)))
        return cell * lower..<cell * max(lower, Int(min(max(last, 0), Double(size / cell))))
    }

    /// The maps for an input of this size.
    private func maps(width: Int, height: Int) -> FullRangeNetwork.Maps {
        guard let maps else {
            let maps = FullRangeNetwork.Maps(fullRange, width: width, height: height)
            self.maps = maps
            return maps
        }
        maps.resize(width: width, height: height)
        return maps
    }

    /// Verifies each candidate and puts the faces found there into `detections`.
    private func verify(in image: Image) {
        verified.removeAll(keepingCapacity: true)
        verified.append(contentsOf: repeatElement(nil, count: candidates.count))
        verified.withUnsafeMutableBufferPointer { verified in
            // Calls that run at the same time have different slots, hence different networks.
            workers.run(candidates.count) { index, slot in
                verified[index] = Self.verified(regionDetectors[slot], candidates[index], image, settings)
            }
        }
        detections.removeAll(keepingCapacity: true)
        for case .some(let face) in verified {
            detections.append(face)
        }
    }

    /// The face that `candidate` is, if it is one: as it is seen upright, or turned where that is the better view.
    private static func verified(
        _ detector: RegionDetector, _ candidate: FaceDetection, _ image: Image, _ settings: DetectorSettings
    ) -> FaceDetection? {
        guard let upright = verification(detector, candidate.box, roll: 0, image, settings),
            upright.score >= settings.verificationThreshold
        else { return nil }
        guard upright.score < settings.uprightScore else { return upright }
        var best = upright
        for roll in settings.turnedRolls {
            guard let face = verification(detector, upright.box, roll: roll, image, settings),
                abs(CropPose(face).roll) > settings.furthestRoll,
                face.score >= max(settings.turnedThreshold, upright.score + settings.turnedLead),
                face.score > best.score
            else { continue }
            best = face
        }
        return best
    }

    /// The face on which two detections in a place agree, the second one centred on the first, and turned like it.
    private static func verification(
        _ detector: RegionDetector, _ box: FaceBox, roll: Float, _ image: Image, _ settings: DetectorSettings,
        isBordered: Bool = false
    ) -> FaceDetection? {
        func face(around place: FaceBox, side: Float, roll: Float) -> FaceDetection? {
            detector.faces(
                at: place.center, side: max(place.width, place.height) * side, roll: roll, in: image,
                threshold: settings.firstVerificationThreshold, workers: Workers(count: 1),
                isBordered: isBordered
            ).first { $0.box.overlap(box) > settings.overlap }
        }
        guard let first = face(around: box, side: settings.verificationSides.first, roll: roll),
            var second = face(
                around: first.box, side: settings.verificationSides.second,
                roll: roll == 0 ? 0 : CropPose(first).roll)
        else { return nil }
        second.score = (first.score * second.score).squareRoot()
        return second
    }
}

extension FaceBox {
    /// Whether all of an image is in the box.
    fileprivate func holds(_ image: Image) -> Bool {
        x <= 0 && y <= 0 && x + width >= Float(image.width) && y + height >= Float(image.height)
    }
}
