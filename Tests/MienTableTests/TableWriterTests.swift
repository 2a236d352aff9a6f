import Foundation
import MienTable
import MienTimeline
import TestSupport
import Testing

@Suite struct TableWriterTests {
    static let header =
        "frame,face_id,timestamp,confidence,success,pts,status,face_x,face_y,face_w,face_h,"
        + "neutral,anger,disgust,fear,happiness,sadness,surprise,other,expression,"
        + "AU01,AU02,AU04,AU06,AU07,AU10,AU12,AU15,AU23,AU24,AU25,AU26,"
        + "s_neutral,s_anger,s_disgust,s_fear,s_happiness,s_sadness,s_surprise,s_other,s_expression,"
        + "s_au01,s_au02,s_au04,s_au06,s_au07,s_au10,s_au12,s_au15,s_au23,s_au24,s_au25,s_au26"

    @Test func goldenBytes() throws {
        let half = Array(repeating: ",0.500000", count: 12).joined()
        let cases: [(FaceReading, String)] = [
            (
                FaceReading.example,
                "1,0,0.000000,0.987654,1,-9000,ok,-3.46,12.00,100.00,0.25,"
                    + "0.100000,0.000000,0.000000,0.000000,0.900000,0.000000,0.000000,0.000000,happiness,"
                    + "0.000000,0.010000,0.020000,0.030000,0.040000,0.050000,"
                    + "0.060000,0.070000,0.080000,0.090000,0.100000,1.000000,"
                    + "0.600000,0.000000,0.000000,0.000000,0.400000,0.000000,0.000000,0.000000,neutral" + half
            ),
            (
                FaceReading(frame: 2, faceID: nil, timestamp: 0.0333333333, status: .noFace, pts: 512),
                "2,-1,0.033333,,0,512,no_face" + String(repeating: ",", count: 46)
            ),
            (
                FaceReading(
                    frame: 3, faceID: 7, timestamp: 0.1, status: .skipped,
                    smoothedExpression: ExpressionScores(repeating: 0.125)),
                "3,7,0.100000,,0,,skipped" + String(repeating: ",", count: 25)
                    + String(repeating: ",0.125000", count: 8) + ",neutral"
                    + String(repeating: ",", count: 12)
            ),
            (
                FaceReading(frame: 4, faceID: nil, timestamp: .nan, status: .decodeError),
                "4,-1,,,0,,decode_error" + String(repeating: ",", count: 46)
            ),
            (
                FaceReading(
                    frame: 5, faceID: 0, timestamp: 0.2, status: .held,
                    actionUnits: ActionUnitScores(repeating: 0.5)),
                "5,0,0.200000,,1,,held" + String(repeating: ",", count: 13) + half
                    + String(repeating: ",", count: 21)
            ),
            (
                // One value that is no probability makes its set missing, and so for the box.
                FaceReading(
                    frame: 6, faceID: 1, timestamp: 3600, confidence: .infinity, status: .dropped,
                    box: FaceRectangle(x: 0, y: .nan, width: 1, height: 1),
                    expression: ExpressionScores([0.5, 0.5, 0, 0, 0, 0, 0, -0.1]),
                    actionUnits: ActionUnitScores(repeating: .nan)),
                "6,1,3600.000000,,0,,dropped" + String(repeating: ",", count: 46)
            ),
        ]
        let lines = [Self.header] + cases.map(\.1)
        let bytes = try table(cases.map(\.0))
        #expect(String(decoding: bytes, as: UTF8.self) == lines.joined(separator: "\n") + "\n")
    }

    @Test func columnsAreDescribed() {
        #expect(TableColumn.header == Self.header)
        #expect(TableColumn.all.count == 53)
        #expect(TableColumn.all.allSatisfy { !$0.unit.isEmpty && !$0.meaning.isEmpty })
    }

    @Test func labelsBreakTiesAsTheTableDoes() {
        // Both are 0.400000 in the table.
        var scores = ExpressionScores(repeating: 0)
        scores[.anger] = 0.3999998
        scores[.fear] = 0.4000001
        #expect(scores.dominant == .anger)
        scores[.neutral] = .nan
        #expect(scores.dominant == nil)
    }

    @Test func sinksGetWholeRows() throws {
        var random = Random(seed: 5)
        let sink = MemorySink()
        let writer = TableWriter(sink: sink)
        let rows = random.timeline(frames: 1500, faces: 2)
        for row in rows {
            let before = sink.writes.count
            try writer.write(row)
            if sink.writes.count > before { #expect(sink.bytes.last == UInt8(ascii: "\n")) }
        }
        #expect(sink.writes.count > 2)
        #expect(!sink.isCommitted)
        try writer.commit()
        #expect(sink.isCommitted)
        #expect(sink.bytes == (try table(rows)))
        #expect(writer.counts.rows == rows.count)
        #expect(writer.counts.frames == 1500)
        #expect(writer.counts.faces == Set(rows.compactMap(\.faceID)))
        #expect(writer.counts[.noFace] == rows.count { $0.status == .noFace })
    }

    @Test func aTableContinues() throws {
        var random = Random(seed: 6)
        let rows = random.timeline(frames: 100, faces: 1)
        let sink = MemorySink()
        let first = TableWriter(sink: sink)
        for row in rows[..<40] { try first.write(row) }
        try first.flush()
        let second = TableWriter(sink: sink, header: false)
        for row in rows[40...] { try second.write(row) }
        try second.commit()
        #expect(sink.bytes == (try table(rows)))
    }

    @Test func refusesRowsOutOfOrder() async {
        await #expect(processExitsWith: .failure) {
            let writer = TableWriter(sink: MemorySink())
            try writer.write(FaceReading(frame: 3, faceID: nil, timestamp: 0, status: .noFace))
            try writer.write(FaceReading(frame: 3, faceID: 0, timestamp: 0, status: .ok))
        }
        await #expect(processExitsWith: .failure) {
            let writer = TableWriter(sink: MemorySink())
            try writer.write(FaceReading(frame: 0, faceID: nil, timestamp: 0, status: .noFace))
        }
    }
}
