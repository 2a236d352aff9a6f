import Foundation
import MienCore
import MienHeads
import MienTable
import MienTimeline

/// Where labelled data come from. What kind it is shows in the path:
///
/// - a `.safetensors` file: features with labels;
/// - a folder: Aff-Wild2 as distributed;
/// - an `.eaf` file of ELAN: the faces of the table beside it, with the labels of its tiers;
/// - a CSV with the columns of `mien annotate`: its faces, with labels added or corrected;
/// - any other CSV: a list of images or videos with labels.
package struct DataSource: Codable, Sendable, Equatable {
    package var path: String
    /// Which part of Aff-Wild2; nil is the training set.
    package var part: AffWild2.Part?
    /// The video of a table of `mien annotate`, or the folder in which the paths of a label table begin; nil is
    /// what the table's metadata name, or the table's folder.
    package var media: String?
    /// Whether the images of a label table are cropped faces already, as those of Aff-Wild2 always are.
    package var areCrops = false
    /// Whether rows that cannot be understood are skipped and counted instead of being an error.
    package var allowsMalformed = false

    package init(
        path: String, part: AffWild2.Part? = nil, media: String? = nil, areCrops: Bool = false,
        allowsMalformed: Bool = false
    ) {
        self.path = path
        self.part = part
        self.media = media
        self.areCrops = areCrops
        self.allowsMalformed = allowsMalformed
    }

    package var isFeatures: Bool { path.hasSuffix(".safetensors") }

    package var isELAN: Bool { path.lowercased().hasSuffix(".eaf") }

    package var isFolder: Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
    }

    /// Reads the labels; nil if they come with features.
    package func labelledSamples(task: HeadTask) throws(TrainingError) -> LabelledSamples? {
        if isFeatures { return nil }
        if isFolder {
            return part == .test
                ? try AffWild2.unlabelled(path, task: task)
                : try AffWild2.read(path, task: task, part: part ?? .train, allowsMalformed: allowsMalformed)
        }
        if isELAN {
            return try AnnotatedTable.readELAN(
                path, task: task, media: media, allowsMalformed: allowsMalformed)
        }
        let header = try wrapping { () throws(TimelineError) in try CSVReader(path: path).header }
        if AnnotatedTable.matches(header: header) {
            guard !areCrops else {
                throw .data(
                    path: path,
                    reason: "a table of mien annotate, whose faces are cropped by their boxes; "
                        + "expected a list of images that are cropped already")
            }
            return try AnnotatedTable.read(path, task: task, media: media, allowsMalformed: allowsMalformed)
        }
        return try LabelTable.read(
            path, task: task, folder: media, areCrops: areCrops, allowsMalformed: allowsMalformed)
    }
}

/// What a split keeps together.
package enum SplitUnit: String, Codable, Sendable, CaseIterable {
    case subject
    case video
}

/// Turns sources into data sets, embedding where there are no features yet.
package struct DataLoader {
    package let task: HeadTask
    /// What splits keep together; nil is the subject where subjects are known, else the video.
    package var unit: SplitUnit?
    /// Where features are kept; needed for labels of images and videos.
    package var cache: String?
    /// Makes the features.
    package var embedder: (any SampleEmbedder)?

    package init(task: HeadTask) {
        self.task = task
    }

    package func load(_ source: DataSource, event: (TrainingEvent) -> Void = { _ in }) throws -> Dataset {
        guard let labelled = try source.labelledSamples(task: task) else {
            return try Dataset(path: source.path, task: task)
        }
        for note in labelled.notes { event(.note(note)) }
        for (reason, count) in labelled.skipped where count > 0 {
            event(.note("\(labelled.path): \(count) \(reason) skipped."))
        }
        guard let cache, let embedder else {
            throw TrainingError.data(
                path: source.path,
                reason: "images and videos have to be embedded: expected a model and a cache folder")
        }
        let set = try FeatureCache(folder: cache).prepare(labelled, embedder: embedder, event: event)
        if set.faceless > 0 {
            event(.note("\(labelled.path): \(counted(set.faceless, "sample")) without a face skipped."))
        }
        return try dataset(labelled, set)
    }

    /// One sample for each row of features; a whole video has many.
    private func dataset(_ labelled: LabelledSamples, _ set: FeatureCache.Set) throws(TrainingError)
        -> Dataset
    {
        let groups: [Int64]
        switch unit {
        case .subject:
            guard let subjects = labelled.subjects else {
                throw .data(
                    path: labelled.path,
                    reason: "--split subject needs a column \"subject\"; --split video does not")
            }
            groups = subjects
        case .video: groups = labelled.videos
        case nil: groups = labelled.subjects ?? labelled.videos
        }
        let owners = set.samples
        var times = set.times
        if let known = labelled.times {
            for (row, owner) in owners.enumerated() where times[row].isNaN { times[row] = known[owner] }
        }
        var dataset = Dataset(
            path: labelled.path, features: set.features, labels: labelled.labels.selecting(owners),
            groups: owners.map { groups[$0] },
            times: times.contains(where: \.isNaN) ? nil : times,
            names: labelled.names.map { names in owners.map { names[$0] } })
        dataset.tracks = labelled.tracks.map { tracks in owners.map { tracks[$0] } }
        return dataset
    }
}

extension Labels {
    /// The labels of these samples, in this order, each as often as it is named.
    func selecting(_ samples: [Int]) -> Labels {
        var rows = [Float](repeating: 0, count: samples.count * task.outputs)
        let isHard = task == .expression && !isSoft
        if isHard { return Labels(classes: samples.map { Int8(expression($0) ?? -1) }) }
        rows.withUnsafeMutableBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return }
            for (row, sample) in samples.enumerated() { target(sample, into: base + row * task.outputs) }
        }
        return Labels(task: task, rows: rows)
    }
}
