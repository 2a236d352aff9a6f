import Foundation

/// Round numbers along an axis.
package struct Ticks {
    /// Their places.
    package let values: [Double]
    private let decimals: Int

    /// The fewest decimals that tell the steps of about `count` ticks over `range` apart: steps of 1, 2 or 5 times a
    /// power of ten.
    package init(_ range: ClosedRange<Double>, count: Int) {
        let span = range.upperBound - range.lowerBound
        let rough = span / Double(max(count, 1))
        let power = pow(10, floor(log10(rough)))
        let step = [1, 2, 5, 10].map { $0 * power }.first { $0 >= rough * 0.999_999 } ?? power * 10
        let first = Int((range.lowerBound / step - 1e-9).rounded(.up))
        let last = Int((range.upperBound / step + 1e-9).rounded(.down))
        values = first <= last ? (first...last).map { Double($0) * step } : []
        decimals = max(0, Int((-log10(step)).rounded(.up)))
    }

    /// What is written at a tick.
    package func label(_ value: Double) -> String { String(format: "%.\(decimals)f", value == 0 ? 0 : value) }
}
