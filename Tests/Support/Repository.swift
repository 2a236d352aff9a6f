import Foundation

/// Files of the repository and of its build that tests look at.
package enum Repository {
    package static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent()
        .deletingLastPathComponent()
    package static let sample = root.appendingPathComponent("samples/smile.mp4").path

    /// Runs a program of the build, or of the system, and returns its status and what it wrote.
    package static func run(
        _ program: String, _ arguments: [String], in folder: URL = root
    ) throws -> (status: Int32, output: String, errors: String) {
        let built = Bundle.main.bundleURL.appendingPathComponent(program)
        let process = Process()
        process.executableURL =
            FileManager.default.fileExists(atPath: built.path) ? built : URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = process.executableURL == built ? arguments : [program] + arguments
        process.currentDirectoryURL = folder
        let output = Pipe()
        let errors = folder.appendingPathComponent(".stderr-\(UUID().uuidString)")
        try Data().write(to: errors)
        defer { try? FileManager.default.removeItem(at: errors) }
        process.standardOutput = output
        process.standardError = try FileHandle(forWritingTo: errors)
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let text = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (
            process.terminationStatus, String(decoding: text, as: UTF8.self),
            try String(contentsOf: errors, encoding: .utf8)
        )
    }
}

extension Process {
    /// Ends the process. Swift Testing's threads block the gentler signals, and what they start inherits that.
    package func kill() {
        _ = Foundation.kill(processIdentifier, SIGKILL)
    }
}
