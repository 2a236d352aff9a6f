import CKernels
import MienTensor

/// The options of AdamW. The defaults are the published ones.
package struct AdamWOptions: Codable, Sendable, Equatable {
    /// The learning rate at the start of the schedule.
    package var learningRate = 1e-3
    /// The decay of the mean of the gradients.
    package var beta1 = 0.9
    /// The decay of the mean of their squares.
    package var beta2 = 0.999
    /// Keeps the step finite where gradients are tiny.
    package var epsilon = 1e-8
    /// How much of itself a weight loses in a step, times the learning rate.
    package var weightDecay = 1e-4

    package init() {}
}

/// AdamW (Loshchilov & Hutter, 2019): Adam with the weight decay outside of the moments, over all parameters
/// alike, as PyTorch does it.
struct AdamW: ~Copyable {
    let options: AdamWOptions
    /// The mean of the gradients.
    let moment: FloatBuffer
    /// The mean of their squares.
    let square: FloatBuffer
    /// The steps so far.
    var steps = 0

    init(count: Int, options: AdamWOptions) {
        self.options = options
        moment = FloatBuffer(count: count)
        square = FloatBuffer(count: count)
    }

    /// One step, to be applied to all parts of the parameters, in any order and on any thread.
    struct Step: @unchecked Sendable {
        fileprivate var factors: mien_adamw
        fileprivate let moment: UnsafeMutablePointer<Float>
        fileprivate let square: UnsafeMutablePointer<Float>

        /// Takes the step for the parameters in `range` of the layout; `gradient` begins at that range.
        ///
        /// - Returns: The sum of the gradient's squares, which is not finite if any element of it is not: a check
        ///   that costs next to nothing while the part is in the cache.
        func apply(
            to range: Range<Int>, of parameters: UnsafeMutablePointer<Float>, gradient: UnsafePointer<Float>
        ) -> Double {
            let first = range.lowerBound
            return withUnsafePointer(to: factors) { factors in
                trainingKernels.adamw_step(
                    factors, range.count, gradient, parameters + first, moment + first, square + first)
                return trainingKernels.sum_of_squares(gradient, range.count)
            }
        }
    }

    /// Begins the next step. It is valid while this optimiser lives.
    mutating func beginStep(rate: Double) -> Step {
        steps += 1
        let factors = mien_adamw(
            keep: Float(1 - rate * options.weightDecay), one_beta1: Float(1 - options.beta1),
            beta2: Float(options.beta2), one_beta2: Float(1 - options.beta2),
            step: Float(rate / (1 - Self.power(options.beta1, steps))),
            root: Float((1 - Self.power(options.beta2, steps)).squareRoot()),
            epsilon: Float(options.epsilon))
        return Step(factors: factors, moment: moment.baseAddress, square: square.baseAddress)
    }

    /// By repeated squaring: the same bits on every machine, which a library's pow does not promise.
    private static func power(_ base: Double, _ exponent: Int) -> Double {
        var (result, factor, rest) = (1.0, base, exponent)
        while rest > 0 {
            if rest & 1 == 1 { result *= factor }
            factor *= factor
            rest >>= 1
        }
        return result
    }
}
