import MienTimeline

/// What the table says of one frame, as far as it is drawn.
package struct OverlayFrame: Sendable {
    /// The number of the frame, from 1.
    package var number: Int
    /// Seconds from the first frame.
    package var timestamp: Double
    /// What became of the frame; nil if the table has no row for it.
    package var status: FrameStatus?
    package var faces: [OverlayFace]

    package init(number: Int, timestamp: Double, status: FrameStatus?, faces: [OverlayFace] = []) {
        (self.number, self.timestamp) = (number, timestamp)
        (self.status, self.faces) = (status, faces)
    }
}

/// One face of a frame.
package struct OverlayFace: Sendable {
    package var id: Int
    package var box: FaceRectangle
    package var status: FrameStatus
    /// The label, which a person may have corrected in the table.
    package var label: FacialExpression?
    package var expression: ExpressionScores?
    package var actionUnits: ActionUnitScores?
    /// Where head and eyes point.
    package var geometry: FaceGeometry?

    package init(
        id: Int, box: FaceRectangle, status: FrameStatus = .ok, label: FacialExpression? = nil,
        expression: ExpressionScores? = nil, actionUnits: ActionUnitScores? = nil,
        geometry: FaceGeometry? = nil
    ) {
        (self.id, self.box, self.status) = (id, box, status)
        self.geometry = geometry
        (self.label, self.expression, self.actionUnits) = (label, expression, actionUnits)
    }
    /// Whether a live run saw the face here without time to encode it, and its scores are those it had a moment ago.
    ///
    /// That may change with every frame: it is marked by less than a dashed box, which would flicker.
    var showsEarlierScores: Bool { status == .dropped && label != nil }
}
