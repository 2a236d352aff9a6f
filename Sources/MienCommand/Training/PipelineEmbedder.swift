import Foundation
import Mien
import MienCore
import MienTraining

/// Embeds labelled images and videos with a model, as annotating would.
final class PipelineEmbedder: SampleEmbedder {
    /// The run was interrupted; what is finished is in the cache.
    struct Interrupted: Error, CustomStringConvertible {
        let description = "interrupted; what is embedded so far is kept for the next run"
    }

    /// What one feature depends on; the cache's fingerprint says also which frames of a video there are.
    let encoder: String
    let fingerprint: String
    let width: Int

    private let model: Model
    private let every: Int
    private let skipsBroken: Bool
    private let cancellation: Cancellation

    /// - Parameters:
    ///   - every: Of videos that have one label as a whole, one frame in `every` is embedded.
    ///   - skipsBroken: Whether what cannot be read is said and left out instead of ending the run.
    init(model: Model, every: Int, skipsBroken: Bool, cancellation: Cancellation) throws(MienError) {
        self.model = model
        self.every = every
        self.skipsBroken = skipsBroken
        self.cancellation = cancellation
        width = model.embeddingWidth
        encoder = try model.featureFingerprint()
        fingerprint = encoder + (every == 1 ? "" : ", one frame in \(every)")
    }

    func embed(_ samples: [LabelledSample], into sink: EmbeddingSink) throws {
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
        _ samples: [LabelledSample], _ indices: [Int], _ areCrops: Bool, _ sink: EmbeddingSink
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
        for failure in failures { Console.say("\(failure.error); left out") }
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
        _ samples: [LabelledSample], _ indices: [Int], of path: String, _ sink: EmbeddingSink
    ) throws {
        try leavingOutBroken {
            var damaged = 0
            let (run, unreached) = try model.embed(
                indices.map { FaceSample(samples[$0]) }, of: path, cancellation: cancellation
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
            Console.say("\(error); left out")
        }
    }

    private func checkInterruption() throws(Interrupted) {
        if cancellation.isCancelled { throw Interrupted() }
    }

    private func report(_ run: AnalysisRun, of path: String) {
        for warning in run.warnings { Console.say("\(path): \(warning)") }
        if let reason = run.endedEarly { Console.say(reason) }
    }

    /// The cache knows samples with a face and without; a failure must not pass for the latter unsaid.
    private func report(damaged: Int, of path: String) {
        guard damaged > 0 else { return }
        Console.say(
            "\(path): \(damaged) labelled pictures are damaged and left out, among those counted as without a face"
        )
    }

    private static func words(_ moment: LabelledSample.Moment) -> String {
        switch moment {
        case .whole: "the whole"
        case .frame(let frame): "frame \(frame)"
        case .time(let time): "\(time) s"
        }
    }
}

extension FaceSample {
    fileprivate init(_ sample: LabelledSample) {
        let choice: Choice =
            sample.face.map { face in
                .known(
                    id: face.id,
                    box: face.box.map {
                        FaceRectangle(
                            x: Float($0.x), y: Float($0.y), width: Float($0.width), height: Float($0.height))
                    })
            } ?? .largest
        switch sample.moment {
        case .time(let time): self.init(moment: .time(time), choice: choice)
        case .frame(let frame): self.init(moment: .frame(frame), choice: choice)
        case .whole: preconditionFailure("a whole video is not a moment of one")
        }
    }
}
