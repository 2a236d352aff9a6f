import MienCore
import MienTable

/// Collects malformed rows: the first few in full, the rest as a number.
struct RowIssues {
    private static let shown = 10
    private(set) var rows: [MalformedRow] = []
    private(set) var count = 0

    /// Whether no more are shown.
    var isFull: Bool { count >= Self.shown }

    mutating func add(_ path: String, line: Int, _ problem: RowProblem) {
        count += 1
        guard rows.count < Self.shown else { return }
        rows.append(
            MalformedRow(path: path, line: line, found: problem.found, expected: problem.expected))
    }

    /// Throws if there are any.
    func check(path: String, of total: Int) throws(TrainingError) {
        guard count > 0 else { return }
        throw .malformed(path: path, rows: rows, count: count, of: total)
    }
}

/// What keeps a row from being understood.
struct RowProblem: Error {
    let found: String
    let expected: String

    init(found: String, expected: String) {
        self.found = found
        self.expected = expected
    }

    /// A cell that says something no cell of its column can.
    init(_ record: CSVRecord, _ column: Int, named name: String, expected: String) {
        self.init(found: "\(name) \"\(record.excerpt(column))\"", expected: expected)
    }

    /// A row with other cells than the header has columns; nil if it has as many.
    init?(count record: CSVRecord, header: [String]) {
        guard record.count != header.count else { return nil }
        self.init(
            found: "\(record.foundCount) cells",
            expected: "\(header.count) as in the header; a cell with a separator in it needs quotes")
    }
}

extension TrainingError {
    /// A header without a column that is needed: says which columns there are, and which one may have been meant.
    static func header(_ header: [String], of path: String, expected: String, names: [String])
        -> TrainingError
    {
        let shown = header.prefix(30).joined(separator: ",") + (header.count > 30 ? ",..." : "")
        let near = names.lazy.compactMap { name in
            Spelling.nearest(to: name, in: header).map { "; did you mean \"\(name)\" by \"\($0)\"?" }
        }.first
        return .data(
            path: path, reason: "the header is \"\(shown)\", expected \(expected) in it\(near ?? "")")
    }
}
