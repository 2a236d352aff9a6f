import Foundation
import MienFaces
import MienImage
import MienVideo
import TestSupport

/// Someone in the synthetic world: a face with a place for every moment, and looks.
struct Actor {
    /// Actors with the same looks are twins.
    var looks: UInt64
    var width: Float = 36
    /// Where the face's centre is, in seconds; nil while it is away.
    var place: (Double) -> Point?
    /// Nearer actors hide farther ones.
    var depth = 0
}

/// A film of faces of which everything is known: it draws its frames and plays the detector.
final class World: FaceDetecting {
    var width = 320
    var height = 180
    var actors: [Actor] = []
    /// Bars that hide what is behind them.
    var bars: [(box: FaceBox, isUp: (Double) -> Bool)] = []
    /// The number of the set that is shown at a time, or nil for a white flash.
    var set: (Double) -> Int? = { _ in 0 }
    /// Whether an actor is on a set.
    var isOnSet: (_ actor: Int, _ set: Int) -> Bool = { _, _ in true }

    /// Standard deviation of the detector's boxes, in face widths.
    var jitter: Float = 0.01
    /// The share of faces a search or a look misses.
    var missRate: Float = 0
    /// The share of searches that find a face where none is.
    var falseRate: Float = 0
    /// Detections no detector should return.
    var nonsense: [FaceDetection] = []

    /// The time of the frame being looked at; the driver sets it.
    var now = 0.0
    private(set) var searches: [Double] = []
    /// What was searched each time.
    private(set) var searchedParts: [[FaceBox]] = []
    private var random = Random(seed: 11)
    private var backgrounds: [Int: Image] = [:]

    // MARK: Truth

    /// The part of the face that can be seen, 0...1, and its box.
    func sight(of index: Int, at time: Double) -> (box: FaceBox, visible: Float)? {
        let actor = actors[index]
        guard let set = set(time), isOnSet(index, set), let place = actor.place(time) else { return nil }
        let box = Self.box(place, actor.width)
        var hiders = bars.filter { $0.isUp(time) }.map(\.box)
        for (other, nearer) in actors.enumerated() where other != index && nearer.depth > actor.depth {
            guard isOnSet(other, set), let place = nearer.place(time) else { continue }
            hiders.append(Self.box(place, nearer.width))
        }
        var seen = 0
        for row in 0..<8 {
            for column in 0..<8 {
                let x = box.x + (Float(column) + 0.5) / 8 * box.width
                let y = box.y + (Float(row) + 0.5) / 8 * box.height
                let isInside = x >= 0 && y >= 0 && x < Float(width) && y < Float(height)
                if isInside && !hiders.contains(where: { $0.contains(Point(x: x, y: y)) }) { seen += 1 }
            }
        }
        return (box, Float(seen) / 64)
    }

    private static func box(_ center: Point, _ width: Float) -> FaceBox {
        FaceBox(x: center.x - width / 2, y: center.y - width / 2, width: width, height: width)
    }

    // MARK: Detector

    func search(_ image: Image, in parts: [FaceBox]) -> [FaceDetection] {
        searches.append(now)
        searchedParts.append(parts)
        var found = detections { box in
            parts.contains { $0.contains(box.center) }
        }
        if Float.random(in: 0..<1, using: &random) < falseRate {
            let x = Float.random(in: 30...290, using: &random)
            found.append(.frontal(eyeCenter: Point(x: x, y: 150), eyeDistance: 12, score: 0.65))
        }
        return found + nonsense
    }

    func detect(at center: Point, side: Float, roll: Float, in image: Image) -> [FaceDetection] {
        let region = FaceBox(x: center.x - side / 2, y: center.y - side / 2, width: side, height: side)
        return detections { box in
            let share = box.sharedArea(region) / (box.width * box.height)
            return share > 0.75 && (0.12...0.75).contains(box.width / side)
        } + nonsense
    }

