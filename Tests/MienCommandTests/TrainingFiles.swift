import Foundation
import MienSafetensors
import TestSupport

/// Small training data that tests make for themselves.
enum TrainingFiles {
    /// Features that tell the label, with noise: class k is high in column k.
    ///
    /// - Parameter units: Labels of the 12 action units instead of expressions.
    static func writeFeatures(
        to path: String, count: Int, width: Int = 16, seed: UInt64, groups: Int = 12, units: Bool = false
    ) throws {
        var numbers = Random(seed: seed)
        func random() -> Float {
            Float.random(in: -0.5..<0.5, using: &numbers)
        }
        var features: [Float] = []
        var labels: [Int64] = []
        var unitLabels: [Float] = []
        for row in 0..<count {
            let label = min(7, Int((random() + 0.5) * 8))
            labels.append(Int64(label))
            for column in 0..<width { features.append((column == label ? 1.5 : 0) + random()) }
            for unit in 0..<12 { unitLabels.append(features[row * width + unit] > 0.4 ? 1 : 0) }
        }
        var writer = SafetensorsWriter()
        writer.add(name: "features", shape: [count, width], floats: features.span)
        if units {
            writer.add(name: "labels", shape: [count, 12], floats: unitLabels.span)
        } else {
            writer.add(name: "labels", shape: [count], integers: labels)
        }
        writer.add(name: "groups", shape: [count], integers: (0..<count).map { Int64($0 % groups) })
        try writer.write(to: path)
    }

    /// A tiny Aff-Wild2: two videos of the validation set, three of the training set, one without labels. The
    /// pictures are plain colours.
    static func writeAffWild2(in folder: TemporaryFolder) throws {
        let files = FileManager.default
        func write(_ part: String, _ video: String, _ rows: [Int], images: Set<Int>) throws {
            let root = folder.path("aw2")
            if !rows.isEmpty {
                let labels = root + "/EXPR_Recognition_Challenge/" + part
                try files.createDirectory(atPath: labels, withIntermediateDirectories: true)
                let text =
                    "Neutral,Anger,Disgust,Fear,Happiness,Sadness,Surprise,Other\n"
                    + rows.map { "\($0)\n" }.joined()
                try Data(text.utf8).write(to: URL(fileURLWithPath: labels + "/\(video).txt"))
            }
            let crops = root + "/cropped_aligned/" + video
            try files.createDirectory(atPath: crops, withIntermediateDirectories: true)
            for image in images {
                let name = String(format: "%05d", image)
                // The colour depends on the image, so that no two have the same features.
                let bytes = (0..<3 * 16 * 16).map { [UInt8(20 * image), UInt8(9 * video.count), 99][$0 % 3] }
                let picture = Data("P6\n16 16\n255\n".utf8) + Data(bytes)
                try picture.write(to: URL(fileURLWithPath: crops + "/\(name).ppm"))
                let made = try Repository.run(
                    "ffmpeg", ["-v", "error", "-i", "\(name).ppm", "\(name).jpg"],
                    in: URL(fileURLWithPath: crops))
                precondition(made.status == 0, made.errors)
                try files.removeItem(atPath: crops + "/\(name).ppm")
            }
        }
        try write("Train_Set", "1-30", [0, 4, -1, 4], images: [1, 2, 3, 4])
        try write("Train_Set", "7_left", [1, 1, 6], images: [1, 3])
        try write("Train_Set", "7_right", [2, 3, 5, 7], images: [1, 2, 3, 4])
        try write("Validation_Set", "video2", [0, 4, 0], images: [1, 2, 3])
        try write("Validation_Set", "video30", [6, -1], images: [1, 2])
        try write("", "unseen", [], images: [1, 2, 4])
    }
}
