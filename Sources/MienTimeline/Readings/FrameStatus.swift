/// What became of a frame, or of a face in it: the `status` column.
public enum FrameStatus: String, CaseIterable, Sendable {
    /// The face was found and encoded: the row has raw scores.
    case ok
    /// The frame was decoded and searched, and has no face.
    case noFace = "no_face"
    /// Not encoded on purpose: the frame lies between two encoded ones.
    case skipped
    /// The face was found and looks as it did when it was last encoded, so a live run spared itself the work:
    /// the raw scores are the held ones of that moment.
    case held
    /// Not encoded because a live run could not keep up.
    case dropped
    /// The decoder reported errors in this frame.
    case decodeError = "decode_error"
    /// No frame at all: a live source was lost here. The row has the number between the frames before and after,
    /// and the time at which the loss was noticed.
    case outage

    /// Whether a face was found and its raw scores stand: the `success` column.
    public var isSuccess: Bool { self == .ok || self == .held }

    /// Whether a face of such a row counts as being there, so that its track goes on and the row has smoothed
    /// scores: it was measured, or seen and left out.
    public var continuesTrack: Bool {
        switch self {
        case .ok, .skipped, .held, .dropped: true
        case .noFace, .decodeError, .outage: false
        }
    }
}
