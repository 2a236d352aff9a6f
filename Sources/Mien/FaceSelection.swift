import MienFaces

/// Which of a frame's faces are read.
public enum FaceSelection: Sendable, Equatable, Codable, CustomStringConvertible {
    /// Every face.
    case all
    /// The given number of faces, the largest boxes of the frame first.
    case largest(Int)

    /// What the command line calls it: `all`, `largest`, or a number.
    public var description: String {
        switch self {
        case .all: "all"
        case .largest(1): "largest"
        case .largest(let count): "\(count)"
        }
    }

    /// The selected faces, in order of their ids.
    func select(from faces: [TrackedFace]) -> [TrackedFace] {
        guard case .largest(let count) = self, faces.count > count else { return faces }
        return
            faces
            .sorted { ($0.box.width * $0.box.height, $1.id) > ($1.box.width * $1.box.height, $0.id) }
            .prefix(count)
            .sorted { $0.id < $1.id }
    }
}
