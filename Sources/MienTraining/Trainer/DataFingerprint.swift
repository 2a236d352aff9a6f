import MienTensor

extension Dataset {
    /// A number that other data almost surely do not have: from all samples and labels, and 64 of the features.
    ///
    /// It guards a checkpoint against being continued with other data. Reading all features would cost an epoch's
    /// input; the training record has the hash of the whole file.
    func fingerprint() throws(TrainingError) -> UInt64 {
        // FNV-1a, 64 bits.
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        func add(_ value: UInt64) {
            for shift in stride(from: UInt64(0), to: 64, by: 8) {
                hash = (hash ^ (value >> shift & 0xff)) &* 0x100_0000_01b3
            }
        }
        var target = [Float](repeating: 0, count: task.outputs)
        add(UInt64(width))
        for sample in samples {
            add(UInt64(sample))
            labels.target(sample, into: &target)
            for value in target { add(UInt64(value.bitPattern)) }
        }
        let row = FloatBuffer(count: width)
        for index in Set((0..<64).map { $0 * samples.count / 64 }).sorted() where index < samples.count {
            try readFeatures(of: samples[index], into: row.baseAddress)
            for column in 0..<width { add(UInt64(row.baseAddress[column].bitPattern)) }
        }
        return hash
    }
}
