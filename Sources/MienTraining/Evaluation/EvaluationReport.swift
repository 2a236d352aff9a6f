import MienHeads

/// All scores of one head on one data set.
package struct EvaluationReport: Sendable {
    /// What was measured against.
    package let data: String
    package let task: HeadTask
    /// Expression: at the most probable class. Action units: at 0.5.
    package let plain: Scores
    /// Action units at the thresholds of the manifest; nil for expressions.
    package var tuned: Scores?
    /// These thresholds.
    package var thresholds: [Double]?
    /// After the mean over time; nil unless frames are ordered.
    package var smoothed: Scores?
    /// Action units after the mean over time, at the tuned thresholds.
    package var smoothedAndTuned: Scores?
    /// The window of that mean, in seconds.
    package var smoothingSeconds: Double?
    /// Of the uncalibrated logits; nil where there are none, as in a table of decisions.
    package var losses: LossScores?
    /// The expected calibration error of uncalibrated probabilities; nil where there are none.
    package var calibrationError: Double?
    /// After temperature scaling; nil without it.
    package var calibratedError: Double?
    /// The temperature (expression) that was used; nil without one.
    package var temperature: Double?
    /// Action units with graded labels: how well the calibrated probabilities follow them; nil for decisions.
    package var agreement: Agreement?
    /// What the user should know about the numbers, one sentence each.
    package var notes: [String] = []

    package init(data: String, task: HeadTask, plain: Scores) {
        self.data = data
        self.task = task
        self.plain = plain
        let absent = zip(task.labels, plain.each).filter { $1.support == 0 }.map(\.0)
        if !absent.isEmpty {
            notes.append(
                "No sample has \(absent.joined(separator: ", ")): its F1 counts as 0 in the macro F1.")
        }
    }

    /// Measures predictions in every way that `dataset` and `manifest` allow.
    package init(_ predictions: Predictions, _ dataset: Dataset, manifest: ModelManifest?) {
        let task = dataset.task
        let labels = dataset.labels
        let calibration = manifest?.calibration ?? Calibration()
        func scores(_ probabilities: [Float], _ thresholds: [Double]? = nil) -> Scores {
            Scores(
                task: task, probabilities: probabilities, samples: predictions.samples, labels: labels,
                thresholds: thresholds ?? Calibration().actionUnitThresholds)
        }
        let raw = predictions.probabilities(Calibration())
        let calibrated = predictions.probabilities(calibration)
        self.init(data: dataset.path, task: task, plain: scores(raw))
        losses = LossScores(predictions, labels: labels)
        calibrationError = CalibrationError.of(
            task: task, probabilities: raw, samples: predictions.samples, labels: labels)
        if calibrated != raw {
            calibratedError = CalibrationError.of(
                task: task, probabilities: calibrated, samples: predictions.samples, labels: labels)
            if task == .expression { temperature = calibration.expressionTemperature }
        }
        if task == .actionUnits, labels.isSoft {
            agreement = Agreement(
                probabilities: calibrated, samples: predictions.samples, labels: labels)
        }
        let hasThresholds = task == .actionUnits && calibration.actionUnitThresholds.contains { $0 != 0.5 }
        if hasThresholds {
            thresholds = calibration.actionUnitThresholds
            tuned = scores(calibrated, thresholds)
        }
        guard let groups = dataset.tracks ?? dataset.groups, let times = dataset.times else { return }
        let smoothing = manifest?.smoothing ?? Smoothing()
        let window = task == .expression ? smoothing.expressionSeconds : smoothing.actionUnitSeconds
        guard window > 0 else { return }
        func mean(_ probabilities: [Float]) -> [Float] {
            TemporalMean.apply(
                probabilities, outputs: task.outputs, samples: predictions.samples, groups: groups,
                times: times, window: window, votes: task == .expression && smoothing.expressionVotes)
        }
        smoothingSeconds = window
        smoothed = scores(mean(task == .expression ? calibrated : raw))
        if hasThresholds { smoothedAndTuned = scores(mean(calibrated), thresholds) }
    }
}
