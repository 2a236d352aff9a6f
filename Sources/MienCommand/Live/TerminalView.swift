import Foundation
import MienCore

/// Draws a ``LiveScene`` as lines of a terminal: pure, it knows neither a clock nor a device.
///
///     mien  /dev/video0                                                            1:23
///     1280 x 720  29.9 fps  latency 42 ms, 95 % 88 ms  held 61 %
///     (what is wrong, if anything is)
///     face 0  happiness 83%  ok
///     neutral   ██······│··································· 21  AU01 ▎····   4  ...
///
/// The faces are drawn as wide as there is room: bars of expressions and action units beside or below each other,
/// several faces side by side, at last a line for each. Where there are more than fit, the largest are drawn, in the
/// order of their numbers, and the others counted.
package struct TerminalView: Sendable {
    private static let gap = 3

    /// What the terminal can show.
    package let style: TerminalStyle

    package init(style: TerminalStyle) {
        self.style = style
    }

    /// The lines of `scene`: exactly `rows`, each of exactly `columns` cells besides the escape sequences of colours.
    package func frame(_ scene: LiveScene, columns: Int, rows: Int) -> [String] {
        grid(scene, columns: max(columns, 0), rows: max(rows, 0)).map { $0.text(coloured: style.hasColour) }
    }

    private func grid(_ scene: LiveScene, columns: Int, rows: Int) -> [TerminalLine] {
        let empty = TerminalLine(columns: columns)
        var lines = [title(scene, columns: columns), figures(scene, columns: columns)]
        if let outage = scene.outage {
            var line = empty
            line.put(PlainText.cells(outage, width: columns, style), at: 0, .bad)
            // What is wrong comes first where there is no room for all.
            lines.insert(line, at: rows < 3 ? 0 : 2)
        } else {
            lines.append(empty)
        }
        // The last line counts the faces that are not drawn.
        let room = rows - lines.count - 1
        let (blocks, hidden) = faces(scene, columns: columns, rows: room)
        lines += blocks
        while lines.count < rows - 1 { lines.append(empty) }
        lines.append(footer(scene, hidden: hidden, columns: columns))
        return Array(lines.prefix(rows))
    }

    private func title(_ scene: LiveScene, columns: Int) -> TerminalLine {
        var line = TerminalLine(columns: columns)
        let clock = ProgressLine.clock(scene.elapsed.isFinite ? max(scene.elapsed, 0) : 0)
        line.put(clock, before: columns, .dim)
        let room = columns - clock.count - 2
        let place = line.put("mien  ", at: 0, upTo: room, .bold)
        line.put(PlainText.cells(scene.source, width: max(0, room - place), style), at: place, upTo: room)
        return line
    }

    /// The figures of the run, as many as there is room for, the most important first.
    private func figures(_ scene: LiveScene, columns: Int) -> TerminalLine {
        var line = TerminalLine(columns: columns)
        var items: [(String, TerminalLine.Ink)] = []
        if let rate = scene.framesPerSecond, rate.isFinite {
            items.append((String(format: "%.1f fps", rate), .plain))
        }
        if let median = scene.latencyMedian {
            let tail = scene.latency95.map { ", 95 % " + Self.duration($0) } ?? ""
            items.append(("latency " + Self.duration(median) + tail, .plain))
        }
        let dropped = [(scene.droppedFrames, "frames"), (scene.droppedRows, "rows")].filter { $0.0 > 0 }
        if !dropped.isEmpty {
            items.append(
                ("dropped " + dropped.map { "\($0.0) \($0.1)" }.joined(separator: ", "), .warning))
        }
        if let share = scene.heldShare, share.isFinite {
            items.append((String(format: "held %.0f %%", share * 100), .plain))
        }
        if let size = scene.size { items.append(("\(size.width) x \(size.height)", .plain)) }
        items.append((counted(scene.frames, "frame"), .dim))
        var place = 0
        for (text, ink) in items where place + text.count <= columns {
            place = line.put(text, at: place, ink) + 2
        }
        return line
    }

    private func footer(_ scene: LiveScene, hidden: Int, columns: Int) -> TerminalLine {
        var line = TerminalLine(columns: columns)
        let hint = "Ctrl-C ends"
        var text = ""
        if hidden > 0 {
            text =
                hidden < scene.faces.count
                ? "and \(counted(hidden, "smaller face"))" : counted(hidden, "face")
        }
        line.put(text, at: 0, .bold)
        if text.count + 2 + hint.count <= columns { line.put(hint, before: columns, .dim) }
        return line
    }

    /// The lines of as many faces as fit, and the number of those that do not.
    private func faces(_ scene: LiveScene, columns: Int, rows: Int) -> ([TerminalLine], hidden: Int) {
        guard rows > 0, columns > 0 else { return ([], scene.faces.count) }
        guard !scene.faces.isEmpty else {
            var line = TerminalLine(columns: columns)
            line.put("no face in sight", at: 0, .dim)
            return ([line], 0)
        }
        let arrangement = Arrangement(of: scene.faces.count, columns: columns, rows: rows)
        let largest = scene.faces.sorted { ($0.area, $1.id) > ($1.area, $0.id) }
        let drawn = largest.prefix(arrangement.capacity).sorted { $0.id < $1.id }
        // A line for each needs no gaps; fewer faces than fit side by side share the width.
        let across = min(arrangement.across, drawn.count)
        let width = (columns - (across - 1) * Self.gap) / across
        let block = FaceBlock(
            shape: arrangement.shape, width: width, style: style, decisions: scene.decisions)
        var lines: [TerminalLine] = []
        for first in stride(from: 0, to: drawn.count, by: across) {
            if first > 0, arrangement.shape != .line { lines.append(TerminalLine(columns: columns)) }
            var band = Array(repeating: TerminalLine(columns: columns), count: arrangement.shape.height)
            for (place, face) in drawn[first..<min(first + across, drawn.count)].enumerated() {
                for (row, line) in block.lines(face).enumerated() {
                    band[row].put(line, at: place * (width + Self.gap))
                }
            }
            lines += band
        }
        return (lines, scene.faces.count - drawn.count)
    }

    /// How many faces are drawn, and how.
    private struct Arrangement {
        var shape: FaceBlock.Shape
        /// Faces side by side.
        var across: Int
        var capacity: Int

        /// The shape that says most of all faces, or else most of most of them.
        init(of count: Int, columns: Int, rows: Int) {
            let full = [FaceBlock.Shape.wide, .tall].map { Self($0, columns, rows) }
            let least = [FaceBlock.Shape.short, .line].map { Self($0, columns, rows) }
            let best = full.first { $0.capacity >= count } ?? full.max { $0.capacity < $1.capacity }
            self =
                [best].compactMap { $0 }.first { $0.capacity > 0 } ?? least.first { $0.capacity > 0 }
                ?? Self(.line, columns, rows)
        }

        private init(_ shape: FaceBlock.Shape, _ columns: Int, _ rows: Int) {
            self.shape = shape
            across =
                shape == .line ? 1 : (columns + TerminalView.gap) / (shape.leastWidth + TerminalView.gap)
            let down = shape == .line ? rows : (rows + 1) / (shape.height + 1)
            capacity = across * max(down, 0)
        }
    }

    private static func duration(_ seconds: Double) -> String {
        guard seconds.isFinite else { return "?" }
        return seconds < 1 ? String(format: "%.0f ms", seconds * 1000) : String(format: "%.1f s", seconds)
    }
}
