import Foundation
import MienReport
import MienTable
import MienTimeline
import Testing

/// Keeps what it is given, and fails once it has taken `limit` bytes.
final class MemorySink: TableSink {
    private(set) var bytes: [UInt8] = []
    private(set) var largestWrite = 0
    private(set) var writes = 0
    private let limit: Int

    init(limit: Int = .max) {
        self.limit = limit
    }

    var text: String { String(decoding: bytes, as: UTF8.self) }

    func write(_ rows: Span<UInt8>) throws(TimelineError) {
        guard bytes.count + rows.count <= limit else { throw .cannotWrite(path: "memory", code: ENOSPC) }
        rows.withUnsafeBytes { bytes += $0 }
        largestWrite = max(largestWrite, rows.count)
        writes += 1
    }

    func commit() throws(TimelineError) {}
}

/// A face in a frame, with a dominant expression and one active action unit.
func reading(
    _ frame: Int, face: Int? = 0, at time: Double, _ expression: FacialExpression? = .happiness,
    unit: ActionUnit? = nil, status: FrameStatus = .ok
) -> FaceReading {
    var reading = FaceReading(frame: frame, faceID: face, timestamp: time, status: status)
    guard face != nil else { return reading }
    reading.confidence = 0.9
    reading.box = FaceRectangle(x: 10.4, y: -3, width: 100, height: 120)
    if let expression {
        var scores = ExpressionScores(repeating: 0.02)
        scores[expression] = 0.86
        var units = ActionUnitScores(repeating: 0.1)
        if let unit { units[unit] = 0.8 }
        reading.expression = scores
        reading.actionUnits = units
        reading.smoothedExpression = scores
        reading.smoothedActionUnits = units
    }
    return reading
}

/// A table of faces that come and go, with frames without any and missing scores.
func timeline(frames: Int, faces: Int) -> [FaceReading] {
    var rows: [FaceReading] = []
    for frame in 1...max(frames, 1) where frames > 0 {
        let time = Double(frame - 1) / 25
        let present = (0..<faces).filter { (frame / 50 + $0) % 4 != 3 }
        if present.isEmpty { rows.append(reading(frame, face: nil, at: time, status: .noFace)) }
        for face in present {
            let kind = FacialExpression(rawValue: (frame / 20 + face) % 8) ?? .other
            var row = reading(frame, face: face, at: time, kind, unit: frame % 60 < 30 ? .au12 : nil)
            row.expression?.values[0] = Float(frame % 101) / 100
            if frame % 7 == 0 {
                row.status = .skipped
                row.expression = nil
                row.actionUnits = nil
            }
            if frame % 31 == 0 { row.smoothedActionUnits = nil }
            if frame % 13 == 0 { row.box = nil }
            rows.append(row)
        }
    }
    return rows
}

/// The table of these rows.
func table(_ rows: [FaceReading]) throws -> [UInt8] {
    let sink = MemorySink()
    let writer = TableWriter(sink: sink)
    for row in rows { try writer.write(row) }
    try writer.commit()
    return sink.bytes
}

/// The page of these rows.
func page(
    _ rows: [FaceReading], title: String = "clip.mp4", sink: MemorySink = MemorySink(),
    _ change: (inout ReportPage) -> Void = { _ in }
) throws -> MemorySink {
    var page = try ReportPage(title: title, tableName: "clip.csv", version: "1")
    change(&page)
    try page.write(TableReader(bytes: table(rows), name: "clip.csv"), to: sink)
    return sink
}

/// What a browser finds in a page, as far as these tests need it.
struct PageContent {
    struct Row {
        var face: Int?
        var frame = 0
        /// What the table calls the frame.
        var number = 0
        var time = Double.nan
        var status: Int
        var confidence: Double?
        var box: [Int]?
        /// Raw expressions and action units, then smoothed ones.
        var scores: [Double?]
        /// The expression's label, raw and smoothed.
        var labels: [FacialExpression?]
        /// Active action units, a bit for each, raw and smoothed.
        var active: [UInt16]
    }

    let document: [String: Any]
    private(set) var rows: [Row] = []

    init(_ text: String) throws {
        let json = try #require(
            Self.contents(of: "<script type=\"application/json\" id=\"document\">", in: text).first)
        document = try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
        var times: [Double] = []
        var numbers: [Int] = []
        for (tag, content) in Self.blocks(in: text) {
            let bytes = [UInt8](try #require(Data(base64Encoded: content)))
            let frames = try #require(Self.attribute("data-frames", of: tag))
            let count = try #require(Self.attribute("data-rows", of: tag))
            #expect(bytes.count == 12 * frames + 60 * count)
            var fresh = (0..<frames).map { i in
                (
                    time: Double(bitPattern: UInt64(Self.integer(bytes, 8 * i, 8))),
                    number: Int(Self.integer(bytes, 8 * frames + 4 * i, 4))
                )
            }[...]
            for row in 0..<count {
                let at = 12 * frames + 60 * row
                if bytes[at + 4] & 0x80 != 0 {
                    let next = fresh.popFirst()
                    let frame = try #require(next)
                    times.append(frame.time)
                    numbers.append(frame.number)
                }
                var read = Self.row(bytes[at..<at + 60])
                read.frame = times.count
                read.time = try #require(times.last)
                read.number = try #require(numbers.last)
                rows.append(read)
            }
            #expect(fresh.isEmpty)
        }
    }

    /// `count` bytes as a little-endian integer.
    private static func integer(_ bytes: [UInt8], _ at: Int, _ count: Int) -> UInt64 {
        (0..<count).reduce(0) { $0 | UInt64(bytes[at + $1]) << UInt64(8 * $1) }
    }

    private static func row(_ record: ArraySlice<UInt8>) -> Row {
        let bytes = Array(record)
        let face = integer(bytes, 0, 4)
        let box = (0..<4).map { Int(Int16(truncatingIfNeeded: integer(bytes, 6 + 2 * $0, 2))) }
        return Row(
            face: face == 0xFFFF_FFFF ? nil : Int(face), status: Int(bytes[4] & 0x7F),
            confidence: bytes[5] == 255 ? nil : Double(bytes[5]) / 200, box: box[0] == -32768 ? nil : box,
            scores: bytes[14..<54].map { $0 == 255 ? nil : Double($0) / 200 },
            labels: bytes[54..<56].map { FacialExpression(rawValue: Int($0)) },
            active: [56, 58].map { UInt16(integer(bytes, $0, 2)) })
    }

    private static func blocks(in text: String) -> [(tag: Substring, content: String)] {
        text.components(separatedBy: "<script type=\"text/plain\" class=\"rows\" ").dropFirst().map { part in
            let tag = part.prefix { $0 != ">" }
            return (tag, String(part.dropFirst(tag.count + 1).prefix { $0 != "<" }))
        }
    }

    private static func attribute(_ name: String, of tag: Substring) -> Int? {
        guard let start = tag.range(of: name + "=\"") else { return nil }
        return Int(tag[start.upperBound...].prefix { $0 != "\"" })
    }

    /// What is between `open` and the end of each such element.
    static func contents(of open: String, in text: String) -> [String] {
        text.components(separatedBy: open).dropFirst().map { part in
            part.range(of: "</script>").map { String(part[..<$0.lowerBound]) } ?? ""
        }
    }
}
