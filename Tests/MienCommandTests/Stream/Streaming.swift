import Foundation
import MienTable
import MienTimeline
import TestSupport

/// `mien stream`, run to its end.
struct Streaming {
    let status: Int32
    let output: String
    let errors: String

    static let mien = Bundle.main.bundleURL.appendingPathComponent("mien").path
    static let fakeCamera = Repository.root.appendingPathComponent("tools/fake-camera").path

    /// Follows `source`, with options in one text.
    init(_ source: String, _ options: String = "", in folder: TemporaryFolder) throws {
        let words = ["stream", source] + options.split(separator: " ").map(String.init)
        (status, output, errors) = try Repository.run("mien", words, in: folder.url)
    }

    /// Follows the camera that tools/fake-camera, with options of its own, makes of the sample.
    init(camera: String, _ options: String, in folder: TemporaryFolder) throws {
        (status, output, errors) = try Repository.run(
            Self.fakeCamera, Self.words(camera: camera, options), in: folder.url)
    }

    /// Runs a line of bash with `mien` and `sample` as variables.
    init(shell line: String, in folder: TemporaryFolder) throws {
        (status, output, errors) = try Repository.run(
            "bash", ["-c", "mien='\(Self.mien)' sample='\(Repository.sample)'; \(line)"], in: folder.url)
    }

    /// The words after tools/fake-camera.
    static func words(camera: String, _ options: String) -> [String] {
        var words = camera.split(separator: " ").map(String.init)
        if !words.contains("--none") { words.append(Repository.sample) }
        words += ["--", mien, "stream", "v4l2:///dev/video0"]
        return words + options.split(separator: " ").map(String.init)
    }

    /// The rows on standard output.
    var rows: [FaceReading] { get throws { try Self.rows(output) } }

    /// The rows of a table, which must be whole.
    static func rows(_ table: String) throws -> [FaceReading] {
        let reader = try TableReader(bytes: Array(table.utf8), name: "table")
        var rows: [FaceReading] = []
        while let row = try reader.next() { rows.append(row.reading) }
        return rows
    }
}

extension TemporaryFolder {
    /// The rows of a table, which must be whole.
    func rows(_ name: String) throws -> [FaceReading] { try Streaming.rows(text(name)) }

    func text(_ name: String) throws -> String { try String(contentsOfFile: path(name), encoding: .utf8) }

    /// A value of a table's metadata, by keys with points between them.
    func metadata(_ name: String, _ key: String) throws -> Any? {
        var value = try JSONSerialization.jsonObject(with: Data(text(name).utf8)) as Any?
        for part in key.split(separator: ".") { value = (value as? [String: Any])?[String(part)] }
        return value
    }

    func has(_ name: String) -> Bool { FileManager.default.fileExists(atPath: path(name)) }
}

extension [FaceReading] {
    /// Whether there is every frame from the first to the last, and time goes on.
    var isInOrder: Bool {
        let frames = Dictionary(grouping: self, by: \.frame).mapValues { $0[0].timestamp }
        let times = frames.sorted { $0.key < $1.key }
        return times.map { $0.key } == Array<Int>(1...Swift.max(times.count, 1))
            && zip(times, times.dropFirst()).allSatisfy { $0.value < $1.value }
    }

    var faces: Set<Int> { Set<Int>(compactMap(\.faceID)) }

    func count(_ status: FrameStatus) -> Int { filter { $0.status == status }.count }
}

/// A process that goes on until it is stopped.
final class Background {
    let process = Process()
    private let folder: TemporaryFolder

    init(_ program: String, _ arguments: [String], in folder: TemporaryFolder) throws {
        self.folder = folder
        process.executableURL = URL(fileURLWithPath: program.hasPrefix("/") ? program : "/usr/bin/env")
        process.arguments = program.hasPrefix("/") ? arguments : [program] + arguments
        process.currentDirectoryURL = folder.url
        process.standardInput = FileHandle.nullDevice
        for (name, path) in [("stdout", folder.path("stdout")), ("stderr", folder.path("stderr"))] {
            _ = FileManager.default.createFile(atPath: path, contents: nil)
            let handle = FileHandle(forWritingAtPath: path)
            if name == "stdout" { process.standardOutput = handle } else { process.standardError = handle }
        }
        try process.run()
    }

    /// Follows the camera that tools/fake-camera makes of the sample; the process is mien's.
    convenience init(camera: String, _ options: String, in folder: TemporaryFolder) throws {
        try self.init(Streaming.fakeCamera, Streaming.words(camera: camera, options), in: folder)
    }

    deinit {
        if process.isRunning {
            _ = kill(-process.processIdentifier, SIGKILL)
            process.kill()
            process.waitUntilExit()
        }
    }

    /// Waits until a file has so many lines, or the process has ended.
    func wait(forLines count: Int, in name: String) {
        for _ in 0..<1500 where process.isRunning {
            if let text = try? folder.text(name), text.utf8.lazy.filter({ $0 == 10 }).count >= count {
                return
            }
            usleep(10_000)
        }
    }

    /// Sends a signal and waits for the end.
    func end(_ signal: Int32) -> Int32 {
        kill(process.processIdentifier, signal)
        process.waitUntilExit()
        return process.terminationStatus
    }
}
