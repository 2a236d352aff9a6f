import MienTimeline

/// What one face shows over time in its raw or in its smoothed columns, counted while the rows go by.
///
/// There are twenty labels: the eight expressions, of which one is on at a time, and the twelve action units, each of
/// which is on from its threshold. A reading holds until the next one of the face if that comes within
/// `gapMaximum` or in the very next frame, and otherwise until the next frame: a face that was away for longer
/// showed nothing meanwhile.
package struct SeriesSummary: Sendable {
    /// The number of labels: expressions, then action units.
    package static let labels = ExpressionScores.count + ActionUnitScores.count

    /// A label that was on without a break.
    package struct Event: Sendable, Equatable {
        /// The expression's index, or 8 and the action unit's.
        package var label: Int
        package var start: Double
        package var end: Double
        /// The highest probability of the label in it.
        package var peak: Float

        package var seconds: Double { end - start }
    }

    /// What became of one label.
    package struct Activity: Sendable, Equatable {
        /// How long it was on.
        package fileprivate(set) var seconds = 0.0
        /// The readings in which it was on.
        package fileprivate(set) var readings = 0
        /// How often it came on.
        package fileprivate(set) var count = 0
        /// The longest time it was on without a break.
        package fileprivate(set) var longest = 0.0
        /// The sum of its probabilities over all readings.
        package fileprivate(set) var sum = 0.0
        fileprivate var start: Double?
        fileprivate var peak: Float = 0
    }

    /// The time with readings of expressions, and their number.
    package private(set) var expressionSeconds = 0.0
    package private(set) var expressionReadings = 0
    /// The time with readings of action units, and their number.
    package private(set) var unitSeconds = 0.0
    package private(set) var unitReadings = 0
    package private(set) var activities = Array(repeating: Activity(), count: Self.labels)
    /// Events of at least `minimumEvent`, by their end.
    package private(set) var events: [Event] = []

    private struct Reading {
        var time: Double
        /// When the next frame came, once it is known.
        var end: Double?
        var hasExpression: Bool
        var hasUnits: Bool
        /// A bit for each label.
        var on: UInt32
    }
    private var last: Reading?

    package init() {}

    /// Adds the face's next reading; one without scores is none.
    mutating func add(
        expression: ExpressionScores?, label: FacialExpression?, units: ActionUnitScores?, at time: Double,
        _ options: SummaryOptions
    ) {
        guard expression != nil || units != nil else { return }
        var reading = Reading(
            time: time, hasExpression: expression != nil, hasUnits: units != nil, on: 0)
        if let expression {
            expressionReadings += 1
            for i in 0..<ExpressionScores.count { activities[i].sum += Double(expression.values[i]) }
            if let label { reading.on |= 1 << UInt32(label.rawValue) }
        }
        if let units {
            unitReadings += 1
            for i in 0..<ActionUnitScores.count {
                activities[ExpressionScores.count + i].sum += Double(units.values[i])
            }
            reading.on |= UInt32(options.active(units)) << UInt32(ExpressionScores.count)
        }
        var isContinued = false
        if let last {
            isContinued = time <= max(last.end ?? time, last.time + options.gapMaximum)
            close(
                last, at: isContinued ? time : last.end ?? time, keeping: isContinued ? reading.on : 0,
                options)
        }
        open(reading, expression, units, isContinued: isContinued)
        last = reading
    }

    /// Says when the frame after the last reading came.
    mutating func hold(until time: Double) {
        if last?.end == nil { last?.end = time }
    }

    /// Ends the series: the last reading holds for `step` if no frame followed.
    mutating func finish(step: Double, _ options: SummaryOptions) {
        guard let last else { return }
        close(last, at: last.end ?? last.time + step, keeping: 0, options)
        self.last = nil
    }

    private mutating func open(
        _ reading: Reading, _ expression: ExpressionScores?, _ units: ActionUnitScores?, isContinued: Bool
    ) {
        for i in 0..<Self.labels where reading.on & 1 << UInt32(i) != 0 {
            let score =
                i < ExpressionScores.count
                ? expression?.values[i] ?? 0 : units?.values[i - ExpressionScores.count] ?? 0
            activities[i].readings += 1
            if activities[i].start == nil {
                activities[i].start = reading.time
                activities[i].peak = score
                activities[i].count += 1
            } else {
                activities[i].peak = max(activities[i].peak, score)
            }
        }
    }

    private mutating func close(
        _ reading: Reading, at end: Double, keeping mask: UInt32, _ options: SummaryOptions
    ) {
        let seconds = end - reading.time
        if reading.hasExpression { expressionSeconds += seconds }
        if reading.hasUnits { unitSeconds += seconds }
        for i in 0..<Self.labels where reading.on & 1 << UInt32(i) != 0 {
            activities[i].seconds += seconds
            guard mask & 1 << UInt32(i) == 0, let start = activities[i].start else { continue }
            activities[i].start = nil
            activities[i].longest = max(activities[i].longest, end - start)
            // A hair's breadth, so that ten frames of 0.1 s make a second.
            if end - start >= options.minimumEvent - 1e-6 {
                events.append(Event(label: i, start: start, end: end, peak: activities[i].peak))
            }
        }
    }
}

extension SeriesSummary {
    /// The share of the time, 0...1, in which label `i` was on; of the readings where no time passed, as in a still
    /// image; nil without readings.
    package func share(_ i: Int) -> Double? {
        let isExpression = i < ExpressionScores.count
        let readings = isExpression ? expressionReadings : unitReadings
        let seconds = isExpression ? expressionSeconds : unitSeconds
        guard readings > 0 else { return nil }
        return seconds > 0
            ? activities[i].seconds / seconds : Double(activities[i].readings) / Double(readings)
    }

    /// The mean probability of label `i` over the readings, or nil without any.
    package func mean(_ i: Int) -> Double? {
        let readings = i < ExpressionScores.count ? expressionReadings : unitReadings
        return readings > 0 ? activities[i].sum / Double(readings) : nil
    }
}
