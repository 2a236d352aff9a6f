import MienHash
import MienTable
import MienTimeline

/// The last step of a run with a baseline: rows on their way out get their relative action units.
///
/// Belongs to one run and one thread. After the run it says what was found out.
package final class RelativeRows {
    private var subtraction: BaselineSubtraction
    private let source: BaselineSource

    /// The step that `configuration` asks for, or nil if it asks for none.
    ///
    /// - Parameter isLive: Whether no row may wait for the end of the interval it lies in.
    /// - Throws: ``MienError/configuration(_:)`` if the baseline is one of another model.
    init?(_ configuration: Configuration, model: Model, isLive: Bool = false) throws(MienError) {
        guard let source = configuration.baseline else { return nil }
        self.source = source
        do { subtraction = try BaselineSubtraction(source, holdsBack: !isLive) } catch {
            throw .configuration("\(error)")
        }
        try model.check(source)
    }

    func push(_ reading: FaceReading, emit: (FaceReading) throws -> Void) throws {
        try subtraction.push(reading, emit: emit)
    }

    func finish(emit: (FaceReading) throws -> Void) throws {
        try subtraction.finish(emit: emit)
    }

    /// What the user should know about the baselines.
    var warnings: [String] { subtraction.warnings }

    /// The baselines of the run's faces.
    var baselines: [RunMetadata.FaceBaseline] {
        if case .stored(let stored) = source { return [.init(face: nil, baseline: stored.baseline)] }
        return subtraction.baselines.sorted { $0.key < $1.key }.map {
            .init(face: $0.key, baseline: $0.value)
        }
    }
}

extension Model {
    /// Checks that a stored baseline is about this model's numbers.
    ///
    /// - Throws: ``MienError/configuration(_:)`` if it is not.
    package func check(_ source: BaselineSource?) throws(MienError) {
        guard case .stored(let stored) = source else { return }
        let hash = try fingerprint()
        guard stored.model.sha256 == hash else {
            throw .configuration(
                "the baseline of \(stored.input) is one of the model \(stored.model.name) "
                    + "(\(stored.model.sha256?.prefix(12) ?? "no hash")), not of \(name) (\(hash.prefix(12))); "
                    + "'mien calibrate' with this model makes another")
        }
    }
}

extension BaselineSource {
    /// What tells this source from another in a run's options: the interval, or a hash of the stored baseline.
    var identity: String {
        switch self {
        case .interval: return description
        case .stored(let stored):
            let hash = ContentHash()
            stored.json().withUnsafeBytes { hash.update($0) }
            return "stored " + hash.finish().prefix(16)
        }
    }
}
