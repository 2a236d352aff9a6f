import MienTimeline

/// A column of the table.
public struct TableColumn: Sendable, Codable, Equatable {
    /// The name in the header.
    public var name: String
    /// The unit or the kind of value.
    public var unit: String
    /// What the value says.
    public var meaning: String

    /// Creates a column.
    public init(name: String, unit: String, meaning: String) {
        self.name = name
        self.unit = unit
        self.meaning = meaning
    }

    /// The columns of every table, in their order; ``ColumnGroups`` may follow.
    public static let all: [TableColumn] =
        place + scores(prefix: "", raw: true) + scores(prefix: "s_", raw: false)

    /// The header line of these columns, without its line feed.
    public static let header = all.map(\.name).joined(separator: ",")

    private static let place = [
        Self(name: "frame", unit: "count", meaning: "number of the decoded frame, from 1"),
        Self(name: "face_id", unit: "id", meaning: "identity of the face, from 0; -1: the frame has none"),
        Self(name: "timestamp", unit: "s", meaning: "time since the first frame, 6 decimals"),
        Self(name: "confidence", unit: "0..1", meaning: "score of the face detector, 6 decimals"),
        Self(name: "success", unit: "0 or 1", meaning: "1 if status is ok or held"),
        Self(name: "pts", unit: "time base", meaning: "presentation timestamp of the container"),
        Self(
            name: "status", unit: "label",
            meaning: FrameStatus.allCases.map(\.rawValue).joined(separator: ", ")),
        Self(name: "face_x", unit: "px", meaning: "left edge of the face in the upright frame, 2 decimals"),
        Self(name: "face_y", unit: "px", meaning: "top edge of the face"),
        Self(name: "face_w", unit: "px", meaning: "width of the face"),
        Self(name: "face_h", unit: "px", meaning: "height of the face"),
    ]

    private static func scores(prefix: String, raw: Bool) -> [TableColumn] {
        let kind = raw ? "in this frame, 6 decimals" : "smoothed over time, 6 decimals"
        let expressions = FacialExpression.allCases.map {
            Self(name: prefix + $0.name, unit: "0..1", meaning: "probability of \($0.name) \(kind)")
        }
        let label = Self(
            name: prefix + "expression", unit: "label",
            meaning: "the most probable of the eight \(raw ? "in this frame" : "smoothed ones")")
        let units = ActionUnit.allCases.map {
            Self(
                name: raw ? $0.name : prefix + $0.name.lowercased(), unit: "0..1",
                meaning: "probability of action unit \($0.rawValue) \(kind)")
        }
        return expressions + [label] + units
    }
}
