import Foundation

/// Makes test clips with the ffmpeg command, each once per run, in a folder that goes away with the process.
final class ClipFolder: @unchecked Sendable {
    static let shared = ClipFolder()

    let path: String
    /// Protects `made`; recursive, because one clip may be made from another.
    private let lock = NSRecursiveLock()
    private var made: Set<String> = []

    private init() {
        path = FileManager.default.temporaryDirectory.path + "/mien-video-\(UUID().uuidString)"
        let status = mkdir(path, 0o700)
        precondition(status == 0, "cannot make the folder \(path)")
        atexit { try? FileManager.default.removeItem(atPath: ClipFolder.shared.path) }
    }

    /// The path of `clip`, which is made if it is not there yet.
    func callAsFunction(_ clip: Clip) throws -> String {
        lock.lock()
        defer { lock.unlock() }
        if made.insert(clip.name).inserted { try clip.make(self) }
        return file(clip.name)
    }

    /// The path of a file of that name in the folder.
    func file(_ name: String) -> String { path + "/" + name }

    /// Runs ffmpeg in the folder.
    func ffmpeg(_ arguments: String...) throws {
        let words = arguments.flatMap { $0.split(separator: " ").map(String.init) }
        try ffmpeg(words: words)
    }

    /// Runs ffmpeg in the folder, for arguments that hold spaces.
    func ffmpeg(words: [String]) throws {
        let always = ["-nostdin", "-loglevel", "error", "-y", "-threads", "1"]
        _ = try run("ffmpeg", always + words, folder: path)
    }

    func write(_ bytes: Data, to name: String) throws {
        try bytes.write(to: URL(fileURLWithPath: file(name)))
    }

    func read(_ name: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: file(name))) }
}

struct ToolFailure: Error { var text: String }

/// Runs a program from PATH and gives its standard output.
func run(_ program: String, _ arguments: [String], folder: String? = nil) throws -> Data {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [program] + arguments
    if let folder { process.currentDirectoryURL = URL(fileURLWithPath: folder) }
    let (output, errors) = (Pipe(), Pipe())
    process.standardOutput = output
    process.standardError = errors
    process.standardInput = FileHandle.nullDevice
    try process.run()
    // ffprobe's complaints about broken clips fit a pipe's buffer at the quiet level we ask for.
    let data = output.fileHandleForReading.readDataToEndOfFile()
    let text = errors.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
        throw ToolFailure(text: "\(program) \(arguments): " + String(decoding: text, as: UTF8.self))
    }
    return data
}

/// The best-effort timestamps of the frames that ffprobe decodes: the independent reference.
func probedTimestamps(_ path: String, options: [String] = []) throws -> [Int64?] {
    let arguments = ["-v", "quiet", "-select_streams", "v:0", "-show_entries", "frame=best_effort_timestamp"]
    let output = try run("ffprobe", arguments + ["-of", "default=nk=1:nw=1"] + options + [path])
    return String(decoding: output, as: UTF8.self).split(separator: "\n").compactMap { line in
        if line == "N/A" { return .some(nil) }
        return Int64(line).map { .some($0) }
    }
}
