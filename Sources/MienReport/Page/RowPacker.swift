import MienTimeline

/// Rows as the page keeps them: records of a fixed size, little-endian, many in a block.
///
/// A block is the times of the frames that begin in it (Float64, seconds), their numbers in the table (UInt32), and then
/// its rows:
///
///     offset  bytes
///          0      4   the face's position in the document's list, or 0xFFFFFFFF for none
///          4      1   status (position in `FrameStatus.allCases`), and 0x80 if the row begins a frame
///          5      1   confidence
///          6      8   the box: x, y, width, height in whole pixels, Int16; -32768: none
///         14     40   8 expressions, 12 action units, and the same smoothed
///
/// Probabilities are counted in 250ths, so that they are off by 0.002 at most; 255 is a missing one. That is a tenth
/// of the table's size, and enough for what a screen shows; all figures of the summary come from the table itself.
struct RowPacker {
    static let recordSize = 54
    static let levels: Float = 250
    static let missing: UInt8 = 255
    static let noFace = UInt32.max
    static let noBox = Int16.min
    static let frameFlag: UInt8 = 0x80
    private static let blockRows = 4096

    private(set) var rows = 0
    private(set) var frames = 0
    private var times: [UInt8] = []
    private var numbers: [UInt8] = []
    private var records: [UInt8] = []

    init() {
        records.reserveCapacity(Self.blockRows * Self.recordSize)
    }

    /// Whether the block should go before another row comes.
    var isFull: Bool { rows >= Self.blockRows }

    /// Adds a row. `face` is the position of its face in the document; `frameTime` is there if it begins a frame.
    mutating func append(_ reading: FaceReading, face: Int?, frameTime: Double?) {
        if let frameTime {
            frames += 1
            append(frameTime.bitPattern, to: &times)
            append(UInt32(clamping: reading.frame), to: &numbers)
        }
        rows += 1
        append(face.map { UInt32($0) } ?? Self.noFace, to: &records)
        records.append(Self.code(reading.status) | (frameTime == nil ? 0 : Self.frameFlag))
        records.append(reading.confidence.map(Self.level) ?? Self.missing)
        append(reading.box)
        append(reading.expression?.values)
        append(reading.actionUnits?.values)
        append(reading.smoothedExpression?.values)
        append(reading.smoothedActionUnits?.values)
    }

    /// The block, and an empty one in its place.
    mutating func take() -> [UInt8] {
        let block = times + numbers + records
        rows = 0
        frames = 0
        times.removeAll(keepingCapacity: true)
        numbers.removeAll(keepingCapacity: true)
        records.removeAll(keepingCapacity: true)
        return block
    }

    private static func level(_ probability: Float) -> UInt8 {
        UInt8((min(max(probability, 0), 1) * levels).rounded())
    }

    private static func code(_ status: FrameStatus) -> UInt8 {
        switch status {
        case .ok: 0
        case .noFace: 1
        case .skipped: 2
        case .held: 3
        case .dropped: 4
        case .decodeError: 5
        case .outage: 6
        }
    }

    private mutating func append<let count: Int>(_ scores: InlineArray<count, Float>?) {
        for i in 0..<count {
            records.append(scores.map { Self.level($0[i]) } ?? Self.missing)
        }
    }

    private mutating func append(_ box: FaceRectangle?) {
        let edges: InlineArray<4, Float> =
            box.map { [$0.x, $0.y, $0.width, $0.height] } ?? InlineArray(repeating: .nan)
        for i in 0..<4 {
            let pixels = edges[i].isNaN ? Self.noBox : Int16(min(max(edges[i].rounded(), -32767), 32767))
            append(UInt16(bitPattern: pixels), to: &records)
        }
    }

    private func append<Value: FixedWidthInteger>(_ value: Value, to bytes: inout [UInt8]) {
        for shift in stride(from: 0, to: Value.bitWidth, by: 8) {
            bytes.append(UInt8(truncatingIfNeeded: value >> Value(shift)))
        }
    }
}
