import MienTable

/// What the faces of a table show over time, counted while the rows go by.
package struct TimelineSummary {
    /// One face.
    package final class Face {
        /// Its number in the table.
        package let id: Int
        /// Its rows.
        package fileprivate(set) var rows = 0
        /// When it is first and last there.
        package let first: Double
        package fileprivate(set) var last: Double
        package fileprivate(set) var raw = SeriesSummary()
        package fileprivate(set) var smoothed = SeriesSummary()
        package fileprivate(set) var geometry = GeometrySummary()

        fileprivate init(id: Int, at time: Double) {
            self.id = id
            first = time
            last = time
        }
    }

    /// The faces in the order in which they appear.
    package private(set) var faces: [Face] = []
    /// The time of the first and of the last frame.
    package private(set) var first: Double?
    package private(set) var last: Double?
    /// Frames without a time of their own, or with one before the frame before them. They count as being at its time.
    package private(set) var untimedFrames = 0

    private let options: SummaryOptions
    private var indexes: [Int: Int] = [:]
    private var frame: Int?
    private var step = 0.0
    /// The faces of the current frame.
    private var present: [Int] = []

    package init(options: SummaryOptions) {
        self.options = options
    }

    /// Adds the next row, in the order of the table.
    ///
    /// - Returns: The position of its face among ``faces``, if it has one, and the time of its frame if it is the
    ///   first row of one.
    package mutating func add(_ row: TableRow) -> (face: Int?, frameTime: Double?) {
        let reading = row.reading
        var begun: Double?
        if frame != reading.frame {
            begun = begin(reading.timestamp)
            frame = reading.frame
        }
        let time = last ?? 0
        guard let id = reading.faceID else { return (nil, begun) }
        let index = index(of: id, at: time)
        present.append(index)
        let face = faces[index]
        face.rows += 1
        face.last = time
        face.raw.add(
            expression: reading.expression, label: row.label, units: reading.actionUnits, at: time,
            options)
        face.smoothed.add(
            expression: reading.smoothedExpression, label: row.smoothedLabel,
            units: reading.smoothedActionUnits, at: time, options)
        face.geometry.add(reading.geometry, at: time, options)
        return (index, begun)
    }

    /// Ends the timeline: the last frame lasts as long as the one before it.
    package mutating func finish() {
        for face in faces {
            face.raw.finish(step: step, options)
            face.smoothed.finish(step: step, options)
        }
    }

    private mutating func begin(_ timestamp: Double) -> Double {
        let previous = last ?? (timestamp.isFinite ? timestamp : 0)
        let time = timestamp.isFinite ? max(timestamp, previous) : previous
        if time != timestamp { untimedFrames += 1 }
        if last != nil { step = time - previous }
        for index in present {
            faces[index].raw.hold(until: time)
            faces[index].smoothed.hold(until: time)
        }
        present.removeAll(keepingCapacity: true)
        if first == nil { first = time }
        last = time
        return time
    }

    private mutating func index(of id: Int, at time: Double) -> Int {
        if let index = indexes[id] { return index }
        indexes[id] = faces.count
        faces.append(Face(id: id, at: time))
        return faces.count - 1
    }
}
