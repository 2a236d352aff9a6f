/// Pairs tracks with sightings, stage by stage, as ``Association`` says.
///
/// A value keeps its working memory from call to call.
package struct Matching: Sendable {
    private var result: [Int?] = []
    private var isTaken: [Bool] = []
    // The tracks and sightings of a stage, and the cost of each pair.
    private var rows: [Int] = []
    private var columns: [Int] = []
    private var costs: [Float] = []
    private var assignment = MinimumCostAssignment()

    package init() {}

    /// - Parameters:
    ///   - tracks: All tracks, their motion brought forward to `time`.
    ///   - scene: The current scene; tracks of other scenes are left alone.
    /// - Returns: For each track the index of its sighting, or nil.
    package mutating func callAsFunction(
        _ tracks: [Track], _ sightings: [Sighting], time: Double, scene: Int
    ) -> [Int?] {
        result.refill(with: nil, count: tracks.count)
        isTaken.refill(with: false, count: sightings.count)
        for stage in Association.stages {
            collect(tracks, sightings, stage, time, scene)
            if !rows.isEmpty && !columns.isEmpty { decide() }
        }
        return result
    }

    /// Lists what the stage is about.
    private mutating func collect(
        _ tracks: [Track], _ sightings: [Sighting], _ stage: Association.Stage, _ time: Double, _ scene: Int
    ) {
        rows.removeAll(keepingCapacity: true)
        columns.removeAll(keepingCapacity: true)
        costs.removeAll(keepingCapacity: true)
        for index in tracks.indices
        where result[index] == nil && tracks[index].scene == scene
            && Association.isEligible(tracks[index], for: stage, time)
        {
            rows.append(index)
        }
        for index in sightings.indices
        where !isTaken[index] && stage.scores.contains(sightings[index].detection.score) {
            columns.append(index)
        }
        for row in rows {
            for column in columns {
                costs.append(
                    Association.cost(tracks[row], sightings[column], in: stage, time) ?? .infinity)
            }
        }
    }

    private mutating func decide() {
        let pairs = assignment(costs, rows: rows.count, columns: columns.count)
        for (row, column) in zip(rows, pairs) {
            guard let column else { continue }
            result[row] = columns[column]
            isTaken[columns[column]] = true
        }
    }
}
