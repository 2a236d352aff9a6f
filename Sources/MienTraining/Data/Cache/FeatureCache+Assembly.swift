import Foundation
import MienSafetensors
import MienTensor

extension FeatureCache {
    /// Puts the rows of all parts into one file in the order of the samples, which is what training reads from;
    /// the file of an earlier run is used again if it is of the same samples.
    func assemble(
        _ labelled: LabelledSamples, parts files: [SafetensorsFile], keys: [Int64], model: String, width: Int
    ) throws -> Set {
        let identity = CacheKey.hash(keys.map { String($0, radix: 36) }.joined(separator: ","))
        let path = "\(model)/set-\(CacheKey.digits(identity)).safetensors"
        if !FileManager.default.fileExists(atPath: path) {
            try write(files, keys: keys, width: width, to: path)
        }
        let file = try wrapping { () throws(SafetensorsError) in try SafetensorsFile(path: path) }
        let (samples, times) = try wrapping { () throws(SafetensorsError) in
            (try file.integers("sample").map { Int($0) }, try file.doubles("time"))
        }
        guard !samples.isEmpty else {
            throw TrainingError.data(
                path: labelled.path, reason: "no face was found in any of its \(keys.count) samples")
        }
        return Set(
            features: try FeatureRows(file), samples: samples, times: times,
            faceless: keys.count - Swift.Set(samples).count)
    }

    private func write(
        _ files: [SafetensorsFile], keys: [Int64], width: Int, to path: String
    ) throws(TrainingError) {
        // Where the rows of each key are. A video has all of its rows in one part.
        var places: [Int64: (file: Int, rows: Range<Int>)] = [:]
        var times: [[Double]] = []
        for (index, file) in files.enumerated() {
            let found = try wrapping { () throws(SafetensorsError) in try file.integers("key") }
            times.append(try wrapping { () throws(SafetensorsError) in try file.doubles("time") })
            var start = 0
            while start < found.count {
                var end = start
                while end < found.count && found[end] == found[start] { end += 1 }
                places[found[start]] = (index, start..<end)
                start = end
            }
        }
        // The part that is being read. Mapping them all would make the whole set resident, opening them all would
        // take more descriptors than a process has; neighbouring samples share a part anyway.
        var open: (file: Int, rows: FeatureRows)?
        let row = FloatBuffer(count: width)
        let writer = try wrapping { () throws(SafetensorsError) in
            try SafetensorsStreamWriter(
                path: path, tensor: "embeddings", width: width, integerColumns: ["sample"],
                doubleColumns: ["time"])
        }
        for (sample, key) in keys.enumerated() {
            guard let place = places[key] else { continue }
            if open?.file != place.file {
                open = (place.file, try FeatureRows(files[place.file], residentLimit: 0))
            }
            for index in place.rows {
                try open?.rows.read(index, into: row.baseAddress)
                try wrapping { () throws(SafetensorsError) in
                    try writer.append(
                        row.span, integers: [Int64(sample)], doubles: [times[place.file][index]])
                }
            }
        }
        try wrapping { () throws(SafetensorsError) in try writer.finish() }
    }
}
