/// What a model folder says of itself, for the reader of a report.
package struct ModelCard: Sendable, Codable, Equatable {
    /// The model's name.
    package var name: String
    /// What its scores are good for and what not, a sentence each.
    package var limits: [String]
    /// What it was made from, by what `mien.json` calls it.
    package var provenance: [String: String]
    /// The licence of its weights.
    package var licence: String?

    package init(
        name: String, limits: [String] = [], provenance: [String: String] = [:], licence: String? = nil
    ) {
        self.name = name
        self.limits = limits
        self.provenance = provenance
        self.licence = licence
    }
}
