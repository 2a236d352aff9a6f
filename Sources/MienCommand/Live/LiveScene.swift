import MienTimeline

/// What a live run shows of a moment: a plain value, made by whoever runs it, that ``TerminalView`` draws.
package struct LiveScene: Sendable {
    /// What is watched, as the user named it.
    package var source = ""
    /// The size of the picture in pixels, or nil while it is not known.
    package var size: (width: Int, height: Int)?
    /// Frames that come in each second, or nil while there are too few to tell.
    package var framesPerSecond: Double?
    /// Seconds from a frame's arrival to its row, half of the rows being faster; nil while there are none.
    package var latencyMedian: Double?
    /// Seconds from a frame's arrival to its row, 95 % of the rows being faster.
    package var latency95: Double?
    /// The number of frames so far.
    package var frames = 0
    /// The number of frames that never became rows, since there was no time for them.
    package var droppedFrames = 0
    /// The number of rows of faces given out as `dropped`.
    package var droppedRows = 0
    /// The share of the faces' rows that are `held`, 0...1, or nil if nothing is ever held.
    package var heldShare: Double?
    /// Seconds since the run began.
    package var elapsed = 0.0
    /// The faces in sight, in any order.
    package var faces: [Face] = []
    /// What is wrong at the moment, as in `no frames for 4 s, trying again`; nil if nothing is.
    package var outage: String?
    /// Which action units are active.
    package var decisions = ActionUnitDecisions()

    package init() {}

    /// A face in sight.
    package struct Face: Sendable {
        package var id: Int
        package var box: FaceRectangle?
        package var status: FrameStatus
        package var expression: ExpressionScores?
        package var smoothedExpression: ExpressionScores?
        package var actionUnits: ActionUnitScores?
        package var smoothedActionUnits: ActionUnitScores?
        package var geometry: FaceGeometry?

        package init(
            id: Int, box: FaceRectangle? = nil, status: FrameStatus = .ok,
            expression: ExpressionScores? = nil,
            smoothedExpression: ExpressionScores? = nil, actionUnits: ActionUnitScores? = nil,
            smoothedActionUnits: ActionUnitScores? = nil
        ) {
            self.id = id
            self.box = box
            self.status = status
            self.expression = expression
            self.smoothedExpression = smoothedExpression
            self.actionUnits = actionUnits
            self.smoothedActionUnits = smoothedActionUnits
        }

        /// The face of a row, or nil if the row has none.
        package init?(_ reading: FaceReading) {
            guard let id = reading.faceID else { return nil }
            self.init(
                id: id, box: reading.box, status: reading.status, expression: reading.expression,
                smoothedExpression: reading.smoothedExpression, actionUnits: reading.actionUnits,
                smoothedActionUnits: reading.smoothedActionUnits)
            geometry = reading.geometry
        }

        /// How much of the picture it takes.
        var area: Double { box.map { Double($0.width) * Double($0.height) } ?? 0 }
    }
}
