import MienTable
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
///         54      2   the expression's label, raw and smoothed; 255: none
///         56      4   the action units that are active, a bit for each, raw (UInt16) and smoothed (UInt16)
///
/// Probabilities are counted in 200ths, rounded down; 255 is a missing one. Their two decimals follow exactly. Which
/// expression is the most probable and which action units are active does not follow from them, where scores are
/// close: that is stated as the table has it. A record is an eighth of its row in the table.
struct RowPacker {
    static let recordSize = 60
    static let levels: Float = 200
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

    private let options: SummaryOptions

    init(_ options: SummaryOptions) {
        self.options = options
        records.reserveCapacity(Self.blockRows * Self.recordSize)
    }

    /// Whether the block should go before another row comes.
    var isFull: Bool { rows >= Self.blockRows }

    /// Adds a row. `face` is the position of its face in the document; `frameTime` is there if it begins a frame.
    mutating func append(_ row: TableRow, face: Int?, frameTime: Double?) {
        let reading = row.reading
        if let frameTime {
            frames += 1
            Self.append(frameTime.bitPattern, to: &times)
            Self.append(UInt32(clamping: reading.frame), to: &numbers)
        }
        rows += 1
        Self.append(face.map { UInt32($0) } ?? Self.noFace, to: &records)
        records.append(Self.code(reading.status) | (frameTime == nil ? 0 : Self.frameFlag))
        records.append(reading.confidence.map(Self.level) ?? Self.missing)
        append(reading.box)
        append(reading.expression?.values)
        append(reading.actionUnits?.values)
        append(reading.smoothedExpression?.values)
        append(reading.smoothedActionUnits?.values)
        for label in [row.label, row.smoothedLabel] {
            records.append(label.map { UInt8($0.rawValue) } ?? Self.missing)
        }
        for units in [reading.actionUnits, reading.smoothedActionUnits] {
            Self.append(units.map(options.active) ?? 0, to: &records)
        }
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
        UInt8((min(max(probability, 0), 1) * levels).rounded(.down))
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
            Self.append(UInt16(bitPattern: pixels), to: &records)
        }
    }

    /// Static: with the packer as its `self` it would keep the bytes shared, and each call copy them.
    private static func append<Value: FixedWidthInteger>(_ value: Value, to bytes: inout [UInt8]) {
        for shift in stride(from: 0, to: Value.bitWidth, by: 8) {
            bytes.append(UInt8(truncatingIfNeeded: value >> Value(shift)))
        }
    }
}
