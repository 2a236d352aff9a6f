import MienVideo

/// The files below a folder that are no clips, counted by the endings of their names.
package struct LeftOut: Equatable, Sendable {
    private var others: [String: Int] = [:]
    private var heic: [String: Int] = [:]

    package init() {}

    /// Counts a file whose name ends in `ending`, without the dot, and which holds what `content` says.
    mutating func add(_ ending: String, _ content: MediaFile) {
        let name = ending.isEmpty ? "without ending" : "." + ending.lowercased()
        if content == .heic { heic[name, default: 0] += 1 } else { others[name, default: 0] += 1 }
    }

    mutating func add(_ other: LeftOut) {
        others.merge(other.others, uniquingKeysWith: +)
        heic.merge(other.heic, uniquingKeysWith: +)
    }

    /// What FFmpeg finds no video and no picture in; nil if there is none.
    package var words: String? {
        others.isEmpty ? nil : "left out, as there is no video and no picture in them: \(Self.list(others))"
    }

    /// The pictures that this FFmpeg cannot read; nil if there are none.
    package var warning: String? {
        heic.isEmpty ? nil : "left out: \(Self.list(heic)), pictures in \(MediaFile.heicProblem)"
    }

    /// "3 .csv, 1 .txt".
    private static func list(_ counts: [String: Int]) -> String {
        counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { "\($1) \($0)" }.joined(
            separator: ", ")
    }
}
