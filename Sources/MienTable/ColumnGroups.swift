import MienTimeline

/// Columns that a table may have after those of every table. They come in the order of this list.
public struct ColumnGroups: OptionSet, Sendable, Hashable {
    /// A bit for each group.
    public let rawValue: UInt8

    /// The groups of these bits.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// How sure the expression of a frame is: ``ExpressionScores/uncertainty``.
    public static let uncertainty = Self(rawValue: 1)
    /// ``FaceReading/relativeActionUnits``.
    public static let relative = Self(rawValue: 2)
    /// ``FaceReading/geometry``.
    public static let geometry = Self(rawValue: 4)
    /// ``FaceReading/blendshapes``.
    public static let blendshapes = Self(rawValue: 8)

    /// Each group with its columns, in the order of a table.
    static let all: [(group: ColumnGroups, columns: [TableColumn])] = [
        (
            .uncertainty,
            [
                TableColumn(
                    name: "uncertainty", unit: "0..1",
                    meaning: "entropy of the eight expressions in this frame over its maximum, 6 decimals")
            ]
        ),
        (
            .relative,
            ActionUnit.allCases.map {
                TableColumn(
                    name: "r_" + $0.name.lowercased(), unit: "-1..1",
                    meaning: "smoothed action unit \($0.rawValue) minus the face's baseline, 6 decimals")
            }
        ),
        (
            .geometry,
            FaceGeometry.Quantity.allCases.map {
                TableColumn(
                    name: $0.name, unit: $0.unit, meaning: "\($0.meaning), \($0.decimals) decimals")
            }
        ),
        (
            .blendshapes,
            Blendshape.allCases.map {
                TableColumn(
                    name: $0.name, unit: "0..1", meaning: "blendshape \($0.name) of the face mesh, 6 decimals"
                )
            }
        ),
    ]

    /// The columns of these groups, in the order of a table.
    public var columns: [TableColumn] { Self.all.filter { contains($0.group) }.flatMap(\.columns) }
}
