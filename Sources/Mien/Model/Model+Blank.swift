extension Model {
    /// Encodes `crops` grey pictures in the batches a run would use.
    package func encodeBlank(crops: Int, _ configuration: Configuration) {
        let batch = makeBatch(configuration)
        var rest = crops
        while rest > 0 {
            let count = min(rest, batch.capacity)
            batch.fillBlank(count: count)
            encode(batch)
            rest -= count
        }
    }
}
