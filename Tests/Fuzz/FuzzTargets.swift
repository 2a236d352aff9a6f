import Foundation
import Glibc
import MienCLIP
import MienHeads
import MienSafetensors
import MienTable
import MienTimeline
import MienTraining

/// The parsers that meet bytes of others, by name. Each reads its input to the end, as the product does.
enum FuzzTargets {
    static let all: [String: @Sendable (Data) -> Void] = [
        "safetensors": { data in
            withFile(data) { path in
                let file = try SafetensorsFile(path: path)
                for name in file.tensors.keys { _ = try? file.floats(name) }
            }
        },
        "table": { data in
            attempt {
                let table = try TableReader(bytes: [UInt8](data), name: "fuzz")
                while try table.next() != nil {}
            }
        },
        "metadata": { data in withFile(data) { path in _ = try RunMetadata(contentsOf: path) } },
        "baseline": { data in withFile(data) { path in _ = try StoredBaseline(contentsOf: path) } },
        "labels": { data in
            for task in [HeadTask.expression, .actionUnits] {
                withFile(data) { path in
                    _ = try LabelTable.read(path, task: task)
                    _ = try LabelTable.read(path, task: task, allowsMalformed: true)
                }
            }
        },
        "eaf": { data in
            attempt {
                _ = try ELANLabels(ELANFile(data, path: "fuzz"), video: "clip.mp4", allowsMalformed: true)
            }
        },
        "manifest": { data in withFile(data) { path in _ = try ModelManifest(path: path) } },
        "configuration": { data in withFile(data) { path in _ = try VisionConfiguration(path: path) } },
        "preprocessor": { data in
            try? data.write(to: URL(fileURLWithPath: "\(folder)/preprocessor_config.json"))
            attempt { _ = try PreprocessingConfiguration(folder: folder) }
        },
    ]

    private static func attempt(_ body: () throws -> Void) {
        do { try body() } catch {
            // The message is part of what must hold for any input.
            _ = "\(error)"
        }
    }

    /// Calls `body` with the path of a file in memory that holds `data`.
    private static func withFile(_ data: Data, _ body: (String) throws -> Void) {
        let path = "\(folder)/input"
        guard (try? data.write(to: URL(fileURLWithPath: path))) != nil else {
            fatalError("\(path): cannot be written")
        }
        attempt { try body(path) }
    }

    private static let folder: String = {
        let path = "/dev/shm/mien-fuzz-\(getpid())"
        try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        return path
    }()
}
