import Foundation

/// What can go wrong with timelines and their files. Every message names the file, the thing and what was
/// expected.
public enum TimelineError: Error, Sendable, Equatable {
    /// An option has a value out of its range.
    case invalidOption(_ name: String, value: Double, expected: String)
    /// A file could not be opened, created or put in its place; `code` is an `errno`.
    case cannotOpen(path: String, code: Int32)
    /// The folder that a file was to be written to is not there.
    case noFolder(_ folder: String, for: String)
    /// There is a file of this name already, and it was not to be replaced.
    case exists(path: String)
    /// There are the rows of an interrupted run under this name, and they were not to be replaced.
    case unfinished(path: String)
    /// The rows of an interrupted run are not those that the run which continues them gives.
    case changed(path: String, byte: Int)
    /// Another run is writing this file.
    case inUse(path: String)
    /// Writing failed, as on a full disk (`ENOSPC`) or a closed pipe (`EPIPE`); `code` is an `errno`.
    case cannotWrite(path: String, code: Int32)
    /// Reading failed; `code` is an `errno`.
    case cannotRead(path: String, code: Int32)
    /// A table is not what it should be; lines count from 1, the header is line 1.
    case malformedTable(path: String, line: Int, problem: String)
    /// A table ends in the middle of a row, as after an interrupted run.
    case cutShort(path: String, line: Int)
    /// A metadata file is not what it should be.
    case malformedMetadata(path: String, problem: String)

    /// Why a file cannot be created or opened for writing. It is its folder that is named if that is the reason.
    package static func cannotCreate(_ path: String, code: Int32) -> TimelineError {
        let folder = path.count > 1 ? (path as NSString).deletingLastPathComponent : ""
        var info = stat()
        let isThere = folder.isEmpty || (stat(folder, &info) == 0 && info.st_mode & S_IFMT == S_IFDIR)
        let isFolder = [ENOENT, ENOTDIR].contains(code) && !isThere
        return isFolder ? .noFolder(folder, for: path) : .cannotOpen(path: path, code: code)
    }

    /// Whether the reader of a pipe went away, which for many is no error at all.
    public var isClosedPipe: Bool {
        if case .cannotWrite(_, code: EPIPE) = self { true } else { false }
    }
}

extension TimelineError: CustomStringConvertible, LocalizedError {
    /// The message.
    public var description: String {
        switch self {
        case .invalidOption(let name, let value, let expected):
            "\(name) is \(value), expected \(expected)"
        case .cannotOpen(let path, let code):
            "cannot open \(path): \(reason(code))"
        case .noFolder(let folder, let path):
            "\(folder): no such folder, expected it to be there for \(path); mkdir -p makes it"
        case .exists(let path):
            "\(path) exists already; it is only replaced when that is asked for"
        case .unfinished(let path):
            "\(path) holds the rows of an interrupted run; continue them (--resume) or start anew (-y)"
        case .changed(let path, let byte):
            "\(path), byte \(byte): the rows of the interrupted run are not those of this one; expected the same "
                + "input, model, options and programs, and a file that nobody changed"
        case .inUse(let path):
            "\(path) is being written by another run"
        case .cannotWrite(let path, let code):
            "cannot write \(path): \(reason(code))"
        case .cannotRead(let path, let code):
            "cannot read \(path): \(reason(code))"
        case .malformedTable(let path, let line, let problem):
            "\(path), line \(line): \(problem)"
        case .cutShort(let path, let line):
            "\(path), line \(line): the table ends in the middle of a row, expected a line feed after it"
        case .malformedMetadata(let path, let problem):
            "\(path): \(problem)"
        }
    }

    /// The message.
    public var errorDescription: String? { description }
}

private func reason(_ code: Int32) -> String {
    String(cString: strerror(code))
}
