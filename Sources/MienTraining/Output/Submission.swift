import Foundation
import MienCore
import MienHeads
import MienTable
import MienTimeline

/// The files that the ABAW challenges ask for.
///
///     image_location,Neutral,Anger,Disgust,Fear,Happiness,Sadness,Surprise,Other
///     VIDEO/00001.jpg,0
///
/// and for action units `image_location,AU1,...,AU26` with twelve 0 or 1 a row.
package struct Submission {
    package let task: HeadTask
    private var answers: [String: String] = [:]
    private let names: [String]

    /// - Parameter names: `VIDEO/00001.jpg` for each row of `probabilities`.
    package init(task: HeadTask, names: [String], probabilities: [Float], thresholds: [Double]) {
        self.task = task
        self.names = names
        let outputs = task.outputs
        for (row, name) in names.enumerated() {
            let values = probabilities[row * outputs..<(row + 1) * outputs]
            switch task {
            case .expression: answers[name] = "\(firstMaximum(values))"
            case .actionUnits:
                answers[name] = zip(values, thresholds).map { Double($0) >= $1 ? "1" : "0" }.joined(
                    separator: ",")
            }
        }
    }

    package var header: String {
        let labels = task.labels.map { label in
            task == .expression
                ? label.prefix(1).uppercased() + label.dropFirst()
                : "AU\(Int(label.dropFirst(2)) ?? 0)"
        }
        return "image_location," + labels.joined(separator: ",")
    }

    /// Writes the file and returns its number of frames.
    package func write(to path: String, template: String?) throws(TrainingError) -> Int {
        let wanted = if let template { try images(of: template) } else { names }
        let text = try header + "\n" + lines(for: wanted, template: template)
        do {
            try AtomicFile.write(Array(text.utf8), to: path)
        } catch {
            throw .file(path: path, reason: "cannot be written: \(error)")
        }
        return wanted.count
    }

    private func lines(for wanted: [String], template: String?) throws(TrainingError) -> String {
        // The frames with an answer, by video, in order.
        var known: [String: [(index: Int, name: String)]] = [:]
        for name in names { known[folder(name), default: []].append((frame(name), name)) }
        for key in known.keys { known[key]?.sort { $0.index < $1.index } }
        var lines = ""
        for name in wanted {
            var answer = answers[name]
            if answer == nil, let frames = known[folder(name)] {
                let index = frame(name)
                let nearest = frames.last { $0.index <= index } ?? frames.first
                answer = nearest.flatMap { answers[$0.name] }
            }
            guard let answer else {
                throw .data(
                    path: template ?? "", reason: "\(name): no frame of \(folder(name)) has a prediction")
            }
            lines += "\(name),\(answer)\n"
        }
        return lines
    }

    private func images(of template: String) throws(TrainingError) -> [String] {
        try wrapping { () throws(TimelineError) in
            let reader = try CSVReader(path: template)
            var images: [String] = []
            while let record = try reader.next() { images.append(record[0]) }
            return images
        }
    }

    private func folder(_ name: String) -> String { name.parentFolder }

    private func frame(_ name: String) -> Int {
        Int(((name as NSString).lastPathComponent as NSString).deletingPathExtension) ?? 0
    }
}
