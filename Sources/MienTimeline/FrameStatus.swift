/// What became of a frame, or of a face in it: the `status` column.
public enum FrameStatus: String, CaseIterable, Sendable {
    /// The face was found and encoded: the row has raw scores.
    case ok
    /// The frame was decoded and searched, and has no face.
    case noFace = "no_face"
    /// Not encoded on purpose: the frame lies between two encoded ones.
    case skipped
    /// Not encoded because a live run could not keep up.
    case dropped
    /// The decoder reported errors in this frame.
    case decodeError = "decode_error"

    /// Whether a face of such a row counts as being there, so that its track goes on and the row has
    /// smoothed scores: it was measured, or left out on purpose.
    public var continuesTrack: Bool { self == .ok || self == .skipped }
}
