import Foundation
import MienVideo

/// `mien devices`: the cameras that `mien` can follow.
struct DevicesCommand: Subcommand {
    static let name = "devices"
    static let summary = "the cameras of this machine, with their formats, sizes and rates"
    static let usage = """
        [--json]

        Lists the cameras, what each offers, and why one cannot be used, if so. Exit status 2 if there is none.

        Examples:
          mien devices
          mien devices --json
        """
    static let operands = Operands()
    static let options = [Option("--json", help: "print JSON")]

    private let printsJSON: Bool

    init(_ arguments: Arguments) throws {
        if let word = arguments.operands.first {
            throw UsageError("'\(word)' is not expected: mien devices lists all cameras")
        }
        printsJSON = arguments.has("--json")
    }

    func run() throws -> ExitCode {
        let list = CameraList()
        if printsJSON {
            try Console.print(json: list.cameras.map(Entry.init))
        } else if !list.cameras.isEmpty {
            Console.print(list.cameras.map(Self.text).joined(separator: "\n"))
        }
        guard list.cameras.isEmpty else { return .done }
        Console.say("no camera found: \(list.reason ?? "nothing under /dev is one")")
        return .input
    }

    private static func text(_ camera: Camera) -> String {
        var lines = ["\(camera.path)  \(camera.name)"]
        if let link = camera.stablePath { lines.append("    \(link)") }
        if let problem = camera.problem { lines.append("    cannot be used now: \(problem.words)") }
        for format in camera.formats {
            let name = format.inputFormat.map { "\(format.code) (-input_format \($0))" } ?? format.code
            lines.append("    \(name), \(format.description)")
            for size in format.sizes {
                let range = size.largest.map { " to \($0[0])x\($0[1])" } ?? ""
                let rates = size.rates.map(\.asRate).joined(separator: ", ")
                lines.append(
                    "        \(size.width)x\(size.height)\(range)"
                        + (rates.isEmpty ? "" : " at \(rates) frames/s"))
            }
        }
        return lines.joined(separator: "\n")
    }

    /// A camera as JSON shows it.
    private struct Entry: Encodable {
        var path: String
        var url: String
        var name: String
        var stablePath: String?
        var problem: String?
        var formats: [CameraFormat]

        init(_ camera: Camera) {
            (path, name, stablePath) = (camera.path, camera.name, camera.stablePath)
            url = "v4l2://" + camera.path
            (problem, formats) = (camera.problem?.words, camera.formats)
        }
    }
}

extension CameraProblem {
    /// The problem in words.
    fileprivate var words: String {
        switch self {
        case .notPermitted:
            "permission denied; cameras belong to the group `video` (sudo usermod -aG video $USER, then log in again)"
        case .busy: "another program uses it"
        case .failing(let words): words
        }
    }
}
