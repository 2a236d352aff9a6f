import MienTensor

/// The network of Google's Face Landmarker v2 that scores 52 blendshapes from 146 of the mesh's points.
///
/// An MLP mixer (arXiv 2105.01601): 96 mixtures of the points and one token of its own, 64 features each; four blocks mix
/// first the tokens, then the features. It owns its maps, so one queue uses it at a time.
package final class BlendshapeNetwork {
    /// The number of blendshapes.
    package static let scores = 52
    /// The points it reads, as google-ai-edge/mediapipe lists them in face_blendshapes_graph.cc.
    static let points = [
        0, 1, 4, 5, 6, 7, 8, 10, 13, 14, 17, 21, 33, 37, 39, 40, 46, 52, 53, 54, 55, 58, 61, 63, 65, 66, 67,
        70, 78,
        80, 81, 82, 84, 87, 88, 91, 93, 95, 103, 105, 107, 109, 127, 132, 133, 136, 144, 145, 146, 148, 149,
        150,
        152, 153, 154, 155, 157, 158, 159, 160, 161, 162, 163, 168, 172, 173, 176, 178, 181, 185, 191, 195,
        197,
        234, 246, 249, 251, 263, 267, 269, 270, 276, 282, 283, 284, 285, 288, 291, 293, 295, 296, 297, 300,
        308,
        310, 311, 312, 314, 317, 318, 321, 323, 324, 332, 334, 336, 338, 356, 361, 362, 365, 373, 374, 375,
        377,
        378, 379, 380, 381, 382, 384, 385, 386, 387, 388, 389, 390, 397, 398, 400, 402, 405, 409, 415, 454,
        466,
        468, 469, 470, 471, 472, 473, 474, 475, 476, 477,
    ]

    private static let mixtures = 96
    private static let tokens = mixtures + 1
    private static let features = 64
    private static let tokenUnits = 384
    private static let featureUnits = 256

    private let scale: Float
    private let epsilon: Float
    private let ownToken: [Float]
    private let mix: Convolution
    private let embed: Convolution
    private let blocks: [MixerBlock]
    private let head: Convolution

    // A row of a matrix is a pixel of a map.
    private let input = FeatureMap(width: 2, height: 1, channels: paddedChannels(points.count), border: 0)
    private let mixed = FeatureMap(width: 2, height: 1, channels: mixtures, border: 0)
    private let turned = FeatureMap(width: mixtures, height: 1, channels: 8, border: 0)
    private let embedded = FeatureMap(width: mixtures, height: 1, channels: features, border: 0)
    private let state = FeatureMap(width: tokens, height: 1, channels: features, border: 0)
    private let first = FeatureMap(width: 1, height: 1, channels: features, border: 0)
    private let logits = FeatureMap(width: 1, height: 1, channels: paddedChannels(scores), border: 0)

    package init(_ source: NetworkWeights) throws(FaceError) {
        func layer(_ name: String, _ inputs: Int, _ outputs: Int) throws(FaceError) -> Convolution {
            try Convolution(dense: "blendshapes." + name, inputs: inputs, outputs: outputs, of: source)
        }
        scale = try source.floats("blendshapes.scale", shape: [1])[0]
        epsilon = try source.floats("blendshapes.epsilon", shape: [1])[0]
        ownToken = try source.floats("blendshapes.token", shape: [Self.features])
        mix = try layer("tokens", Self.points.count, Self.mixtures)
        embed = try layer("embedding", 2, Self.features)
        var blocks: [MixerBlock] = []
        for index in 0..<4 {
            blocks.append(
                try MixerBlock(
                    "blendshapes.blocks.\(index)", tokens: Self.tokens, tokenUnits: Self.tokenUnits,
                    features: Self.features, featureUnits: Self.featureUnits, epsilon: epsilon, of: source))
        }
        self.blocks = blocks
        head = try layer("scores", Self.features, Self.scores)
    }

    /// Scores a mesh.
    ///
    /// - Parameters:
    ///   - mesh: x, y and z of each of the 478 points, of which x and y count, in any square unit.
    ///   - scores: 52 places for the scores, 0...1, in the order of the model.
    package func callAsFunction(
        _ mesh: UnsafeBufferPointer<Float>, into scores: UnsafeMutablePointer<Float>, workers: Workers
    ) {
        normalise(mesh)
        mix(input, into: mixed, workers: workers)
        transpose(mixed, into: turned, rows: 2, columns: Self.mixtures)
        embed(turned, into: embedded, workers: workers)
        let rows = state.features(x: 0, y: 0)
        for i in 0..<Self.features { rows[i] = ownToken[i] }
        (rows + Self.features).update(
            from: embedded.features(x: 0, y: 0), count: Self.mixtures * Self.features)
        for block in blocks { block(state, workers: workers) }
        first.features(x: 0, y: 0).update(from: rows, count: Self.features)
        head(first, into: logits, workers: workers)
        sigmoid(logits.features(x: 0, y: 0), count: Self.scores, into: scores)
    }

    /// Puts the points around their mean, with a mean distance of ``scale`` from it.
    private func normalise(_ mesh: UnsafeBufferPointer<Float>) {
        let (xs, ys) = (input.features(x: 0, y: 0), input.features(x: 1, y: 0))
        let count = Float(Self.points.count)
        var (sumX, sumY): (Float, Float) = (0, 0)
        for (i, point) in Self.points.enumerated() {
            (xs[i], ys[i]) = (mesh[3 * point], mesh[3 * point + 1])
            sumX += xs[i]
            sumY += ys[i]
        }
        var distance: Float = 0
        for i in Self.points.indices {
            xs[i] -= sumX / count
            ys[i] -= sumY / count
            distance += (xs[i] * xs[i] + ys[i] * ys[i]).squareRoot()
        }
        let factor = distance > 0 ? scale * count / distance : 0
        for i in Self.points.indices {
            xs[i] *= factor
            ys[i] *= factor
        }
    }
}

