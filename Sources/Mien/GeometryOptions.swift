/// What is measured of a face besides its expression and action units: ``FaceReading/geometry``.
public struct GeometryOptions: Sendable, Codable, Equatable {
    /// The camera's focal length in pixels of the upright frame; nil for 0.8 times its longer side, an ordinary
    /// webcam's. Distances are proportional to it.
    public var focalLength: Double?
    /// Whether ``FaceReading/blendshapes`` are scored, too.
    public var hasBlendshapes: Bool

    /// Where the 478 points of every face go, as safetensors: `landmarks` [rows, 1434], `frame` and `face`; nil for nowhere.
    /// A file that is there is replaced. Of a clip; pictures that are read together have none.
    public var landmarks: String?

    /// The defaults.
    public init(focalLength: Double? = nil, hasBlendshapes: Bool = false, landmarks: String? = nil) {
        self.focalLength = focalLength
        self.hasBlendshapes = hasBlendshapes
        self.landmarks = landmarks
    }
}
