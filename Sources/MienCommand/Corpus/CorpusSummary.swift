import Foundation
import Mien
import MienCore

/// The results of a run over folders, as a table for people and as a CSV file.
package struct CorpusSummary {
    package let results: [ClipResult]

    /// More clips than this, and only those with something to say are listed to people.
    private static let maximumListed = 40

    package init(_ results: [ClipResult]) {
        self.results = results
    }

    /// The CSV file's content.
    package var csv: String {
        var text = "clip,table,status,frames,rows,faces,seconds,message\n"
        for result in results {
            let seconds = result.seconds.map { String(format: "%.2f", $0) } ?? ""
            let cells = [
                result.clip, result.table, result.status.rawValue, "\(result.frames)", "\(result.rows)",
                "\(result.faces)", seconds, result.message,
            ]
            text += cells.map(CSVText.cell).joined(separator: ",") + "\n"
        }
        return text
    }

    /// The table for people, with the totals below it.
    package var text: String {
        let listed = results.count <= Self.maximumListed ? results : results.filter { !$0.isSuccess }
        var rows = [["clip", "frames", "faces", "seconds", "status"]]
        rows += listed.map { result in
            [
                result.clip, "\(result.frames)", "\(result.faces)",
                result.seconds.map { String(format: "%.1f", $0) } ?? "-",
                result.status.words + (result.message.isEmpty ? "" : ": " + result.message),
            ]
        }
        let seconds = results.reduce(0) { $0 + ($1.seconds ?? 0) }
        rows.append([
            "total: \(counted(results.count, "clip"))",
            "\(results.reduce(0) { $0 + $1.frames })", "\(results.reduce(0) { $0 + $1.faces })",
            String(format: "%.1f", seconds), counts,
        ])
        let widths = (0..<5).map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            let cells = row.enumerated().map { column, cell in
                let padding = String(repeating: " ", count: widths[column] - cell.count)
                return column == 0 ? cell + padding : column == 4 ? cell : padding + cell
            }
            return cells.joined(separator: "  ") + "\n"
        }.joined()
    }

    /// Writes the CSV file.
    ///
    /// - Throws: ``MienError/output(_:)``.
    func write(to path: String) throws(MienError) {
        do {
            try write(to: FileSink(path: path, replacing: true))
        } catch {
            throw .output("\(error)")
        }
    }

    private func write(to file: FileSink) throws(TimelineError) {
        do {
            try file.write(Array(csv.utf8).span)
            try file.commit()
        } catch {
            file.discard()
            throw error
        }
    }

    /// "3 done, 1 failed".
    private var counts: String {
        let all: [ClipResult.Status] = [.done, .endedEarly, .failed, .interrupted, .pending]
        return all.compactMap { status in
            let count = results.count { $0.status == status }
            return count == 0 ? nil : "\(count) \(status.words)"
        }.joined(separator: ", ")
    }
}

extension ClipResult.Status {
    /// The status in words.
    fileprivate var words: String { rawValue.replacing("_", with: " ") }
}