/// A block of an MLP mixer: `x + mlp(norm(x)^T)^T`, and then `y + mlp(norm(y))`.
private final class MixerBlock {
    private let norms: [[Float]]
    private let epsilon: Float
    private let tokenLayers: [Convolution]
    private let featureLayers: [Convolution]
    private let tokens: Int
    private let features: Int
    private let normed: FeatureMap
    private let turned: FeatureMap
    private let turnedUnits: FeatureMap
    private let turnedSums: FeatureMap
    private let units: FeatureMap

    init(
        _ name: String, tokens: Int, tokenUnits: Int, features: Int, featureUnits: Int, epsilon: Float,
        of source: NetworkWeights
    ) throws(FaceError) {
        (self.tokens, self.features, self.epsilon) = (tokens, features, epsilon)
        norms = [
            try source.floats(name + ".token_norm", shape: [features]),
            try source.floats(name + ".channel_norm", shape: [features]),
        ]
        tokenLayers = [
            try Convolution(
                dense: name + ".tokens.0", inputs: tokens, outputs: tokenUnits, activation: .relu, of: source),
            try Convolution(dense: name + ".tokens.1", inputs: tokenUnits, outputs: tokens, of: source),
        ]
        featureLayers = [
            try Convolution(
                dense: name + ".channels.0", inputs: features, outputs: featureUnits, activation: .relu,
                of: source),
            try Convolution(dense: name + ".channels.1", inputs: featureUnits, outputs: features, of: source),
        ]
        func map(_ rows: Int, _ columns: Int) -> FeatureMap {
            FeatureMap(width: rows, height: 1, channels: paddedChannels(columns), border: 0)
        }
        normed = map(tokens, features)
        turned = map(features, tokens)
        turnedUnits = map(features, tokenUnits)
        turnedSums = map(features, tokens)
        units = map(tokens, featureUnits)
    }

    /// Changes `state`, a map of a pixel for each token.
    func callAsFunction(_ state: FeatureMap, workers: Workers) {
        norm(state, norms[0])
        transpose(normed, into: turned, rows: tokens, columns: features)
        tokenLayers[0](turned, into: turnedUnits, workers: workers)
        tokenLayers[1](turnedUnits, into: turnedSums, workers: workers)
        let (rows, sums) = (state.features(x: 0, y: 0), turnedSums.features(x: 0, y: 0))
        for feature in 0..<features {
            let column = sums + feature * turnedSums.channels
            for token in 0..<tokens { rows[token * state.channels + feature] += column[token] }
        }
        norm(state, norms[1])
        featureLayers[0](normed, into: units, workers: workers)
        featureLayers[1](units, skip: .identity(state), into: state, workers: workers)
    }

    private func norm(_ state: FeatureMap, _ gains: [Float]) {
        let count = Float(features)
        for token in 0..<tokens {
            let (from, to) = (state.features(x: token, y: 0), normed.features(x: token, y: 0))
            var (mean, variance): (Float, Float) = (0, 0)
            for i in 0..<features { mean += from[i] }
            mean /= count
            for i in 0..<features { variance += (from[i] - mean) * (from[i] - mean) }
            let inverse = 1 / (variance / count + epsilon).squareRoot()
            for i in 0..<features { to[i] = (from[i] - mean) * inverse * gains[i] }
        }
    }
}

/// Turns a matrix whose rows are the pixels of a map.
private func transpose(_ map: FeatureMap, into target: FeatureMap, rows: Int, columns: Int) {
    let (from, to) = (map.features(x: 0, y: 0), target.features(x: 0, y: 0))
    for column in 0..<columns {
        for row in 0..<rows { to[column * target.channels + row] = from[row * map.channels + column] }
    }
}

extension Convolution {
    /// A dense layer for each pixel.
    convenience init(
        dense name: String, inputs: Int, outputs: Int, activation: Activation = .none,
        of source: NetworkWeights
    ) throws(FaceError) {
        let (weight, bias) = try source.parameters(name, shape: [outputs, inputs], biases: outputs)
        self.init(
            inputs: inputs, outputs: outputs, weights: weight, bias: bias, stride: 1, activation: activation)
    }
}
