/// Pictures that are made, not taken: clouds of noise over many scales, as natural pictures have it, and bright
/// or dark ovals with edges. They show which channels of a model are large, which depends on the model more
/// than on the picture.
package enum CalibrationPictures {
    /// - Parameter seed: Another seed gives other pictures; the same gives the same bytes everywhere.
    /// - Returns: (count, side, side, 3), 8-bit RGB.
    package static func pixels(count: Int, side: Int, seed: UInt64 = 1) -> [UInt8] {
        var random = RandomNumbers(state: seed)
        var pixels: [UInt8] = []
        pixels.reserveCapacity(count * side * side * 3)
        for _ in 0..<count { pixels += picture(side: side, &random) }
        return pixels
    }

    private static func picture(side: Int, _ random: inout RandomNumbers) -> [UInt8] {
        var values = (0..<3).map { _ in
            [Float](repeating: random.next(in: 70...185), count: side * side)
        }
        for octave in 1...6 {
            let cells = min(1 << octave, side)
            // Brightness varies more than colour, and large things more than small ones.
            let strength = 110 / Float(octave)
            let brightness = (0..<(cells + 1) * (cells + 1)).map { _ in random.next(in: -1...1) }
            for channel in 0..<3 {
                let colour = (0..<(cells + 1) * (cells + 1)).map { _ in random.next(in: -0.3...0.3) }
                add(
                    zip(brightness, colour).map { strength * ($0 + $1) }, cells: cells, side,
                    to: &values[channel])
            }
        }
        for _ in 0..<3 {
            let center = (x: random.next(in: 0.2...0.8), y: random.next(in: 0.2...0.8))
            let radius = (x: random.next(in: 0.08...0.4), y: random.next(in: 0.08...0.4))
            let change = (0..<3).map { _ in random.next(in: -90...90) }
            for y in 0..<side {
                for x in 0..<side {
                    let dx = ((Float(x) + 0.5) / Float(side) - center.x) / radius.x
                    let dy = ((Float(y) + 0.5) / Float(side) - center.y) / radius.y
                    guard dx * dx + dy * dy < 1 else { continue }
                    for channel in 0..<3 { values[channel][y * side + x] += change[channel] }
                }
            }
        }
        return (0..<3 * side * side).map { UInt8(min(max(values[$0 % 3][$0 / 3], 0), 255)) }
    }

    /// Adds a grid of (cells + 1)^2 values, interpolated linearly.
    private static func add(_ grid: [Float], cells: Int, _ side: Int, to values: inout [Float]) {
        let scale = Float(cells) / Float(side)
        for y in 0..<side {
            let (row, down) = place((Float(y) + 0.5) * scale, cells)
            for x in 0..<side {
                let (column, right) = place((Float(x) + 0.5) * scale, cells)
                let at = row * (cells + 1) + column
                let above = grid[at] + right * (grid[at + 1] - grid[at])
                let below = grid[at + cells + 1] + right * (grid[at + cells + 2] - grid[at + cells + 1])
                values[y * side + x] += above + down * (below - above)
            }
        }
    }

    private static func place(_ position: Float, _ cells: Int) -> (cell: Int, rest: Float) {
        let cell = min(Int(position), cells - 1)
        return (cell, position - Float(cell))
    }
}

/// SplitMix64.
private struct RandomNumbers {
    var state: UInt64

    mutating func next(in range: ClosedRange<Float>) -> Float {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        z ^= z >> 31
        return range.lowerBound + (range.upperBound - range.lowerBound) * Float(z >> 40) / Float(1 << 24)
    }
}
