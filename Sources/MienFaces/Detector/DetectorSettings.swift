/// What the search for faces is tuned by.
package struct DetectorSettings: Sendable {
    /// The least score of the short-range network on the whole picture.
    package var shortRangeThreshold: Float = 0.5
    /// The sides of the short-range network's squares around the whole picture, in longer sides of it.
    package var shortRangeSides: [Float] = [1, 1.6]
    /// The least side of a part in which there is room for faces that only the short-range network sees, in
    /// longer sides of the picture.
    package var shortRangePart: Float = 0.16
    /// The least score of the full-range network. Low, because each candidate is verified.
    package var fullRangeThreshold: Float = 0.15
    /// The least score that ``FaceDetector/detect(at:side:roll:in:)`` returns.
    package var regionThreshold: Float = 0.4
    /// The least score of the first detection around a candidate for there to be a second one.
    package var firstVerificationThreshold: Float = 0.5
    /// The least score of both detections together.
    package var verificationThreshold: Float = 0.64
    /// The sides of the squares of the two detections, in sides of the box: of the candidate's, then of the
    /// first detection's.
    package var verificationSides: (first: Float, second: Float) = (3.0, 2.4)
    /// Above this score a face is surely not one that is turned further than ``furthestRoll`` and taken for
    /// upright, as the networks do with the eyes and mouth of some.
    package var uprightScore: Float = 0.83
    /// How far faces may be turned either way to be seen as they are, in radians: a quarter.
    package var furthestRoll = Float.pi / 2
    /// The angles at which faces are searched for that are turned further.
    package var turnedRolls: [Float] = [2 * .pi / 3, -2 * .pi / 3, .pi]
    /// The least score of both detections of such a face, and how much it must exceed that of an upright one there.
    package var turnedThreshold: Float = 0.7
    package var turnedLead: Float = 0.03
    /// The sides of the squares in which a picture that seems to have no face is searched again within a grey
    /// border, in longer sides of it.
    package var borderedSides: [Float] = [1.25, 1.6, 2]
    /// The intersection over union above which two detections are of the same face.
    package var overlap: Float = 0.3
    /// The largest number of candidates verified, best first.
    package var candidateLimit = 64

    /// The shorter side of the full-range network's input, in pixels: faces of 6 % of it are 27 wide.
    package var fullRangeSide = 448.0
    /// The most pixels of that input, which bounds the time for long, narrow pictures.
    package var fullRangeArea = 448.0 * 1120
    /// The longest side of that input.
    package var fullRangeLength = 4096.0
    /// How far around a part of a picture the full-range network sees, in pixels of its input, at least: a
    /// face is told by what is around it.
    package var partMargin = 32.0
    /// Pictures are not enlarged more than this: there is nothing more to see.
    package var enlargement = 2.0

    package init() {}

    /// The size of the full-range network's input for pictures of the given size: whole cells.
    package func fullRangeSize(width: Int, height: Int) -> (width: Int, height: Int) {
        let (width, height) = (Double(width), Double(height))
        let scale = min(
            fullRangeSide / min(width, height), (fullRangeArea / (width * height)).squareRoot(),
            fullRangeLength / max(width, height), enlargement)
        let cell = FullRangeNetwork.cell
        func cells(_ length: Double) -> Int {
            // A cell is not added for a remainder of less than a pixel.
            max(1, Int(((length * scale - 1) / Double(cell)).rounded(.up)))
        }
        return (cell * cells(width), cell * cells(height))
    }
}
