/// One row of the timeline: one face in one frame, or a frame without a face.
///
/// A plain value without references. Anything that was not measured is nil, never 0.
public struct FaceReading: Sendable, Equatable {
    /// The number of the frame among the decoded frames of the input, from 1.
    public var frame: Int
    /// The identity of the face, from 0, stable through the input; nil if the frame has no face, which is
    /// -1 in a table.
    public var faceID: Int?
    /// Seconds from the first frame, from the container's presentation timestamps.
    public var timestamp: Double
    /// The face detector's score, 0...1.
    public var confidence: Float?
    /// What became of the frame or of this face in it.
    public var status: FrameStatus
    /// The presentation timestamp in units of the stream's time base; nil if the container had none.
    public var pts: Int64?
    /// Where the face is.
    public var box: FaceRectangle?
    /// The expression probabilities of this frame alone; in a `held` row, of the frame encoded last.
    public var expression: ExpressionScores?
    /// The action unit probabilities of this frame alone; in a `held` row, of the frame encoded last.
    public var actionUnits: ActionUnitScores?
    /// The expression probabilities smoothed over time.
    public var smoothedExpression: ExpressionScores?
    /// The action unit probabilities smoothed over time.
    public var smoothedActionUnits: ActionUnitScores?
    /// The smoothed action units relative to the face's ``Baseline``; nil unless the run has one.
    public var relativeActionUnits: RelativeActionUnits?
    /// Head pose, eyes, gaze and mouth of this frame; nil unless the run measures them and the face has a mesh.
    public var geometry: FaceGeometry?
    /// The blendshapes of this frame; nil as ``geometry`` is.
    public var blendshapes: BlendshapeScores?

    /// Whether a face was found and its raw scores stand: the `success` column.
    public var isSuccess: Bool { status.isSuccess }

    /// Creates a row; smoothing fills in what it leaves out.
    public init(
        frame: Int, faceID: Int?, timestamp: Double, confidence: Float? = nil, status: FrameStatus,
        pts: Int64? = nil, box: FaceRectangle? = nil, expression: ExpressionScores? = nil,
        actionUnits: ActionUnitScores? = nil, smoothedExpression: ExpressionScores? = nil,
        smoothedActionUnits: ActionUnitScores? = nil
    ) {
        self.frame = frame
        self.faceID = faceID
        self.timestamp = timestamp
        self.confidence = confidence
        self.status = status
        self.pts = pts
        self.box = box
        self.expression = expression
        self.actionUnits = actionUnits
        self.smoothedExpression = smoothedExpression
        self.smoothedActionUnits = smoothedActionUnits
    }
}
