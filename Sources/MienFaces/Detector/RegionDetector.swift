import MienImage
import MienTensor

/// The short-range network on one region of an image at a time.
final class RegionDetector {
    private let network: ShortRangeNetwork
    private let sampler = RegionSampler(turnedSide: ShortRangeNetwork.side)
    private var detections: [FaceDetection] = []
    private var suppression = WeightedSuppression()
    private var faces: [FaceDetection] = []

    init(_ source: NetworkWeights) throws(FaceError) {
        network = try ShortRangeNetwork(source)
        detections.reserveCapacity(896)
    }

    /// Appends the detections in `region` with a score of at least `threshold` to `faces`, in image
    /// pixels: several for each face.
    func appendDetections(
        in region: Region, of image: Image, threshold: Float, workers: Workers,
        to faces: inout [FaceDetection]
    ) {
        sampler(image, region, into: network.input)
        let first = faces.count
        for predictions in network(workers: workers) {
            predictions.appendFaces(threshold: threshold, to: &faces)
        }
        for index in first..<faces.count {
            faces[index] = region.imageFace(faces[index])
        }
    }

    /// The faces in the square region, best first, in image pixels.
    func faces(
        at center: Point, side: Float, roll: Float, in image: Image, threshold: Float, workers: Workers,
        isBordered: Bool = false
    ) -> [FaceDetection] {
        // Also not where the image would be a speck; NaN fails every comparison.
        let maximum = 16 * Float(max(image.width, image.height))
        guard side >= 1, side <= maximum, center.isFinite, roll.isFinite else { return [] }
        var region = Region(center: center, side: side, roll: roll, pixels: ShortRangeNetwork.side)
        region.hasGreySurroundings = isBordered
        appendDetections(
            in: region, of: image, threshold: threshold, workers: workers, to: &detections)
        faces.removeAll(keepingCapacity: true)
        suppression(&detections, to: &faces)
        return faces
    }
}
