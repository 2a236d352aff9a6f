import CKernels

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

    /// The part of the squared norm that these elements contribute.
    func squaredNorm(
        gradient: UnsafePointer<Float>, parameters: UnsafePointer<Float>, count: Int
    ) -> Double {
        options.isAdaptive
            ? trainingKernels.sum_of_weighted_squares(gradient, parameters, count)
            : trainingKernels.sum_of_squares(gradient, count)
    }

    /// What g (or w^2 g) is multiplied by.
    func scale(squaredNorm: Double) -> Float {
        Float(options.rho / (squaredNorm.squareRoot() + 1e-12))
    }

    /// ascended = parameters + eps, for `count` elements.
    func ascend(
        from parameters: UnsafePointer<Float>, gradient: UnsafePointer<Float>, count: Int, scale: Float,
        into ascended: UnsafeMutablePointer<Float>
    ) {
        trainingKernels.ascend(parameters, gradient, count, scale, options.isAdaptive ? 1 : 0, ascended)
    }
}
