/// What can go wrong in finding faces. Each message names the file and what was expected.
package enum FaceError: Error, Equatable, CustomStringConvertible {
    /// A file of weights that belongs to the package is not where it was installed.
    case missingWeights(path: String)
    /// A file of weights is there but cannot be used.
    case damagedWeights(path: String, reason: String)

    package var description: String {
        switch self {
        case .missingWeights(let path):
            "\(path): the face detector's weights are missing; expected them beside the program, as installed"
        case .damagedWeights(let path, let reason):
            "\(path): the face detector's weights cannot be used: \(reason)"
        }
    }
}
