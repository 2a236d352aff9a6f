import CKernels
import MienTensor

/// The options of sharpness-aware minimisation (Foret et al., 2021).
package struct SharpnessOptions: Codable, Sendable, Equatable {
    /// How far uphill the gradient is taken; 0 turns SAM off.
    package var rho = 0.0
    /// Whether the way uphill is measured in units of the weights (ASAM, Kwon et al., 2021).
    package var isAdaptive = false

    package init(rho: Double = 0, isAdaptive: Bool = false) {
        self.rho = rho
        self.isAdaptive = isAdaptive
    }
}

/// The step uphill: eps = rho g / (||g|| + 1e-12), with the norm over all parameters; adaptive,
/// eps = rho w^2 g / (||w g|| + 1e-12).
struct SharpnessAwareness: Sendable {
    let options: SharpnessOptions
    let workers: Workers

    /// The sum of squares that the norm is the root of. Pieces have fixed sizes and are added in order.
    func squaredNorm(
        gradient: UnsafePointer<Float>, parameters: UnsafePointer<Float>, count: Int, isAdaptive: Bool
    ) -> Double {
        let slices = Slices(count: count, least: 16_384, most: 64)
        return withUnsafeTemporaryAllocation(of: Double.self, capacity: slices.pieces) { sums in
            let partial = sums.baseAddress!
            workers.run(slices.pieces) { piece in
                let range = slices[piece]
                let first = range.lowerBound
                partial[piece] =
                    isAdaptive
                    ? mien_sum_of_weighted_squares(gradient + first, parameters + first, range.count)
                    : mien_sum_of_squares(gradient + first, range.count)
            }
            return sums.reduce(0, +)
        }
    }

    /// ascended = parameters + eps.
    func ascend(
        from parameters: UnsafePointer<Float>, gradient: UnsafePointer<Float>, count: Int,
        into ascended: UnsafeMutablePointer<Float>
    ) {
        let square = squaredNorm(
            gradient: gradient, parameters: parameters, count: count, isAdaptive: options.isAdaptive)
        let scale = Float(options.rho / (square.squareRoot() + 1e-12))
        let slices = Slices(count: count, least: 16_384, most: 64)
        workers.run(slices.pieces) { piece in
            let range = slices[piece]
            let first = range.lowerBound
            mien_ascend(
                parameters + first, gradient + first, range.count, scale, options.isAdaptive ? 1 : 0,
                ascended + first)
        }
    }
}
