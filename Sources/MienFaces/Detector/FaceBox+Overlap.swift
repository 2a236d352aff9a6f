extension FaceBox {
    var center: Point { Point(x: x + width / 2, y: y + height / 2) }

    /// The boxes' intersection over their union; 0 for a box without area.
    func overlap(_ other: FaceBox) -> Float {
        let across = min(x + width, other.x + other.width) - max(x, other.x)
        let down = min(y + height, other.y + other.height) - max(y, other.y)
        guard across > 0, down > 0 else { return 0 }
        let intersection = across * down
        return intersection / (width * height + other.width * other.height - intersection)
    }
}
