import Foundation
import MienReport
import MienTable
import MienTimeline
import TestSupport
import Testing

/// The page says the same as the table, also where scores are close to each other, to a threshold and to the half of
/// a hundredth.
@Suite struct PageAgreementTests {
    private static let thresholds = (0..<12).map { [Float(0.5), 0.37, 0.4951][$0 % 3] }

    /// A table of `count` rows whose scores differ by millionths, with labels that need not be of the highest.
    private func closeTable(rows count: Int, seed: UInt64) -> [UInt8] {
        var numbers = Random(seed: seed)
        func random(_ bound: UInt64) -> UInt64 {
            numbers.next() % bound
        }
        func cells(_ count: Int, around values: [Double]) -> String {
            (0..<count).map { _ in
                String(
                    format: "%.6f",
                    values[Int(random(UInt64(values.count)))] + (Double(random(9)) - 4) * 1e-6)
            }.joined(separator: ",")
        }
        var text = TableColumn.all.map(\.name).joined(separator: ",") + "\n"
        for frame in 1...count {
            text += "\(frame),0,\(Double(frame) / 25),0.9,1,\(frame),ok,1,2,3,4"
            for _ in 0..<2 {
                let label =
                    random(4) == 0 ? "" : FacialExpression.allCases[Int(random(8))].name
                text +=
                    ",\(cells(8, around: [[0.125], [0.115, 0.12], [0.1225], [0.995, 0.005]][frame % 4])),\(label),"
                    + cells(12, around: [0.5, 0.37, 0.4951, 0.495, 0.005, 0.995])
            }
            text += "\n"
        }
        return Array(text.utf8)
    }

    private func rows(_ table: [UInt8]) throws -> [TableRow] {
        let reader = try TableReader(bytes: table, name: "close.csv")
        var rows: [TableRow] = []
        while let row = try reader.next() { rows.append(row) }
        return rows
    }

    @Test(arguments: [1, 2, 3, 4] as [UInt64]) func neverContradictsTheTable(seed: UInt64) throws {
        let table = closeTable(rows: 500, seed: seed)
        let rows = try rows(table)
        var report = try ReportPage(title: "t", tableName: "t", version: "1")
        report.summary.thresholds = Self.thresholds
        report.summary.minimumEvent = 0
        let sink = MemorySink()
        try report.write(TableReader(bytes: table, name: "close.csv"), to: sink)
        let content = try PageContent(sink.text)
        try #require(content.rows.count == rows.count)
        for (row, read) in zip(rows, content.rows) {
            let reading = row.reading
            let labels = [
                row.expressionLabel ?? reading.expression?.dominant,
                row.smoothedExpressionLabel ?? reading.smoothedExpression?.dominant,
            ]
            #expect(read.labels == labels, "frame \(read.number)")
            let units = try [#require(reading.actionUnits), #require(reading.smoothedActionUnits)]
            for (bits, units) in zip(read.active, units) {
                for i in 0..<12 {
                    #expect((bits >> UInt16(i) & 1 == 1) == (units.values[i] >= Self.thresholds[i]))
                }
            }
            let expressions = try [#require(reading.expression), #require(reading.smoothedExpression)]
            let scores = zip(expressions, units).flatMap { expression, units in
                FacialExpression.allCases.map { expression[$0] } + ActionUnit.allCases.map { units[$0] }
            }
            for (score, read) in zip(scores, read.scores) {
                // What data.js makes of a level.
                let level = Int((try #require(read) * 200).rounded())
                let hundredths = Int((Double(score) * 1e6).rounded())
                #expect((level + 1) / 2 == (hundredths + 5000) / 10_000, "\(score)")
            }
        }
        try expectEvents(content, as: rows)
    }

    /// Every row's labels lie in the page's events of the same name, and the shares add up from them.
    private func expectEvents(_ content: PageContent, as rows: [TableRow]) throws {
        let faces = try #require(content.document["faces"] as? [[String: Any]])
        for (name, label) in [("raw", \TableRow.expressionLabel), ("smoothed", \.smoothedExpressionLabel)] {
            let series = try #require(faces[0][name] as? [String: Any])
            let events = try #require(series["events"] as? [[Double]])
            for row in rows {
                guard let expected = row[keyPath: label] else { continue }
                let now = events.filter {
                    $0[0] < 8 && $0[1] <= row.reading.timestamp + 1e-7 && row.reading.timestamp < $0[2] - 1e-7
                }
                #expect(now.map { Int($0[0]) } == [expected.rawValue], "\(row.reading.frame)")
            }
            let activities = try #require(series["activities"] as? [[String: Any]])
            let share = activities.prefix(8).compactMap { $0["share"] as? Double }.reduce(0, +)
            #expect(abs(share - 1) < 1e-4)
        }
    }
}
