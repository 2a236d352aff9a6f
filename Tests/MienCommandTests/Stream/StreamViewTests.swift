import Foundation
import TestSupport
import Testing

/// `mien stream --view`, on a terminal that script (util-linux) stands in for.
@Suite(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/script")))
struct StreamViewTests {
    private static let entry = "\u{1B}[?1049h"
    private static let exit = "\u{1B}[?25h\u{1B}[?1049l"

    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// What the terminal got.
    private func terminal(_ line: String) throws -> Streaming {
        try Streaming(shell: "export mien sample TERM=xterm; script -qec '\(line)' /dev/null", in: folder)
    }

    @Test func theTerminalIsLeftAsItWas() throws {
        let run = try terminal(
            "stty cols 80 rows 24; cd ${sample%/*}; $mien stream smile.mp4 --realtime -t 1 --view")
        #expect(run.status == 0)
        let parts = run.output.components(separatedBy: Self.entry)
        #expect(parts.count == 2, "\(run)")
        let shown = try #require(parts.last).components(separatedBy: Self.exit)
        #expect(shown.count == 2 && shown[0].contains("smile.mp4"), "\(run)")
        // Nothing is drawn afterwards; messages are said.
        #expect(shown.last?.contains("\u{1B}") == false && shown.last?.contains("frames") == true, "\(run)")
    }

    @Test(arguments: ["INT", "TERM"]) func alsoAfterASignal(signal: String) throws {
        let run = try terminal(
            "timeout --foreground -s \(signal) 1.5 $mien stream \(Repository.sample) --realtime --view; echo status $?"
        )
        let shown = run.output.components(separatedBy: Self.exit)
        #expect(run.output.contains(Self.entry) && shown.count == 2, "\(run)")
        #expect(shown.last?.contains("\u{1B}") == false, "\(run)")
    }

    @Test func alsoAfterAFailure() throws {
        let run = try terminal("ulimit -f 24; $mien stream $sample --view -o a.csv")
        let shown = run.output.components(separatedBy: Self.exit)
        #expect(shown.count == 2 && shown.last?.contains("cannot write a.csv") == true, "\(run)")
    }

    @Test func aTerminalThatCannotMoveItsCursorIsRefused() throws {
        let run = try terminal("TERM=dumb $mien stream $sample --view")
        #expect(run.status == 1 && run.output.contains("--view: standard error is no terminal"), "\(run)")
    }
}
