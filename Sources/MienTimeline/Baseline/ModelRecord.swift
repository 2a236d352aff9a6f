/// Which model numbers are of, as metadata and stored baselines say it.
public struct ModelRecord: Sendable, Codable, Equatable {
    /// The name in its `mien.json`.
    public var name: String
    /// The folder as the user gave it, or nil for the model that comes with mien.
    public var path: String?
    /// The SHA-256 over its files in hexadecimal.
    public var sha256: String?
    /// The probability from which on each action unit counts as active, by name; nil if the model does not
    /// say.
    public var thresholds: [String: Double]?
    /// The action units that the model itself grades as weak, by name; nil if it grades none so. What they say is too
    /// unsure to be asserted.
    public var weakUnits: [String]?

    /// Creates the description of a model.
    public init(
        name: String, path: String? = nil, sha256: String? = nil, thresholds: [String: Double]? = nil,
        weakUnits: [String]? = nil
    ) {
        self.name = name
        self.path = path
        self.sha256 = sha256
        self.thresholds = thresholds
        self.weakUnits = weakUnits
    }

    enum CodingKeys: String, CodingKey {
        case name, path, sha256
        case thresholds = "au_thresholds"
        case weakUnits = "weak_au"
    }
}
