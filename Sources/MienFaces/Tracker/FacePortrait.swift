import CKernels
import MienImage
import MienTensor

/// A small picture of a face, turned upright and scaled by its eyes: enough to say whether a face that a
/// moment ago was in the same place is recognisably the same.
///
/// It is no biometric either: it tells apart pictures of faces that are a second old, not people.
///
/// Two measures, of which light changes neither: the face's lumas, and the directions of its edges (histograms
/// of oriented gradients). Both are compared over the whole and over each half, because a hand or a turn of the
/// head may change one half while the other stays.
package struct FacePortrait: Sendable {
    private typealias Lumas = InlineArray<64, Float>
    private typealias Gradients = InlineArray<288, Float>

    // The eyes are so far apart, and there, in a square of `side` pixels that shows the face and nothing beside it.
    private static let side = 32
    private static let cropper = FaceCropper(
        CropSpecification(
            framing: .eyes(distance: 1 / 2.4, center: Point(x: 0.5, y: 0.38)), alignsRoll: true), side: side)
    private static let columns = (lumas: 8, gradients: 6)
    private static let directions: InlineArray<8, Point> = [
        Point(x: 1, y: 0), Point(x: diagonal, y: diagonal), Point(x: 0, y: 1),
        Point(x: -diagonal, y: diagonal), Point(x: -1, y: 0), Point(x: -diagonal, y: -diagonal),
        Point(x: 0, y: -1), Point(x: diagonal, y: -diagonal),
    ]
    private static let diagonal: Float = 0.70710678
    // A smaller face, in pixels between the eyes, is never cut out twice alike.
    private static let minimumEyeDistance: Float = 18
    // A face of which less is in the picture has no portrait.
    private static let minimumShare: Float = 0.85

    // Of 8 x 8 cells, their mean removed.
    private let lumas: Lumas
    // Of 6 x 6 cells, the edges in 8 directions.
    private let gradients: Gradients

    /// The portrait of a face, or nil if it is too small or cut off by the picture's edge.
    package init?(_ detection: FaceDetection, in image: Image) {
        let picture = FaceBox(x: 0, y: 0, width: Float(image.width), height: Float(image.height))
        let box = detection.box
        let pose = CropPose(detection)
        let square = CropSquare(pose, Self.cropper.specification)
        guard pose.eyeDistance >= Self.minimumEyeDistance, square.origin.isFinite, square.roll.isFinite,
            square.side < Float(MIEN_WARP_SCALE_LIMIT) * Float(Self.side),
            box.sharedArea(picture) >= Self.minimumShare * box.width * box.height
        else { return nil }
        var pixels = InlineArray<1024, Float>(repeating: 0)
        var colors = InlineArray<3072, UInt8>(repeating: 0)
        var span = colors.mutableSpan
        span.withUnsafeMutableBufferPointer { Self.cropper.crop(square, of: image, into: $0.baseAddress!) }
        for pixel in pixels.indices {
            pixels[pixel] = luma(
                Float(colors[3 * pixel]), Float(colors[3 * pixel + 1]), Float(colors[3 * pixel + 2]))
        }
        lumas = Self.lumas(pixels)
        gradients = Self.gradients(pixels)
    }

    private static func lumas(_ pixels: InlineArray<1024, Float>) -> Lumas {
        var cells = Lumas(repeating: 0)
        let scale = side / columns.lumas
        for row in 0..<side {
            for column in 0..<side {
                cells[row / scale * columns.lumas + column / scale] += pixels[row * side + column]
            }
        }
        var mean: Float = 0
        for cell in cells.indices {
            cells[cell] /= Float(scale * scale)
            mean += cells[cell] / Float(cells.count)
        }
        for cell in cells.indices { cells[cell] -= mean }
        return cells
    }

    /// Every pixel's edge is shared among the four nearest cells.
    private static func gradients(_ pixels: InlineArray<1024, Float>) -> Gradients {
        // With a ring of cells around, for what lies half outside.
        let width = columns.gradients + 2
        var cells = InlineArray<512, Float>(repeating: 0)
        for row in 1..<side - 1 {
            let (top, down) = cell(of: row)
            for column in 1..<side - 1 {
                let (left, right) = cell(of: column)
                let pixel = row * side + column
                let slope = Point(
                    x: pixels[pixel + 1] - pixels[pixel - 1], y: pixels[pixel + side] - pixels[pixel - side])
                let first = directions.count * (top * width + left)
                for direction in directions.indices {
                    // The directions within 45 degrees count, the nearest most.
                    let way = directions[direction]
                    let strength = slope.x * way.x + slope.y * way.y - diagonal * slope.length
                    guard strength > 0 else { continue }
                    let cell = first + direction
                    let below = cell + directions.count * width
                    cells[cell] += strength * (1 - down) * (1 - right)
                    cells[cell + directions.count] += strength * (1 - down) * right
                    cells[below] += strength * down * (1 - right)
                    cells[below + directions.count] += strength * down * right
                }
            }
        }
        return balanced(cells, width: width)
    }

    /// The cell, counting the ring, whose centre is the last before a row or column, and how far on towards
    /// the next one the pixel is.
    private static func cell(of pixel: Int) -> (index: Int, part: Float) {
        let place = (Float(pixel) + 0.5) * Float(columns.gradients) / Float(side) + 0.5
        return (Int(place), place - Float(Int(place)))
    }

    /// Weak edges count nearly as much as strong ones, so that no shadow decides.
    private static func balanced(_ cells: InlineArray<512, Float>, width: Int) -> Gradients {
        var result = Gradients(repeating: 0)
        var strengths = InlineArray<36, Float>(repeating: 0)
        var mean: Float = 0
        for cell in strengths.indices {
            let (row, column) = (cell / columns.gradients + 1, cell % columns.gradients + 1)
            var square: Float = 0
            for direction in directions.indices {
                let value = cells[directions.count * (row * width + column) + direction]
                result[directions.count * cell + direction] = value
                square += value * value
            }
            strengths[cell] = square.squareRoot()
            mean += strengths[cell] / Float(strengths.count)
        }
        for index in result.indices {
            let whole = strengths[index / directions.count] + 0.3 * mean
            result[index] = whole > 0 ? (result[index] / whole).squareRoot() : 0
        }
        return result
    }

    // MARK: Comparing

    /// How much two portraits differ: in what they have most in common, the whole or a half.
    ///
    /// The product of one minus the correlation of the lumas and one minus the cosine of the gradients. Between
    /// neighbouring frames of a film it is below 0.001 in 99 of 100 pairs; two strangers in the same pose come
    /// below 0.0017 in one pair of a thousand, and below 0.004 in one of a hundred.
    package func difference(_ other: FacePortrait) -> Float {
        let parts = quadrants(other)
        let halves = [(0, 1), (2, 3), (0, 2), (1, 3)] as InlineArray<4, (Int, Int)>
        var least = (parts[0] + parts[1] + parts[2] + parts[3]).difference / Self.wholeLead
        for half in halves.indices {
            least = min(least, (parts[halves[half].0] + parts[halves[half].1]).difference)
        }
        return least
    }

    // Strangers are less alike in the whole than in the half that they have most in common.
    private static let wholeLead: Float = 3

    /// What comparing needs of each quarter of the two pictures.
    private func quadrants(_ other: FacePortrait) -> InlineArray<4, Sums> {
        var sums = InlineArray<4, Sums>(repeating: Sums())
        for cell in lumas.indices {
            let (row, column) = (cell / Self.columns.lumas, cell % Self.columns.lumas)
            let quadrant = 2 * row / Self.columns.lumas * 2 + 2 * column / Self.columns.lumas
            sums[quadrant].add(luma: lumas[cell], other.lumas[cell])
        }
        for index in gradients.indices {
            let cell = index / Self.directions.count
            let (row, column) = (cell / Self.columns.gradients, cell % Self.columns.gradients)
            let quadrant = 2 * row / Self.columns.gradients * 2 + 2 * column / Self.columns.gradients
            sums[quadrant].add(gradient: gradients[index], other.gradients[index])
        }
        return sums
    }
}

