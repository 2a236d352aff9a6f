import Foundation
import MienCore
import MienHeads
import MienSafetensors

/// `mien model import`: joins a Hugging Face CLIP folder and heads into a model folder.
package struct ModelImport: Codable, Sendable, Equatable {
    /// The CLIP folder.
    package var clip: String
    /// Files with heads, at most one head for each task in all of them together.
    package var heads: [String]
    /// The folder to make.
    package var output: String
    /// The name of the model; nil is that of the folder.
    package var name: String?
    /// The licence of the weights.
    package var licence: String?
    /// Whether an existing folder may be written to.
    package var overwrites = false
    /// Whether a task that the heads leave open keeps the head that the CLIP folder has for it.
    package var keepsOtherHead = true

    package init(clip: String, heads: [String], output: String) {
        self.clip = clip
        self.heads = heads
        self.output = output
    }

    /// Makes the folder; the caller has checked that the CLIP folder can be opened.
    ///
    /// - Parameter embeddingWidth: The width of the encoder's embeddings, which the heads must read.
    /// - Returns: The tasks whose head is that of the CLIP folder.
    @discardableResult
    package func run(embeddingWidth: Int) throws(TrainingError) -> [HeadTask] {
        let files = FileManager.default
        if files.fileExists(atPath: output), !overwrites {
            throw .file(path: output, reason: "exists; -y writes into it")
        }
        var parameters: [HeadParameters] = []
        var manifest: ModelManifest?
        for path in heads {
            let file = try wrapping { () throws(SafetensorsError) in try SafetensorsFile(path: path) }
            // Reads it as annotating will: with all checks.
            _ = try wrapping { () throws(HeadsError) in try Heads(path: path, width: embeddingWidth) }
            let beside = (path.parentFolder as NSString).appendingPathComponent(
                "mien.json")
            var own: ModelManifest?
            if files.fileExists(atPath: beside) {
                own = try wrapping { () throws(HeadsError) in try ModelManifest(path: beside) }
            }
            for task in HeadTask.allCases where HeadParameters.exist(for: task, in: file) {
                if parameters.contains(where: { $0.task == task }) {
                    throw .data(
                        path: path,
                        reason: "a second head for the task \(task.rawValue), expected one in all files")
                }
                parameters.append(
                    try wrapping { () throws(HeadsError) in
                        try HeadParameters(task: task, file: file, width: embeddingWidth)
                    })
                manifest = merge(manifest, own, task: task)
            }
        }
        guard !parameters.isEmpty else { throw .option(name: "--heads", reason: "no heads given") }
        var result = manifest ?? ModelManifest()
        let kept = keepsOtherHead ? try otherHeads(than: parameters.map(\.task), width: embeddingWidth) : []
        for head in kept {
            parameters.append(head)
            let own = try? ModelManifest(path: clip + "/mien.json")
            result = merge(result, own, task: head.task) ?? result
        }
        result.name = name ?? (output as NSString).lastPathComponent
        if let licence { result.licence = licence }
        try copyEncoder()
        let headsPath = output + "/heads.safetensors"
        if files.fileExists(atPath: headsPath) { try? files.removeItem(atPath: headsPath) }
        try HeadsFile.write(parameters, to: headsPath)
        try wrapping { () throws(HeadsError) in try result.write(to: output + "/mien.json") }
        return kept.map(\.task)
    }

    /// The heads of the CLIP folder for other tasks than these: they read the same encoder.
    private func otherHeads(than tasks: [HeadTask], width: Int) throws(TrainingError) -> [HeadParameters] {
        let path = clip + "/heads.safetensors"
        guard FileManager.default.fileExists(atPath: path) else { return [] }
        let file = try wrapping { () throws(SafetensorsError) in try SafetensorsFile(path: path) }
        var heads: [HeadParameters] = []
        for task in HeadTask.allCases where !tasks.contains(task) && HeadParameters.exist(for: task, in: file)
        {
            heads.append(
                try wrapping { () throws(HeadsError) in
                    try HeadParameters(task: task, file: file, width: width)
                })
        }
        return heads
    }

    /// The first file's manifest, with what another says about its own head.
    private func merge(_ manifest: ModelManifest?, _ own: ModelManifest?, task: HeadTask) -> ModelManifest? {
        guard var merged = manifest else { return own }
        guard let own else { return merged }
        switch task {
        case .expression:
            merged.calibration.expressionTemperature = own.calibration.expressionTemperature
            merged.smoothing.expressionSeconds = own.smoothing.expressionSeconds
            merged.smoothing.expressionVotes = own.smoothing.expressionVotes
        case .actionUnits:
            merged.calibration.actionUnitThresholds = own.calibration.actionUnitThresholds
            merged.calibration.actionUnitScale = own.calibration.actionUnitScale
            merged.calibration.actionUnitBias = own.calibration.actionUnitBias
            merged.smoothing.actionUnitSeconds = own.smoothing.actionUnitSeconds
        }
        var training = merged.provenance["training"]?.members ?? [:]
        training[task.rawValue] = own.provenance["training"]?.members?[task.rawValue]
        merged.provenance["training"] = .object(training)
        return merged
    }

    /// The files of the encoder: configuration, preprocessing and weights, sharded or not. Not what a CLIP folder
    /// has for text or for other frameworks.
    private func copyEncoder() throws(TrainingError) {
        let files = FileManager.default
        let names = ((try? files.contentsOfDirectory(atPath: clip)) ?? []).filter { name in
            [
                "config.json", "preprocessor_config.json", "open_clip_config.json",
                "model.safetensors.index.json",
            ].contains(name) || name.hasSuffix(".safetensors") && name != "heads.safetensors"
        }
        do {
            try ModelFolder.copy(names, from: clip, to: output)
        } catch {
            throw .file(path: output, reason: "cannot be written: \(error.localizedDescription)")
        }
    }
}
