import Foundation
import MienTraining

/// Says on standard error what a training does.
final class TrainingProgress {
    private let epochs: Int
    private let isQuiet: Bool
    private var line: (name: String, progress: ProgressLine)?

    init(epochs: Int, isQuiet: Bool) {
        self.epochs = epochs
        self.isQuiet = isQuiet
    }

    func callAsFunction(_ event: TrainingEvent) {
        guard !isQuiet else { return }
        switch event {
        case .batch(let epoch, let done, let total, _):
            update("epoch \(epoch) of \(epochs)", "batches", done, total)
        case .embedding(let done, let total):
            update("embedding", "samples", done, total)
        case .epoch(let record, let isBest):
            clear()
            Console.write(text(record, isBest: isBest) + "\n", to: STDERR_FILENO)
        case .note(let note):
            clear()
            Console.say(note)
        case .counts(let table):
            clear()
            Console.write(table.text, to: STDERR_FILENO)
        }
    }

    /// Removes the line that shows how far it is.
    func clear() {
        line?.progress.clear()
        line = nil
    }

    private func update(_ name: String, _ unit: String, _ done: Int, _ total: Int) {
        if line?.name != name {
            clear()
            line = (name, ProgressLine(name: name, unit: unit))
        }
        line?.progress.update(frames: done, of: total)
    }

    private func text(_ record: EpochRecord, isBest: Bool) -> String {
        let width = "\(epochs)".count
        let number = "\(record.epoch)"
        var text = "epoch " + String(repeating: " ", count: width - number.count) + "\(number) of \(epochs)"
        text += String(format: "  rate %.6f  loss %.4f", record.learningRate, record.trainLoss)
        guard let validation = record.validation else { return text }
        text += String(
            format: "  validation: macro F1 %.4f  loss %.4f  worst 10 %% %.4f", validation.macroF1,
            validation.loss, validation.worstTenth)
        return text + (isBest ? "  best" : "")
    }
}
