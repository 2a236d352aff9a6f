/// The upright box around a face in pixels of the upright frame, x to the right, y downwards from the top left
/// corner; it may reach beyond the frame.
public struct FaceRectangle: Sendable, Equatable {
    /// The left edge.
    public var x: Float
    /// The top edge.
    public var y: Float
    /// The extent to the right.
    public var width: Float
    /// The extent downwards.
    public var height: Float

    /// Creates a box.
    public init(x: Float, y: Float, width: Float, height: Float) {
        self.x = x
        self.y = y
        self.width = width
        self.height = height
    }
}
