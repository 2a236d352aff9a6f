/// Finds places for labels and panels, near their faces and on none, and keeps them still.
///
/// A thing stays on the side of its face where it was as long as that is free, follows its face only when that has
/// moved by more than a small distance, and appears again only after there has been room for a while: places
/// that flicker cannot be read.
package struct Placement<Key: Hashable> {
    /// Where something lies, seen from its face.
    package enum Side: Int, CaseIterable {
        case above, below, right, left, insideTop, insideBottom, topRight, topLeft, bottomRight, bottomLeft
    }

    /// Something that is to be placed: a size and the sides it may go to, the best first.
    package struct Choice {
        package var key: Key
        package var width: Double
        package var height: Double
        package var sides: [Side]

        package init(key: Key, width: Double, height: Double, sides: [Side]) {
            (self.key, self.width, self.height, self.sides) = (key, width, height, sides)
        }
    }

    private struct Memory {
        var key: Key
        var side: Side
        var rect: Rect
    }

    /// What the face has now; nil if there was no room.
    private var memory: Memory?
    /// The frames in a row in which there has been room for what is not shown.
    private var waited = 0
    private var isNew = true

    package init() {}

    /// Places one of `choices` next to `body`, or none.
    ///
    /// - Parameters:
    ///   - leash: How far the face may move before the thing follows.
    ///   - patience: The frames in a row for which there must have been room before it appears again.
    ///   - isFree: Whether it may lie there.
    package mutating func place(
        _ choices: [Choice], at body: Rect, bounds: Rect, gap: Double, leash: Double, patience: Int,
        isFree: (Rect) -> Bool
    ) -> (key: Key, rect: Rect)? {
        defer { isNew = false }
        if let memory,
            let choice = choices.first(where: { $0.key == memory.key && $0.sides.contains(memory.side) })
        {
            let ideal = Self.ideal(choice, memory.side, body: body, bounds: bounds, gap: gap)
            var kept = ideal
            kept.x = memory.rect.x + Self.excess(ideal.x - memory.rect.x, leash)
            kept.y = memory.rect.y + Self.excess(ideal.y - memory.rect.y, leash)
            for rect in [kept.moved(into: bounds), ideal] where rect.isInside(bounds) && isFree(rect) {
                return remember(choice, memory.side, rect)
            }
        }
        for choice in choices {
            for side in choice.sides {
                let rect = Self.ideal(choice, side, body: body, bounds: bounds, gap: gap)
                guard rect.isInside(bounds), isFree(rect) else { continue }
                if memory == nil, !isNew, waited < patience {
                    waited += 1
                    return nil
                }
                return remember(choice, side, rect)
            }
        }
        memory = nil
        waited = 0
        return nil
    }

    private mutating func remember(_ choice: Choice, _ side: Side, _ rect: Rect) -> (key: Key, rect: Rect) {
        memory = Memory(key: choice.key, side: side, rect: rect)
        waited = 0
        return (choice.key, rect)
    }

    /// How much of `distance` is more than the leash.
    private static func excess(_ distance: Double, _ leash: Double) -> Double {
        abs(distance) <= leash ? 0 : distance - (distance > 0 ? leash : -leash)
    }

    private static func ideal(_ choice: Choice, _ side: Side, body: Rect, bounds: Rect, gap: Double) -> Rect {
        var rect = Rect(x: body.x, y: body.y, width: choice.width, height: choice.height)
        switch side {
        case .above: rect.y = body.y - gap - rect.height
        case .below: rect.y = body.bottom + gap
        case .right: rect.x = body.right + gap
        case .left: rect.x = body.x - gap - rect.width
        case .insideTop: break
        case .insideBottom: rect.y = body.bottom - rect.height
        case .topLeft: (rect.x, rect.y) = (bounds.x, bounds.y)
        case .topRight: (rect.x, rect.y) = (bounds.right - rect.width, bounds.y)
        case .bottomLeft: (rect.x, rect.y) = (bounds.x, bounds.bottom - rect.height)
        case .bottomRight: (rect.x, rect.y) = (bounds.right - rect.width, bounds.bottom - rect.height)
        }
        // Along the face it may slide, away from it may not.
        switch side {
        case .above, .below: rect.x = rect.moved(into: bounds).x
        case .right, .left: rect.y = rect.moved(into: bounds).y
        default: rect = rect.moved(into: bounds)
        }
        rect.x = rect.x.rounded()
        rect.y = rect.y.rounded()
        return rect
    }
}
