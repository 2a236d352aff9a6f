import Foundation
import TestSupport
import Testing

/// A live run whose encoder cannot keep up.
@Suite struct StreamSlowModelTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try SlowModel.make(in: folder.url.appendingPathComponent("slow"))
    }

    @Test func framesAreDroppedAndEveryOneHasItsRow() throws {
        let run = try Streaming(
            Repository.sample, "--realtime --model slow --reuse off --max-latency 1 -t 3 -q", in: folder)
        let rows = try run.rows
        #expect(run.status == 0 && rows.isInOrder && rows.last?.frame == 72, "\(run.errors)")
        #expect(rows.count(.dropped) > 10 && rows.count(.ok) >= 2, "\(rows.count(.ok))")
        for row in rows { #expect((row.expression != nil) == (row.status == .ok)) }
        // Once there is a reading, every row of the face has smoothed scores.
        let first = try #require(rows.firstIndex { $0.smoothedExpression != nil })
        #expect(first < 50)
        for row in rows[first...] where row.faceID != nil {
            #expect(row.smoothedExpression != nil && row.smoothedActionUnits != nil, "\(row.frame)")
        }
    }

    @Test func rowsKeepTheBoundAndDropsCanBeCounted() throws {
        let options = "--realtime --model slow --reuse off --max-latency 0.3 -t 2"
        let words =
            ["bench", "live", Repository.sample, "--json"] + options.split(separator: " ").map(String.init)
        let run = try Repository.run("mien", words, in: folder.url)
        let bench = try #require(
            try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any], "\(run)")
        let progress = try #require(bench["progress"] as? [String: Any])
        #expect(progress["frames"] as? Int == 48)
        #expect(progress["dropped_faces"] as? Int ?? 0 > 10)
        // The machine may be late to wake a thread; the encoder takes longer than this.
        #expect(try #require(progress["latency_p95"] as? Double) < 0.4)

        let counted = try Streaming(Repository.sample, options + " --drops count", in: folder)
        #expect(
            try counted.rows.allSatisfy { $0.status != .dropped || $0.faceID != nil }, "\(counted.errors)")
        #expect(counted.status == 0 && counted.errors.contains("48 frames"), "\(counted.errors)")
    }
}

/// A model of the usual kind that takes long for an image. Its weights are all 0, in files that hold nothing.
private enum SlowModel {
    private static let width = 512
    private static let output = 32

    static func make(in folder: URL) throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let config: [String: Any] = [
            "model_type": "clip_vision_model", "architectures": ["CLIPVisionModelWithProjection"],
            "hidden_act": "quick_gelu", "hidden_size": width, "intermediate_size": 4 * width,
            "image_size": 224,
            "patch_size": 8, "num_attention_heads": 8, "num_hidden_layers": 4, "num_channels": 3,
            "projection_dim": output, "layer_norm_eps": 1e-5,
        ]
        try JSONSerialization.data(withJSONObject: config).write(
            to: folder.appendingPathComponent("config.json"))
        try write(encoder, to: folder.appendingPathComponent("model.safetensors"))
        try write(heads, to: folder.appendingPathComponent("heads.safetensors"))
    }

    private static var encoder: [String: [Int]] {
        let vision = "vision_model."
        var tensors = [
            vision + "embeddings.class_embedding": [width],
            vision + "embeddings.patch_embedding.weight": [width, 3, 8, 8],
            vision + "embeddings.position_embedding.weight": [28 * 28 + 1, width],
            "visual_projection.weight": [output, width],
        ]
        for norm in ["pre_layrnorm", "post_layernorm"] {
            for part in ["weight", "bias"] { tensors[vision + norm + "." + part] = [width] }
        }
        for layer in 0..<4 {
            let name = vision + "encoder.layers.\(layer)."
            for part in ["layer_norm1", "layer_norm2"] {
                (tensors[name + part + ".weight"], tensors[name + part + ".bias"]) = ([width], [width])
            }
            for part in ["q_proj", "k_proj", "v_proj", "out_proj"] {
                tensors[name + "self_attn." + part + ".weight"] = [width, width]
                tensors[name + "self_attn." + part + ".bias"] = [width]
            }
            for (part, rows, columns) in [("fc1", 4 * width, width), ("fc2", width, 4 * width)] {
                tensors[name + "mlp." + part + ".weight"] = [rows, columns]
                tensors[name + "mlp." + part + ".bias"] = [rows]
            }
        }
        return tensors
    }

    private static var heads: [String: [Int]] {
        var tensors: [String: [Int]] = [:]
        for (task, count) in [("expression", 8), ("au", 12)] {
            for layer in 0..<3 {
                let name = "\(task).layers.\(layer)."
                tensors[name + "linear.weight"] = [output, output]
                for part in [
                    "linear.bias", "norm.weight", "norm.bias", "norm.running_mean", "norm.running_var",
                ] {
                    tensors[name + part] = [output]
                }
            }
            tensors[task + ".output.weight"] = [count, output]
            tensors[task + ".output.bias"] = [count]
        }
        return tensors
    }

    private static func write(_ tensors: [String: [Int]], to file: URL) throws {
        var header: [String: Any] = [:]
        var end = 0
        for (name, shape) in tensors.sorted(by: { $0.key < $1.key }) {
            let size = 4 * shape.reduce(1, *)
            header[name] = ["dtype": "F32", "shape": shape, "data_offsets": [end, end + size]]
            end += size
        }
        var text = try JSONSerialization.data(withJSONObject: header)
        while text.count % 8 != 0 { text.append(0x20) }
        let length = withUnsafeBytes(of: UInt64(text.count).littleEndian) { Data($0) }
        try (length + text).write(to: file)
        truncate(file.path, off_t(8 + text.count + end))
    }
}
