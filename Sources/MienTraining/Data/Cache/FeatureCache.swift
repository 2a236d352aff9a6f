import Foundation
import Mien
import MienSafetensors

/// Features of labelled images and videos, embedded once.
///
///     CACHE/MODEL/UNIT-00000.safetensors    parts, see ``CachePart``; UNIT is a video or a folder of images
///     CACHE/MODEL/set-LABELS.safetensors    the features of one label file, in its order
///
/// MODEL is the embedder's fingerprint, so another model starts anew and finds its own again; a file that has
/// changed is embedded again. Nothing is lost by an interruption but the part that was being filled.
package struct FeatureCache {
    package let folder: String

    package init(folder: String) {
        self.folder = folder
    }

    /// The features of samples: rows, and for each the sample and the time it is of.
    package struct Set {
        package let features: FeatureRows
        /// The index of the sample of each row.
        package let samples: [Int]
        /// Seconds, NaN where unknown.
        package let times: [Double]
        /// The number of samples without a face.
        package let faceless: Int
    }

    /// The features of `labelled`, embedding what the cache does not have.
    package func prepare(
        _ labelled: LabelledSamples, embedder: any SampleEmbedder, event: (TrainingEvent) -> Void = { _ in }
    ) throws -> Set {
        let model = folder + "/" + CacheKey.digits(CacheKey.hash(embedder.fingerprint))
        do {
            try FileManager.default.createDirectory(atPath: model, withIntermediateDirectories: true)
        } catch {
            throw TrainingError.file(path: model, reason: "cannot be made: \(error.localizedDescription)")
        }
        let units = units(labelled.samples)
        let keys = keys(labelled.samples)
        var done = 0
        var todo: [(unit: Unit, samples: [Int])] = []
        var firstFreePart: [String: Int] = [:]
        for unit in units {
            let parts = try parts(of: unit, in: model)
            firstFreePart[unit.name] = parts.count
            // Two labels of one moment, as of two annotators, share its feature.
            var known = try finished(parts, width: embedder.width)
            let missing = unit.samples.filter { known.insert(keys[$0]).inserted }
            done += unit.samples.count - missing.count
            if !missing.isEmpty { todo.append((unit, missing)) }
        }
        for (unit, samples) in todo {
            event(.embedding(done: done, of: labelled.samples.count))
            try embed(
                unit, samples, labelled, keys, embedder, model, part: firstFreePart[unit.name] ?? 0,
                isDone: {
                    done += 1
                    event(.embedding(done: done, of: labelled.samples.count))
                })
        }
        let files = try units.flatMap { unit in try parts(of: unit, in: model) }
        return try assemble(labelled, parts: files, keys: keys, model: model, width: embedder.width)
    }

    /// What is embedded in one go: a video, or the images of a folder.
    private struct Unit {
        let path: String
        var samples: [Int]
        var name: String { CacheKey.digits(CacheKey.hash(path)) }
    }

    private func units(_ samples: [FaceSample]) -> [Unit] {
        var units: [Unit] = []
        var indices: [String: Int] = [:]
        for (index, sample) in samples.enumerated() {
            let path = URL(fileURLWithPath: sample.path).standardizedFileURL.path
            // A moment of a file belongs to a video; a whole file is most likely an image among others.
            let unit = sample.moment == .whole ? (path as NSString).deletingLastPathComponent + "/" : path
            if let known = indices[unit] {
                units[known].samples.append(index)
            } else {
                indices[unit] = units.count
                units.append(Unit(path: unit, samples: [index]))
            }
        }
        return units
    }

    private func keys(_ samples: [FaceSample]) -> [Int64] {
        var stamps: [String: String] = [:]
        return samples.map { sample in
            let stamp = stamps[sample.path] ?? CacheKey.stamp(of: sample.path)
            // Videos have many samples, images one: those need not be remembered.
            if sample.moment != .whole { stamps[sample.path] = stamp }
            return CacheKey.key(sample, stamp: stamp)
        }
    }

    private func parts(of unit: Unit, in model: String) throws(TrainingError) -> [SafetensorsFile] {
        var files: [SafetensorsFile] = []
        while true {
            let path = partPath(unit, files.count, in: model)
            guard FileManager.default.fileExists(atPath: path) else { return files }
            files.append(try wrapping { () throws(SafetensorsError) in try SafetensorsFile(path: path) })
        }
    }

    private func partPath(_ unit: Unit, _ part: Int, in model: String) -> String {
        "\(model)/\(unit.name)-\(String(format: "%05d", part)).safetensors"
    }

    private func finished(
        _ parts: [SafetensorsFile], width: Int
    ) throws(TrainingError) -> Swift.Set<Int64> {
        var finished: Swift.Set<Int64> = []
        for part in parts {
            let done = try wrapping { () throws(SafetensorsError) in
                let found = try part.description(of: "embeddings").shape
                guard found.count == 2, found[1] == width else {
                    throw .wrongShape(
                        path: part.path, tensor: "embeddings", found: found,
                        expected: [found.first ?? 0, width])
                }
                return try part.integers("done")
            }
            finished.formUnion(done)
        }
        return finished
    }

    private func embed(
        _ unit: Unit, _ samples: [Int], _ labelled: LabelledSamples, _ keys: [Int64],
        _ embedder: any SampleEmbedder, _ model: String, part: Int, isDone: () -> Void
    ) throws {
        var next = part
        var current = CachePart(width: embedder.width)
        func flush() throws(TrainingError) {
            guard !current.isEmpty else { return }
            try current.write(
                to: partPath(unit, next, in: model), fingerprint: embedder.fingerprint, source: unit.path)
            next += 1
            current = CachePart(width: embedder.width)
        }
        try withoutActuallyEscaping(isDone) { isDone in
            let sink = EmbeddingSink(width: embedder.width) { index, features, times in
                current.add(key: keys[samples[index]], features: features, times: times)
                if current.isFull { try flush() }
                isDone()
            }
            do {
                try embedder.embed(samples.map { labelled.samples[$0] }, into: sink)
            } catch {
                // What is finished is kept, whatever ended it.
                try flush()
                throw error
            }
        }
        try flush()
    }
}
