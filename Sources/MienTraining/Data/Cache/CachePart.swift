import MienSafetensors
import MienTensor

/// One file of the cache: the features of some samples of one video, or of the images of one folder.
///
/// `embeddings` [rows, width], `key` and `time` for each row, and `done`: the keys of all samples that are
/// finished, those without a face among them. Parts are written atomically, a few hundred rows each, so an
/// interruption costs seconds.
struct CachePart {
    static let rows = 256

    private(set) var features: [Float] = []
    private(set) var keys: [Int64] = []
    private(set) var times: [Double] = []
    private(set) var done: [Int64] = []
    let width: Int

    init(width: Int) {
        self.width = width
    }

    var isFull: Bool { done.count >= Self.rows || keys.count >= Self.rows }
    var isEmpty: Bool { done.isEmpty }

    mutating func add(key: Int64, features: [Float], times: [Double]) {
        self.features += features
        self.times += times
        keys += Array(repeating: key, count: times.count)
        done.append(key)
    }

    func write(to path: String, fingerprint: String, source: String) throws(TrainingError) {
        var writer = SafetensorsWriter(metadata: ["model": fingerprint, "source": source])
        let buffer = FloatBuffer(features)
        writer.add(name: "embeddings", shape: [keys.count, width], floats: buffer.span)
        writer.add(name: "key", shape: [keys.count], integers: keys)
        writer.add(name: "time", shape: [keys.count], doubles: times)
        writer.add(name: "done", shape: [done.count], integers: done)
        do throws(SafetensorsError) {
            try writer.write(to: path)
        } catch {
            throw .tensor(error)
        }
    }
}
