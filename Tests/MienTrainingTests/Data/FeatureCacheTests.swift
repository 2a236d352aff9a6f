import Foundation
import Mien
import MienHeads
import MienSafetensors
import MienTensor
import MienTraining
import TestSupport
import Testing

/// Features that tell what they are of: no encoder needed.
final class FakeEmbedder: SampleEmbedder {
    struct Interrupted: Error {}

    var fingerprint = "fake"
    let width = 3
    /// The samples it was asked for, in all.
    var asked = 0
    var stopsAfter = Int.max
    /// Frames of a whole video.
    var frames = 1

    func embed(_ samples: [FaceSample], into sink: EmbeddingSink) throws {
        for (index, sample) in samples.enumerated() {
            if asked == stopsAfter { throw Interrupted() }
            asked += 1
            let name = (sample.path as NSString).lastPathComponent
            let number = Float(CacheKey.hash(name) % 1000)
            var moment: Float = 0
            if case .frame(let frame) = sample.moment { moment = Float(frame) }
            if !name.hasPrefix("empty") {
                for frame in 0..<(sample.moment == .whole && name.hasSuffix("mp4") ? frames : 1) {
                    let feature: [Float] = [number, moment, Float(frame)]
                    sink.add(index, time: Double(frame) / 10, feature: feature)
                }
            }
            try sink.finish(index)
        }
    }
}

@Suite struct FeatureCacheTests {
    private func labels(_ folder: TemporaryFolder, rows: Int = 600) throws -> LabelledSamples {
        try folder.file("a.mp4", "x")
        try folder.file("empty.mp4", "x")
        try folder.file("photos/1.jpg", "x")
        try folder.file("photos/empty.jpg", "x")
        var text = "path,frame,label\n"
        for row in 1...rows { text += "\(row % 7 == 0 ? "empty.mp4" : "a.mp4"),\(row),\(row % 8)\n" }
        text += "photos/1.jpg,,1\nphotos/empty.jpg,,2\na.mp4,,3\n"
        return try LabelTable.read(folder.file("labels.csv", text), task: .expression)
    }

    private func contents(_ set: FeatureCache.Set) throws -> [[Float]] {
        try (0..<set.features.count).map { row in
            let buffer = FloatBuffer(count: 3)
            try set.features.read(row, into: buffer.baseAddress)
            return array(buffer)
        }
    }

    @Test func everythingIsEmbeddedOnce() throws {
        let folder = try TemporaryFolder()
        let labelled = try labels(folder)
        let cache = FeatureCache(folder: folder.path + "/cache")
        let embedder = FakeEmbedder()
        embedder.frames = 4
        let set = try cache.prepare(labelled, embedder: embedder)
        #expect(embedder.asked == 603)
        #expect(set.faceless == 600 / 7 + 1)
        #expect(set.samples.count == 603 - set.faceless + 3, "a whole video has a row for each frame")
        let rows = try contents(set)
        for (row, sample) in zip(rows, set.samples) {
            if case .frame(let frame) = labelled.samples[sample].moment { #expect(row[1] == Float(frame)) }
        }
        #expect(set.times.suffix(4) == [0, 0.1, 0.2, 0.3])
        let again = try cache.prepare(labelled, embedder: embedder)
        #expect(embedder.asked == 603)
        #expect(try contents(again) == rows && again.samples == set.samples)
    }

    @Test(arguments: [1, 255, 256, 300, 520]) func anInterruptionCostsLittle(stop: Int) throws {
        let folder = try TemporaryFolder()
        let labelled = try labels(folder)
        let cache = FeatureCache(folder: folder.path + "/cache")
        let reference = try contents(
            FeatureCache(folder: folder.path + "/other").prepare(labelled, embedder: FakeEmbedder()))
        let embedder = FakeEmbedder()
        embedder.stopsAfter = stop
        #expect(throws: FakeEmbedder.Interrupted.self) { try cache.prepare(labelled, embedder: embedder) }
        let second = FakeEmbedder()
        let set = try cache.prepare(labelled, embedder: second)
        #expect(second.asked == 603 - stop)
        #expect(try contents(set) == reference)
    }

    @Test func anotherModelOrFileStartsAnew() throws {
        let folder = try TemporaryFolder()
        let labelled = try labels(folder, rows: 10)
        let cache = FeatureCache(folder: folder.path + "/cache")
        _ = try cache.prepare(labelled, embedder: FakeEmbedder())
        let other = FakeEmbedder()
        other.fingerprint = "another"
        _ = try cache.prepare(labelled, embedder: other)
        #expect(other.asked == 13)
        try folder.file("photos/1.jpg", "changed")
        let third = FakeEmbedder()
        _ = try cache.prepare(labelled, embedder: third)
        #expect(third.asked == 1)
        // More labels of the same files embed what is new.
        let fourth = FakeEmbedder()
        _ = try cache.prepare(labels(folder, rows: 14), embedder: fourth)
        #expect(fourth.asked >= 4 && fourth.asked <= 4 + 13)
    }

    @Test func withoutAnyFaceThereIsNothingToTrainOn() throws {
        let folder = try TemporaryFolder()
        try folder.file("empty.mp4", "x")
        let labelled = try LabelTable.read(
            folder.file("l.csv", "path,frame,label\nempty.mp4,1,0\n"), task: .expression)
        #expect(throws: TrainingError.self) {
            try FeatureCache(folder: folder.path + "/cache").prepare(labelled, embedder: FakeEmbedder())
        }
    }
}

