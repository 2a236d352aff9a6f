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
        faces.filter { includes($0, of: faces) }
    }

    /// Whether `face`, one of `faces`, is selected.
    func includes(_ face: TrackedFace, of faces: [TrackedFace]) -> Bool {
        guard case .largest(let count) = self, faces.count > count else { return true }
        let area = face.box.width * face.box.height
        let before = faces.count { ($0.box.width * $0.box.height, face.id) > (area, $0.id) }
        return before < count
    }
}
