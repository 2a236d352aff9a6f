import MienTimeline
import MienVideo

/// Draws what the table says of each frame into its picture: boxes, labels, bars, and the frame's number, time and
/// status.
///
/// Frames are drawn in order, by one thread: where things lie depends on where they lay before. Nothing is
/// drawn over a face if there is any other way, and a panel with all bars never: it is for faces beside which there is
/// room for one, the others have a label with their active action units.
package final class FrameOverlay {
    private var scene: Scene?
    private var layouts: [Int: FaceLayout] = [:]

    /// Frames after which a face that is gone is forgotten.
    private static let memory = 250
    /// Frames for which there must be room for a panel before it appears again.
    private static let patience = 12

    /// What depends on the size of the picture only.
    private struct Scene {
        var canvas: Canvas
        var painter: Painter
        var style: Style
        var panel: FacePanel
    }

    /// Where a face's label and panel are.
    private struct FaceLayout {
        var tag = Placement<Bool>()
        var shortTag = Placement<Bool>()
        var crowdedTag = Placement<Bool>()
        var panel = Placement<FacePanel.Shape>()
        var frame = 0
    }

    private let decisions: ActionUnitDecisions

    /// - Parameter decisions: Which action units are active.
    package init(decisions: ActionUnitDecisions = ActionUnitDecisions()) {
        self.decisions = decisions
    }

    /// Whether this machine has a font; without one Cairo's own strokes must do.
    package static var hasFont: Bool { Painter(Canvas(width: 16, height: 16)).hasFont }

    /// Draws `frame` on `canvas`, which holds its picture.
    package func draw(_ frame: OverlayFrame, on canvas: Canvas) {
        let scene = scene(for: canvas)
        let faces = frame.faces.sorted { ($0.area, $1.id) > ($1.area, $0.id) }
        for face in faces { layouts[face.id, default: FaceLayout()].frame = frame.number }
        if layouts.count > faces.count {
            layouts = layouts.filter { $0.value.frame > frame.number - Self.memory }
        }
        scene.painter.paint {
            let caption = Caption(frame, style: scene.style, painter: scene.painter)
            draw(faces, besides: caption.rect, in: scene)
            caption.draw(with: scene.painter)
        }
    }

    private func scene(for canvas: Canvas) -> Scene {
        if let scene, scene.canvas === canvas { return scene }
        let painter = Painter(canvas)
        let style = Style(width: canvas.width, height: canvas.height)
        let scene = Scene(
            canvas: canvas, painter: painter, style: style,
            panel: FacePanel(style: style, decisions: decisions, painter: painter))
        if self.scene?.style != style { layouts = [:] }
        self.scene = scene
        return scene
    }

    private func draw(_ faces: [OverlayFace], besides caption: Rect?, in scene: Scene) {
        let (painter, style) = (scene.painter, scene.style)
        let boxes = faces.map { $0.rect(in: painter.bounds) }
        for (face, box) in zip(faces, boxes) {
            painter.outline(
                box, .face(face.id), width: style.stroke, radius: style.radius,
                isDashed: !face.status.isSuccess && !face.showsEarlierScores)
            face.geometry.flatMap(FaceAxes.init)?.draw(in: box, width: style.stroke, with: painter)
        }
        // Labels first: they are small, and every face has one.
        var taken = caption.map { [$0] } ?? []
        var tags: [Rect] = []
        for (index, face) in faces.enumerated() {
            let rect = placeTag(of: face, at: index, boxes: boxes, taken: taken, in: scene)
            tags.append(rect)
            taken.append(rect)
        }
        for (index, face) in faces.enumerated() {
            let panel = placePanel(
                of: face, body: boxes[index].union(tags[index]), boxes: boxes, taken: taken, in: scene)
            let colour = Colour.face(face.id)
            if let panel {
                taken.append(panel.rect)
                scene.panel.draw(face, shape: panel.key, in: panel.rect, colour: colour, with: painter)
            }
            var rect = tags[index]
            let tag = FaceTag(
                face, hasUnits: panel == nil && rect.height > style.line, decisions: decisions,
                room: painter.bounds.width,
                style: style,
                painter: painter)
            // The second line was given room before there was a panel.
            if tag.size.height < rect.height, rect.y < boxes[index].y {
                rect.y += rect.height - tag.size.height
            }
            (rect.width, rect.height) = tag.size
            tag.draw(in: rect, colour: colour, with: painter)
        }
    }

    /// Where the label of a face lies: with its action units if there is room, and on no face if there is.
    private func placeTag(of face: OverlayFace, at index: Int, boxes: [Rect], taken: [Rect], in scene: Scene)
        -> Rect
    {
        let body = boxes[index]
        let others = boxes.indices.filter { $0 != index }.map { boxes[$0] }
        func size(hasUnits: Bool) -> (width: Double, height: Double) {
            FaceTag(
                face, hasUnits: hasUnits, decisions: decisions, room: scene.painter.bounds.width,
                style: scene.style,
                painter: scene.painter
            ).size
        }
        func place(
            _ placement: WritableKeyPath<FaceLayout, Placement<Bool>>,
            _ size: (width: Double, height: Double),
            _ sides: [Placement<Bool>.Side], patience: Int, isFree: (Rect) -> Bool
        ) -> Rect? {
            layouts[face.id, default: FaceLayout()][keyPath: placement].place(
                [.init(key: true, width: size.width, height: size.height, sides: sides)], at: body,
                bounds: scene.painter.bounds, gap: scene.style.stroke, leash: 0, patience: patience,
                isFree: isFree
            )?.rect
        }
        func isClear(_ rect: Rect) -> Bool { taken.allSatisfy { $0.overlap(rect) == 0 } }
        func isOutside(_ rect: Rect) -> Bool { isClear(rect) && others.allSatisfy { $0.overlap(rect) == 0 } }

        let outside: [Placement<Bool>.Side] = [.above, .below, .right, .left]
        let short = size(hasUnits: false)
        return place(
            \.tag, size(hasUnits: true), outside, patience: Self.patience, isFree: isOutside)
            ?? place(\.shortTag, short, outside, patience: 0, isFree: isOutside)
            ?? place(
                \.crowdedTag, short, [.insideTop, .insideBottom, .above, .below], patience: 0, isFree: isClear
            )
            ?? Rect(x: body.x, y: body.y, width: short.width, height: short.height)
            .moved(into: scene.painter.bounds)
    }

    private func placePanel(
        of face: OverlayFace, body: Rect, boxes: [Rect], taken: [Rect], in scene: Scene
    ) -> (key: FacePanel.Shape, rect: Rect)? {
        guard face.expression != nil || face.actionUnits != nil else { return nil }
        let style = scene.style
        let (tall, wide) = (scene.panel.size(.tall), scene.panel.size(.wide))
        // In a group a panel in a corner would be anybody's.
        let corners: [Placement<FacePanel.Shape>.Side] =
            boxes.count == 1 ? [.topRight, .topLeft, .bottomRight, .bottomLeft] : []
        let choices = [
            Placement.Choice(
                key: FacePanel.Shape.tall, width: tall.width, height: tall.height,
                sides: [.right, .left] + corners),
            Placement.Choice(
                key: .wide, width: wide.width, height: wide.height, sides: [.below, .above] + corners),
        ]
        return layouts[face.id, default: FaceLayout()].panel.place(
            choices, at: body, bounds: scene.painter.bounds.inset(style.gap), gap: 2 * style.gap,
            leash: style.font, patience: Self.patience
        ) { rect in taken.allSatisfy { $0.overlap(rect) == 0 } && boxes.allSatisfy { $0.overlap(rect) == 0 } }
    }
}

extension OverlayFace {
    fileprivate var area: Float { box.width * box.height }

    /// The box, cut where it reaches far beyond the picture, on whole pixels.
    fileprivate func rect(in bounds: Rect) -> Rect {
        func cut(_ value: Float, _ size: Double) -> Double {
            max(-size, min(Double(value), 2 * size)).rounded()
        }
        let (x, y) = (cut(box.x, bounds.width), cut(box.y, bounds.height))
        return Rect(
            x: x, y: y, width: max(1, cut(box.x + box.width, bounds.width) - x),
            height: max(1, cut(box.y + box.height, bounds.height) - y))
    }
}
