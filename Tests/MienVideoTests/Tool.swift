import Foundation

/// Runs FFmpeg's command line tools, which make the tests' clips and are the reference for reading them.
enum Tool {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// What `tool` printed, its arguments separated by spaces; `folder` is where it runs.
    @discardableResult
    static func run(_ tool: String, _ arguments: [String], in folder: URL) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [tool] + arguments
        process.currentDirectoryURL = folder
        let output = Pipe()
        let errors = Pipe()
        process.standardOutput = output
        process.standardError = errors
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let text = output.fileHandleForReading.readDataToEndOfFile()
        let complaint = errors.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Failure(description: "\(tool) \(arguments): \(String(decoding: complaint, as: UTF8.self))")
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// Runs ffmpeg quietly on one thread; `arguments` are separated by spaces.
    static func ffmpeg(_ arguments: String, in folder: URL) throws {
        let quiet = "-nostdin -hide_banner -loglevel error -y -threads 1"
        try run("ffmpeg", (quiet + " " + arguments).split(separator: " ").map(String.init), in: folder)
    }

    /// ffprobe's timestamps of the frames it decodes; nil where it has none.
    static func ffprobe(_ name: String, in folder: URL) throws -> [Int64?] {
        try run(
            "ffprobe",
            ["-v", "quiet", "-select_streams", "v:0", "-show_entries", "frame=best_effort_timestamp", "-of", "csv=p=0", name],
            in: folder
        )
        .split(separator: "\n").map { Int64($0.prefix { $0 != "," }) }
    }
}

/// A folder that goes away with the value.
final class TemporaryFolder {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appendingPathComponent("mien-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(at: url)
    }

    func path(_ name: String) -> String { url.appendingPathComponent(name).path }
}
