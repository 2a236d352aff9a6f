import MienTensor

/// What a face and the clothes below it look like, coarsely: enough to tell two people who cross.
///
/// It is no biometric: over two seconds a person keeps light, clothes and mostly the pose, and that is all
/// this compares.
package struct FaceAppearance: Sendable {
    private static let faceCells = 8

    private let face: ImageGrid
    private let clothes: ImageGrid
    // The face's lumas, mean removed, length one: indifferent to exposure.
    private let pattern: [Float]

    package init(of box: FaceBox, in image: Image) {
        face = ImageGrid(of: image, in: box, columns: Self.faceCells, rows: Self.faceCells, samples: 3)
        let below = FaceBox(
            x: box.x - 0.2 * box.width, y: box.y + 1.25 * box.height, width: 1.4 * box.width,
            height: 0.75 * box.height)
        clothes = ImageGrid(of: image, in: below, columns: 6, rows: 3, samples: 3)
        pattern = Self.pattern(of: face.colors)
    }

    /// How alike two appearances are, about 0...1.
    ///
    /// Measured without clothes: strangers photographed alike reach 0.24 in the median, 0.57 in one pair of
    /// twenty and 0.67 in one of a hundred; the same person a second later, head turning, stays above 0.5
    /// nine times in ten. Clothes move it a little only, for what is below a face may not be its body.
    package func similarity(_ other: FaceAppearance) -> Float {
        let correlation = zip(pattern, other.pattern).reduce(0) { $0 + $1.0 * $1.1 }
        let gain = Self.gain(from: face.colors, to: other.face.colors)
        guard let faceDifference = Self.difference(face.colors, other.face.colors, gain) else { return 0 }
        var alike = 1 - 0.5 * (1 - correlation) - 0.5 * min(faceDifference / 60, 1)
        if let difference = Self.difference(clothes.colors, other.clothes.colors, gain) {
            alike += 0.08 - 0.2 * min(difference / 40, 1)
        }
        return min(max(alike, 0), 1)
    }

    private static func pattern(of colors: [Float]) -> [Float] {
        var lumas = [Float](repeating: 0, count: colors.count / 3)
        var (sum, count) = (Float(0), Float(0))
        for cell in lumas.indices {
            lumas[cell] = luma(colors[3 * cell], colors[3 * cell + 1], colors[3 * cell + 2])
            if lumas[cell].isFinite {
                sum += lumas[cell]
                count += 1
            }
        }
        let mean = sum / max(count, 1)
        lumas = lumas.map { $0.isFinite ? $0 - mean : 0 }
        let length = lumas.reduce(0) { $0 + $1 * $1 }.squareRoot()
        return lumas.map { $0 / max(length, 1e-3) }
    }

    /// The change of exposure that best explains the difference, within reason.
    private static func gain(from a: [Float], to b: [Float]) -> Float {
        var (before, after) = (Float(8), Float(8))
        for (x, y) in zip(a, b) where x.isFinite && y.isFinite {
            before += x
            after += y
        }
        return min(max(after / before, 0.75), 1.33)
    }

    /// The mean difference over the cells both have, or nil if these are too few to say.
    private static func difference(_ a: [Float], _ b: [Float], _ gain: Float) -> Float? {
        var (sum, count) = (Float(0), 0)
        for (x, y) in zip(a, b) where x.isFinite && y.isFinite {
            sum += abs(x * gain - y)
            count += 1
        }
        return count * 3 >= a.count ? sum / Float(count) : nil
    }
}

/// The looks of one person: the latest, and a few from before.
package struct AppearanceGallery: Sendable {
    private static let size = 5
    private static let spacing = 0.2

    private var entries: [(appearance: FaceAppearance, time: Double)] = []
    private var latest: FaceAppearance?

    package init() {}

    package mutating func add(_ appearance: FaceAppearance, at time: Double) {
        latest = appearance
        if let last = entries.last, time - last.time < Self.spacing { return }
        entries.append((appearance, time))
        if entries.count > Self.size { entries.removeFirst() }
    }

    package mutating func add(contentsOf other: AppearanceGallery) {
        entries = Array((other.entries + entries).suffix(Self.size))
    }

    /// The greatest similarity with any of the entries; nil for an empty gallery.
    package func similarity(_ appearance: FaceAppearance) -> Float? {
        guard let latest else { return nil }
        return entries.reduce(latest.similarity(appearance)) { max($0, $1.appearance.similarity(appearance)) }
    }

    /// How alike two people are at best, by all that is known.
    package func similarity(_ other: AppearanceGallery) -> Float? {
        (other.entries.map(\.appearance) + [other.latest].compactMap { $0 }).compactMap { similarity($0) }
            .max()
    }
}