/// Sums over a part of two portraits, from which their correlation and cosine follow.
private struct Sums {
    private var count: Float = 0
    private var lumas: (a: Float, b: Float) = (0, 0)
    private var products: (aa: Float, bb: Float, ab: Float) = (0, 0, 0)
    private var gradients: (aa: Float, bb: Float, ab: Float) = (0, 0, 0)

    mutating func add(luma a: Float, _ b: Float) {
        count += 1
        lumas = (lumas.a + a, lumas.b + b)
        products = (products.aa + a * a, products.bb + b * b, products.ab + a * b)
    }

    mutating func add(gradient a: Float, _ b: Float) {
        gradients = (gradients.aa + a * a, gradients.bb + b * b, gradients.ab + a * b)
    }

    static func + (one: Sums, two: Sums) -> Sums {
        var sum = one
        sum.count += two.count
        sum.lumas = (one.lumas.a + two.lumas.a, one.lumas.b + two.lumas.b)
        sum.products = (
            one.products.aa + two.products.aa, one.products.bb + two.products.bb,
            one.products.ab + two.products.ab
        )
        sum.gradients = (
            one.gradients.aa + two.gradients.aa, one.gradients.bb + two.gradients.bb,
            one.gradients.ab + two.gradients.ab
        )
        return sum
    }

    var difference: Float {
        let variance = (
            a: products.aa - lumas.a * lumas.a / count, b: products.bb - lumas.b * lumas.b / count
        )
        let correlation = Self.ratio(products.ab - lumas.a * lumas.b / count, variance.a, variance.b)
        let cosine = Self.ratio(gradients.ab, gradients.aa, gradients.bb)
        return max(1 - correlation, 1e-3) * max(1 - cosine, 1e-3)
    }

    /// 0 where a part is flat, for then there is nothing to know it by.
    private static func ratio(_ ab: Float, _ aa: Float, _ bb: Float) -> Float {
        aa > 1e-3 && bb > 1e-3 ? ab / (aa * bb).squareRoot() : 0
    }
}
