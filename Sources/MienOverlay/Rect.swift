/// An upright rectangle in pixels, y downwards.
package struct Rect: Equatable, Sendable {
    package var x: Double
    package var y: Double
    package var width: Double
    package var height: Double

    package init(x: Double, y: Double, width: Double, height: Double) {
        (self.x, self.y, self.width, self.height) = (x, y, width, height)
    }

    package var right: Double { x + width }
    package var bottom: Double { y + height }
    package var area: Double { width * height }

    /// The area that it shares with `other`.
    package func overlap(_ other: Rect) -> Double {
        let across = min(right, other.right) - max(x, other.x)
        let down = min(bottom, other.bottom) - max(y, other.y)
        return across > 0 && down > 0 ? across * down : 0
    }

    /// The smallest rectangle around it and `other`.
    package func union(_ other: Rect) -> Rect {
        let (left, top) = (min(x, other.x), min(y, other.y))
        return Rect(
            x: left, y: top, width: max(right, other.right) - left, height: max(bottom, other.bottom) - top)
    }

    /// It, moved into `bounds` as far as it fits there.
    package func moved(into bounds: Rect) -> Rect {
        var moved = self
        moved.x = max(bounds.x, min(x, bounds.right - width))
        moved.y = max(bounds.y, min(y, bounds.bottom - height))
        return moved
    }

    /// Whether it lies within `bounds`.
    package func isInside(_ bounds: Rect) -> Bool {
        x >= bounds.x && y >= bounds.y && right <= bounds.right && bottom <= bounds.bottom
    }

    /// It with `margin` less on every side.
    package func inset(_ margin: Double) -> Rect {
        Rect(
            x: x + margin, y: y + margin, width: max(0, width - 2 * margin),
            height: max(0, height - 2 * margin))
    }
}
