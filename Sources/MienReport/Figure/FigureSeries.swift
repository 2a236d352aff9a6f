import MienTable
import MienTimeline

/// The readings of one face that a figure shows.
struct FigureSeries {
    /// Readings that follow each other without a break.
    typealias Run = Range<Int>

    /// The face's number.
    let face: Int
    /// The part of the timeline that is shown, in seconds.
    let range: ClosedRange<Double>
    private(set) var times: [Double] = []
    /// When each reading ends: at the next one, or with its frame.
    private(set) var ends: [Double] = []
    /// 20 to a reading: expressions, then action units. Missing ones are NaN.
    private(set) var scores: [Float] = []
    private(set) var runs: [Run] = []

    /// Reads the rows of the face that `options` name, or of all to find the one with the most.
    init(_ path: String, options: FigureOptions, gapMaximum: Double = 0.5) throws(ReportError) {
        let face = options.face
        var all: [Int: Readings] = [:]
        var frame: Int?
        var first: Double?
        var now = 0.0
        var step = 0.0
        var present: [Int] = []
        let table = try reporting { () throws(TimelineError) in try TableReader(path: path) }
        while let row = try reporting({ () throws(TimelineError) in try table.next() }) {
            let reading = row.reading
            if frame != reading.frame {
                let stamp = reading.timestamp
                let time = stamp.isFinite ? max(stamp, first == nil ? stamp : now) : now
                if first != nil { step = time - now }
                for id in present { all[id]?.end(at: time) }
                present.removeAll(keepingCapacity: true)
                if first == nil { first = time }
                now = time
                frame = reading.frame
            }
            guard let id = reading.faceID, face == nil || face == id else { continue }
            all[id, default: Readings()].append(
                options.isSmoothed ? reading.smoothedExpression : reading.expression,
                options.isSmoothed ? reading.smoothedActionUnits : reading.actionUnits, at: now)
            present.append(id)
        }
        let largest = all.max { ($0.value.rows, -$0.key) < ($1.value.rows, -$1.key) }
        guard let (id, readings) = largest else {
            throw .absent(
                face.map { "\(path): no face \($0), expected a number from its column face_id" }
                    ?? "\(path): no face in the table, so there is nothing to draw")
        }
        // The only frame of a still image has no length of its own.
        if step == 0 { step = 1 }
        let start = options.start ?? first ?? 0
        let end = options.duration.map { start + $0 } ?? max(now + step, start)
        self.face = id
        range = start...(end > start ? end : start + 1)
        take(readings, step: step, gapMaximum: gapMaximum)
        guard !times.isEmpty else {
            let columns = options.isSmoothed ? "smoothed" : "raw"
            let part = options.duration == nil ? "on" : "to \(end) s"
            throw .absent("\(path): face \(id) has no \(columns) readings from \(start) s \(part)")
        }
    }

    private struct Readings {
        var rows = 0
        var times: [Double] = []
        var ends: [Double] = []
        var scores: [Float] = []

        mutating func append(_ expression: ExpressionScores?, _ units: ActionUnitScores?, at time: Double) {
            rows += 1
            guard expression != nil || units != nil else { return }
            times.append(time)
            ends.append(.nan)
            for i in 0..<ExpressionScores.count { scores.append(expression?.values[i] ?? .nan) }
            for i in 0..<ActionUnitScores.count { scores.append(units?.values[i] ?? .nan) }
        }

        mutating func end(at time: Double) {
            if let last = ends.indices.last, ends[last].isNaN { ends[last] = time }
        }
    }

    private mutating func take(_ readings: Readings, step: Double, gapMaximum: Double) {
        let labels = SeriesSummary.labels
        var start = 0
        for i in readings.times.indices {
            let time = readings.times[i]
            var end = readings.ends[i].isNaN ? time + step : readings.ends[i]
            var isContinued = false
            if i + 1 < readings.times.count {
                let next = readings.times[i + 1]
                isContinued = next <= max(end, time + gapMaximum)
                if isContinued { end = next }
            }
            if end >= range.lowerBound, time <= range.upperBound {
                times.append(time)
                ends.append(end)
                scores += readings.scores[i * labels..<(i + 1) * labels]
            }
            let isLast = i + 1 == readings.times.count || readings.times[i + 1] > range.upperBound
            if !isContinued || isLast {
                if times.count > start { runs.append(start..<times.count) }
                start = times.count
            }
        }
    }

    /// The score of label `i` in reading `reading`.
    func score(_ reading: Int, _ i: Int) -> Float { scores[reading * SeriesSummary.labels + i] }
}