    private func detections(_ isWanted: (FaceBox) -> Bool) -> [FaceDetection] {
        actors.indices.compactMap { index in
            guard let (box, visible) = sight(of: index, at: now), visible > 0.6, isWanted(box) else {
                return nil
            }
            guard Float.random(in: 0..<1, using: &random) >= missRate else { return nil }
            let size = box.width * (1 + jitter * random.normal())
            let shift = Point(x: random.normal(), y: random.normal()).scaled(by: jitter * box.width)
            let eyes = box.center + shift + Point(x: 0, y: -0.45 * 0.418 * size)
            return .frontal(eyeCenter: eyes, eyeDistance: 0.418 * size, score: 0.3 + 0.62 * visible)
        }
    }

    // MARK: Pictures

    func frame(_ index: Int, at time: Double) -> VideoFrame {
        let image = Image(width: width, height: height)
        guard let set = set(time) else {
            paint(image, FaceBox(x: 0, y: 0, width: Float(width), height: Float(height))) { _, _ in
                (252, 252, 250)
            }
            return VideoFrame(index: index, pts: nil, timestamp: time, image: image)
        }
        memcpy(image.baseAddress, background(set).baseAddress, image.bytesPerRow * height)
        for (index, actor) in actors.enumerated().sorted(by: { $0.element.depth < $1.element.depth }) {
            guard isOnSet(index, set), let place = actor.place(time) else { continue }
            draw(actor, at: place, on: image)
        }
        for bar in bars where bar.isUp(time) { paint(image, bar.box) { _, _ in (20, 20, 24) } }
        return VideoFrame(index: index, pts: nil, timestamp: time, image: image)
    }

    private func background(_ set: Int) -> Image {
        if let known = backgrounds[set] { return known }
        let image = Image(width: width, height: height)
        paint(image, FaceBox(x: 0, y: 0, width: Float(width), height: Float(height))) { u, v in
            let cell = Random.hash(UInt64(set) &* 7919 &+ UInt64(u * 20) &* 31 &+ UInt64(v * 12))
            let base = set % 2 == 0 ? 50 : 170
            return (
                UInt8(base + Int(cell % 30)), UInt8(base + 20 + Int(cell >> 8 % 30) % 30),
                UInt8(base + set * 9 % 40)
            )
        }
        backgrounds[set] = image
        return image
    }

    private func draw(_ actor: Actor, at center: Point, on image: Image) {
        let box = Self.box(center, actor.width)
        let shirt = Random.hash(actor.looks &* 13)
        let torso = FaceBox(
            x: box.x - 0.3 * box.width, y: box.y + 1.15 * box.height, width: 1.6 * box.width,
            height: box.height)
        paint(image, torso) { _, _ in
            (
                UInt8(truncatingIfNeeded: shirt), UInt8(truncatingIfNeeded: shirt >> 8),
                UInt8(truncatingIfNeeded: shirt >> 16)
            )
        }
        let tone = Int(Random.hash(actor.looks) % 70)
        let cells = (0..<36).map {
            Int(Random.hash(actor.looks &* 101 &+ UInt64($0 % 6) &* 7 &+ UInt64($0 / 6)) % 60)
        }
        paint(image, box) { u, v in
            let level = 90 + tone + cells[Int(v * 6) * 6 + Int(u * 6)]
            return (UInt8(min(level + 30, 255)), UInt8(level), UInt8(level - 25))
        }
    }

    private func paint(_ image: Image, _ box: FaceBox, _ color: (Float, Float) -> Picture.Color) {
        let left = max(Int(box.x.rounded()), 0)
        let right = min(Int((box.x + box.width).rounded()), width)
        let top = max(Int(box.y.rounded()), 0)
        let bottom = min(Int((box.y + box.height).rounded()), height)
        guard left < right && top < bottom else { return }
        for y in top..<bottom {
            for x in left..<right {
                let u = min(max((Float(x) + 0.5 - box.x) / box.width, 0), 0.999)
                let v = min(max((Float(y) + 0.5 - box.y) / box.height, 0), 0.999)
                image[x, y] = color(u, v)
            }
        }
    }
}

extension Random {
    static func hash(_ value: UInt64) -> UInt64 {
        var random = Random(seed: value)
        return random.next()
    }
}
