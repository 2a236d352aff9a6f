import Mien

/// Embeds labelled images and videos with a model, as annotating would.
package final class ModelEmbedder: SampleEmbedder {
    /// The run was interrupted; what is finished is in the cache.
    package struct Interrupted: Error, CustomStringConvertible {
        package let description = "interrupted; what is embedded so far is kept for the next run"
    }

    /// What one feature depends on; the cache's fingerprint says also which frames of a video there are.
    package let encoder: String
    package let fingerprint: String
    package let width: Int

    package let model: Model
    private let every: Int
    private let skipsBroken: Bool
    private let cancellation: Cancellation
    private let say: (String) -> Void

    /// - Parameters:
    ///   - every: Of videos that have one label as a whole, one frame in `every` is embedded.
    ///   - skipsBroken: Whether what cannot be read is said and left out instead of ending the run.
    ///   - say: Takes what the user should know meanwhile, a sentence at a time.
    package init(
        model: Model, every: Int, skipsBroken: Bool, cancellation: Cancellation,
        say: @escaping (String) -> Void
    ) throws(MienError) {
        self.model = model
        self.every = every
        self.skipsBroken = skipsBroken
        self.cancellation = cancellation
        self.say = say
        width = model.embeddingWidth
        encoder = try model.featureFingerprint()
        fingerprint = encoder + (every == 1 ? "" : ", one frame in \(every)")
    }

    package func embed(_ samples: [FaceSample], into sink: EmbeddingSink) throws {
        for areCrops in [false, true] {
            try embedImages(
                samples, samples.indices.filter { samples[$0].isStill && samples[$0].isCrop == areCrops },
                areCrops, sink)
        }
        for index in samples.indices where !samples[index].isStill && samples[index].moment == .whole {
            try embedVideo(samples[index].path, index, sink)
        }
        var moments: [String: [Int]] = [:]
        for index in samples.indices where samples[index].moment != .whole {
            moments[samples[index].path, default: []].append(index)
        }
        for (path, indices) in moments.sorted(by: { $0.key < $1.key }) {
            try embedMoments(samples, indices, of: path, sink)
        }
    }

    private func embedImages(
        _ samples: [FaceSample], _ indices: [Int], _ areCrops: Bool, _ sink: EmbeddingSink
    ) throws {
        guard !indices.isEmpty else { return }
        var damaged = 0
        let failures = try model.embed(
            images: indices.map { samples[$0].path }, areCrops: areCrops, skipsUnreadable: skipsBroken,
            cancellation: cancellation
        ) { result in
            damaged += result.status == .decodeError ? 1 : 0
            try deliver(result, as: indices[result.index], time: .nan, to: sink)
        }
        try checkInterruption()
        for failure in failures { say("\(failure.error); left out") }
        let folder = samples[indices[0]].path.parentFolder
        report(damaged: damaged, of: folder)
    }

    private func embedVideo(_ path: String, _ index: Int, _ sink: EmbeddingSink) throws {
        try leavingOutBroken {
            let run = try model.embedAll(of: path, every: every, cancellation: cancellation) { result in
                guard let embedding = result.embedding else { return }
                sink.add(index, time: result.timestamp, feature: embedding)
            }
            // Half a video is not that video: it is embedded again next time.
            try checkInterruption()
            report(run, of: path)
            try sink.finish(index)
        }
    }

    private func embedMoments(
        _ samples: [FaceSample], _ indices: [Int], of path: String, _ sink: EmbeddingSink
    ) throws {
        try leavingOutBroken {
            var damaged = 0
            let (run, unreached) = try model.embed(
                indices.map { samples[$0] }, of: path, cancellation: cancellation
            ) { result in
                damaged += result.status == .decodeError ? 1 : 0
                try deliver(result, as: indices[result.index], time: result.timestamp, to: sink)
            }
            try checkInterruption()
            report(run, of: path)
            report(damaged: damaged, of: path)
            guard let first = unreached.first else { return }
            throw MienError.input(
                "\(path): \(unreached.count) of \(indices.count) labels are of moments it does not have, the "
                    + "first \(Self.words(samples[indices[first]].moment)); expected frames and times of this video"
            )
        }
    }

    private func deliver(
        _ result: SampleEmbedding, as index: Int, time: Double, to sink: EmbeddingSink
    ) throws {
        if let embedding = result.embedding {
            sink.add(index, time: time, feature: embedding)
        }
        try sink.finish(index)
    }

    private func leavingOutBroken(_ body: () throws -> Void) throws {
        do {
            try body()
        } catch let error as MienError {
            guard skipsBroken, case .input = error else { throw error }
            say("\(error); left out")
        }
    }

    private func checkInterruption() throws(Interrupted) {
        if cancellation.isCancelled { throw Interrupted() }
    }

    private func report(_ run: AnalysisRun, of path: String) {
        for warning in run.warnings { say("\(path): \(warning)") }
        if let reason = run.endedEarly { say(reason) }
    }

    /// The cache knows samples with a face and without; a failure must not pass for the latter unsaid.
    private func report(damaged: Int, of path: String) {
        guard damaged > 0 else { return }
        say(
            "\(path): \(damaged) labelled pictures are damaged and left out, among those counted as without a face"
        )
    }

    private static func words(_ moment: FaceSample.Moment) -> String {
        switch moment {
        case .whole: "the whole"
        case .frame(let frame): "frame \(frame)"
        case .time(let time): "\(time) s"
        }
    }
}