@Suite struct DatasetTests {
    @Test func aSplitKeepsGroupsTogether() throws {
        let folder = try TemporaryFolder()
        let data = try Dataset(path: writeFeatures(folder, count: 500, groups: 20), task: .expression)
        for seed in UInt64(1)...5 {
            let (kept, held) = try Split.byGroup(data, fraction: 0.2, seed: seed, option: "--split video")
            let groups = (
                Set(kept.samples.map { data.groups![$0] }), Set(held.samples.map { data.groups![$0] })
            )
            #expect(groups.0.isDisjoint(with: groups.1))
            #expect((kept.samples + held.samples).sorted() == data.samples)
            #expect(abs(Double(held.samples.count) / Double(data.samples.count) - 0.2) < 0.06)
        }
        var ungrouped = data
        ungrouped.groups = nil
        #expect(
            message { () throws(TrainingError) in
                _ = try Split.byGroup(ungrouped, fraction: 0.2, seed: 1, option: "--split video")
            }.contains("frames of one video on both sides would measure memory"))
    }

    @Test func wrongFilesAreNamed() throws {
        let folder = try TemporaryFolder()
        func message(_ task: HeadTask, _ add: (inout SafetensorsWriter) -> Void) throws -> String {
            var writer = SafetensorsWriter()
            add(&writer)
            let path = folder.path + "/f.safetensors"
            try writer.write(to: path)
            return MienTrainingTests.message { () throws(TrainingError) in
                _ = try Dataset(path: path, task: task)
            }
            .replacingOccurrences(of: path + ": ", with: "")
        }
        let six = FloatBuffer(count: 6)
        #expect(
            try message(.expression) { $0.add(name: "x", shape: [6], floats: six.span) }
                == "no tensor \"features\" or \"embeddings\", expected one of shape [N, width]")
        #expect(
            try message(.expression) { $0.add(name: "features", shape: [3, 2], floats: six.span) }
                == "tensor \"labels\" is missing")
        #expect(
            try message(.expression) {
                $0.add(name: "embeddings", shape: [3, 2], floats: six.span)
                $0.add(name: "labels", shape: [3], integers: [0, 8, 1])
            } == "tensor \"labels\", row 1: 8, expected 0 to 7, or -1 for a row without a label")
        #expect(
            try message(.actionUnits) {
                $0.add(name: "features", shape: [3, 2], floats: six.span)
                $0.add(name: "labels", shape: [3], integers: [0, 1, 1])
            } == "tensor \"labels\" is I64 [3], expected F32 [3, 12] for the task au")
        #expect(
            try message(.expression) {
                $0.add(name: "features", shape: [3, 2], floats: six.span)
                $0.add(name: "labels", shape: [3], integers: [0, 1, 1])
                $0.add(name: "groups", shape: [2], integers: [0, 1])
            } == "tensor \"groups\" has shape [2], expected [3]")
        #expect(
            try message(.expression) {
                $0.add(name: "features", shape: [3, 2], floats: six.span)
                $0.add(name: "labels", shape: [3], integers: [-1, -1, -1])
            } == "none of its 3 rows has a label, expected at least one")
    }

    @Test func countsAreShownBesideEachOther() throws {
        let folder = try TemporaryFolder()
        let data = try Dataset(path: writeFeatures(folder), task: .expression)
        let counts = ClassCounts(data)
        #expect(counts.counts.reduce(0, +) == counts.samples)
        let text = ClassCounts.table([("train", counts), ("validation", counts)]).text
        #expect(text.hasPrefix("label      train     %  validation     %\nneutral"))
        let weights = counts.balancedClassWeights
        let total = zip(weights, counts.counts).reduce(0) { $0 + $1.0 * Double($1.1) }
        #expect(abs(total - Double(counts.samples)) < 1e-9)
    }
}
