import Foundation
import MienCommand
import MienTimeline
import TestSupport
import Testing

/// A scene with so many faces, face 0 the smallest.
private func scene(faces count: Int, outage: String? = nil, source: String = "/dev/video0") -> LiveScene {
    var scene = LiveScene()
    scene.source = source
    scene.size = (1280, 720)
    scene.framesPerSecond = 29.94
    scene.latencyMedian = 0.042
    scene.latency95 = 0.088
    scene.frames = 2500
    scene.droppedFrames = 3
    scene.droppedRows = 5
    scene.heldShare = 0.61
    scene.elapsed = 83.4
    scene.outage = outage
    scene.faces = (0..<count).map { id in
        LiveScene.Face(
            id: id, box: FaceRectangle(x: 0, y: 0, width: Float(50 + id), height: 50),
            status: FrameStatus.allCases[id % 6], expression: ExpressionScores([0.1, 0, 0, 0, 0.9, 0, 0, 0]),
            smoothedExpression: ExpressionScores([0.17, 0, 0, 0, 0.83, 0, 0, 0]),
            actionUnits: ActionUnitScores(repeating: 0.25),
            smoothedActionUnits: ActionUnitScores([0, 0.01, 0.1, 0.92, 0.2, 0.3, 1, 0, 0.5, 0.49, 0.75, 0.6]))
    }
    return scene
}

/// The line without its colours.
private func plain(_ line: String) -> String {
    var isEscape = false
    return String(
        line.filter { character in
            if character == "\u{1B}" { isEscape = true }
            defer { if character == "m" { isEscape = false } }
            return !isEscape
        })
}

@Suite struct TerminalViewTests {
    private static let styles = [
        TerminalStyle(), TerminalStyle(hasUnicode: false), TerminalStyle(hasUnicode: false, hasColour: false),
    ]

    @Test(arguments: [0, 1, 2, 3, 5, 40]) func everyLineIsAsWideAsTheTerminal(faces: Int) {
        for outage in [nil, "no frames for 4 s, trying again " + String(repeating: "x", count: 200)] {
            let scene = scene(
                faces: faces, outage: outage, source: String(repeating: "rtsp://camera/", count: 20))
            for style in Self.styles {
                let view = TerminalView(style: style)
                for columns in [0, 1, 2, 7, 23, 24, 40, 57, 60, 80, 81, 119, 132, 300] {
                    for rows in [0, 1, 2, 3, 4, 5, 10, 24, 60] {
                        let lines = view.frame(scene, columns: columns, rows: rows)
                        #expect(lines.count == rows)
                        #expect(lines.allSatisfy { plain($0).count == columns }, "\(columns) x \(rows)")
                        #expect(style.hasColour || !lines.contains { $0.contains("\u{1B}") })
                        #expect(
                            style.hasUnicode || lines.allSatisfy { $0.unicodeScalars.allSatisfy(\.isASCII) })
                    }
                }
            }
        }
    }

    private func text(
        _ scene: LiveScene, columns: Int = 80, rows: Int = 24,
        style: TerminalStyle = TerminalStyle(hasColour: false)
    ) -> [String] {
        TerminalView(style: style).frame(scene, columns: columns, rows: rows)
    }

    @Test func oneFaceHasAllOfItsScores() {
        let lines = text(scene(faces: 1))
        #expect(lines[0].hasPrefix("mien  /dev/video0 ") && lines[0].hasSuffix(" 1:23"))
        #expect(
            lines[1].hasPrefix("29.9 fps  latency 42 ms, 95 % 88 ms  dropped 3 frames, 5 rows  held 61 %"))
        #expect(lines[2].allSatisfy { $0 == " " })
        #expect(lines[3].hasPrefix("face 0  happiness 83%  ok "))
        #expect(lines[4].hasPrefix("neutral   ████") && lines[4].contains("·"))
        #expect(lines[8].hasPrefix("happiness █████████████████"))
        let whole = lines.joined(separator: "\n")
        for label in FacialExpression.allCases { #expect(whole.contains(label.name)) }
        for unit in ActionUnit.allCases { #expect(whole.contains(unit.name)) }
        #expect(
            lines.contains { $0.contains(#/AU06 +\S+ +92 /#) }
                && lines.contains { $0.contains(#/AU12 +█+ 100/#) })
        #expect(lines[23].hasSuffix("Ctrl-C ends"))
    }

    @Test func barsAreAsLongAsTheScoresSay() {
        for style in [TerminalStyle(), TerminalStyle(hasUnicode: false)] {
            let bar = ScoreBar(width: 20, style: style)
            #expect(bar.filled(nil).isEmpty && bar.filled(0).isEmpty && bar.filled(.nan).isEmpty)
            #expect(bar.filled(-1).isEmpty && bar.filled(1).count == 20 && bar.filled(7).isEmpty)
            #expect(bar.filled(0.5).count == 10 && bar.track.count == 20)
            #expect(ScoreBar(width: 0, style: style).filled(1).isEmpty)
        }
        #expect(ScoreBar(width: 4, style: TerminalStyle()).filled(0.40625) == "█▋")
        #expect(ScoreBar(width: 4, style: TerminalStyle(hasUnicode: false)).filled(0.5) == "##")
    }

    @Test(arguments: [
        (1, 80, 24, 1), (2, 80, 24, 2), (3, 80, 24, 3), (5, 80, 24, 3), (2, 60, 24, 2), (1, 40, 24, 1),
        (2, 40, 24, 1), (3, 40, 10, 3), (9, 40, 10, 6), (8, 160, 50, 8), (5, 80, 4, 0), (5, 80, 5, 1),
    ])
    func theLargestFacesAreDrawnAndTheOthersCounted(faces: Int, columns: Int, rows: Int, drawn: Int) {
        let lines = text(scene(faces: faces), columns: columns, rows: rows)
        let shown = (0..<faces).filter { face in lines.contains { $0.contains("face \(face) ") } }
        #expect(shown == Array(faces - drawn..<faces))
        let rest = faces - drawn
        let words = drawn == 0 ? "\(rest) faces" : "and \(rest) smaller \(rest == 1 ? "face" : "faces")"
        #expect(lines[rows - 1].hasPrefix(words) == (rest > 0))
    }

    @Test func whatIsMissingIsNotNought() {
        var scene = LiveScene()
        #expect(text(scene)[3].hasPrefix("no face in sight"))
        #expect(text(scene)[1].hasPrefix("0 frames"))
        scene.faces = [LiveScene.Face(id: 4, status: .dropped)]
        var lines = text(scene)
        #expect(lines[3].hasPrefix("face 4  no reading  dropped"))
        #expect(lines[4].contains(#/neutral +·+ +- /#))
        scene.faces[0].expression = ExpressionScores(repeating: .nan)
        scene.faces[0].actionUnits = ActionUnitScores(repeating: .infinity)
        scene.elapsed = .nan
        scene.latencyMedian = .nan
        scene.framesPerSecond = .infinity
        lines = text(scene)
        #expect(lines.allSatisfy { $0.count == 80 })
        #expect(lines[3].hasPrefix("face 4  no reading"))
    }

    @Test func namesFromOutsideCannotSteerTheTerminal() {
        let evil = "a\u{1B}[2J\u{07}\r\nb\u{202E}\u{9B}é😀漢e\u{301}"
        let lines = text(scene(faces: 0, outage: evil, source: evil), style: TerminalStyle())
        for line in lines.map(plain) {
            #expect(line.count == 80)
            #expect(
                !line.unicodeScalars.contains {
                    $0.value < 32 || 0x7F..<0xA0 ~= $0.value || $0.value == 0x202E
                })
        }
        #expect(plain(lines[0]).hasPrefix("mien  a[2Jbé??? ") && plain(lines[2]).hasPrefix("a[2Jbé??? "))
        let long = PlainText.cells("rtsp://user@camera.example/stream/one", width: 20, TerminalStyle())
        #expect(long.count == 20 && long.hasPrefix("rtsp:/…") && long.hasSuffix("stream/one"))
    }

    @Test(
        arguments: [
            (["LANG": "de_DE.UTF-8"], true, true), (["LANG": "C.utf8"], true, true), ([:], false, true),
            (["LANG": "de_DE.UTF-8", "LC_ALL": "C"], false, true),
            (["LC_CTYPE": "en_US.UTF-8", "LANG": "C"], true, true),
            (["LANG": "de_DE.UTF-8@euro", "NO_COLOR": "1"], true, false),
            (["LANG": "C", "NO_COLOR": ""], false, true),
            (["LANG": "C.UTF-8", "TERM": "dumb"], true, false),
        ] as [([String: String], Bool, Bool)])
    func theEnvironmentSaysWhatTheTerminalCan(environment: [String: String], unicode: Bool, colour: Bool) {
        #expect(
            TerminalStyle(environment: environment) == TerminalStyle(hasUnicode: unicode, hasColour: colour))
    }
}

/// A terminal of its own, without anybody in front of it.
@Suite struct TerminalScreenTests {
    private final class Terminal {
        let controller: Int32
        let screen: Int32

        init(columns: Int, rows: Int) throws {
            // The functions for this are hidden from Swift: TIOCSPTLCK and TIOCGPTN of Linux.
            controller = open("/dev/ptmx", O_RDWR | O_NOCTTY)
            var (isLocked, number) = (Int32(0), Int32(-1))
            let isOpen = ioctl(controller, 0x4004_5431, &isLocked) == 0
            let isNamed = ioctl(controller, 0x8004_5430, &number) == 0
            try #require(isOpen && isNamed)
            screen = open("/dev/pts/\(number)", O_RDWR | O_NOCTTY)
            try #require(screen >= 0)
            resize(columns: columns, rows: rows)
            _ = fcntl(controller, F_SETFL, O_NONBLOCK)
        }

        deinit {
            close(controller)
            close(screen)
        }

        func resize(columns: Int, rows: Int) {
            var size = winsize(ws_row: UInt16(rows), ws_col: UInt16(columns), ws_xpixel: 0, ws_ypixel: 0)
            _ = ioctl(controller, UInt(TIOCSWINSZ), &size)
        }

        /// What has been written to it, waiting until it contains `end`.
        func output(until end: String) -> String {
            var text: [UInt8] = []
            for _ in 0..<2000 {
                var bytes = [UInt8](repeating: 0, count: 65536)
                let count = read(controller, &bytes, bytes.count)
                if count > 0 { text += bytes.prefix(count) }
                if String(decoding: text, as: UTF8.self).contains(end) { break }
                usleep(5000)
            }
            return String(decoding: text, as: UTF8.self)
        }
    }

    private static let environment = ["TERM": "xterm", "LANG": "C.UTF-8"]

    @Test func drawsTheLatestSceneAndGivesTheTerminalBack() throws {
        let terminal = try Terminal(columns: 60, rows: 12)
        var before = termios()
        tcgetattr(terminal.screen, &before)
        let screen = try #require(
            TerminalScreen(descriptor: terminal.screen, rate: 1000, environment: Self.environment))
        #expect(terminal.output(until: "\u{1B}[2J").contains("\u{1B}[?1049h\u{1B}[?25l"))
        screen.show(scene(faces: 1, source: "first"))
        let first = terminal.output(until: "Ctrl-C ends")
        #expect(first.contains("first") && first.contains("\u{1B}[12;1H") && !first.contains("\u{1B}[13;1H"))
        #expect(!first.contains("\n"))
        terminal.resize(columns: 80, rows: 24)
        screen.show(scene(faces: 2, source: "second"))
        #expect(terminal.output(until: "Ctrl-C ends").contains("\u{1B}[24;1H"))
        screen.restore()
        screen.restore()
        screen.show(scene(faces: 3, source: "third"))
        usleep(20_000)
        let last = terminal.output(until: "\u{1B}[?1049l")
        #expect(last.hasSuffix("\u{1B}[?7h\u{1B}[?25h\u{1B}[?1049l") && !last.contains("third"))
        var after = termios()
        tcgetattr(terminal.screen, &after)
        #expect(before.c_lflag == after.c_lflag && before.c_oflag == after.c_oflag)
    }

    @Test func aTerminalThatTakesNothingHoldsNobodyUp() throws {
        let terminal = try Terminal(columns: 80, rows: 24)
        var screen: TerminalScreen? = TerminalScreen(
            descriptor: terminal.screen, rate: 1000, environment: Self.environment)
        try #require(screen != nil)
        // More than its buffer has room for, and nobody reads.
        for _ in 0..<200 {
            screen?.show(scene(faces: 2))
            usleep(1000)
        }
        // Whoever lets go of it without restoring gets the terminal back too.
        screen?.show(scene(faces: 2, source: "last"))
        screen = nil
        #expect(terminal.output(until: "\u{1B}[?1049l").hasSuffix("\u{1B}[?1049l"))
    }

    @Test func whatIsNoTerminalIsNone() throws {
        let terminal = try Terminal(columns: 80, rows: 24)
        #expect(TerminalScreen(descriptor: terminal.screen, environment: ["TERM": "dumb"]) == nil)
        #expect(TerminalScreen(descriptor: terminal.screen, environment: [:]) == nil)
        let file = open("/dev/null", O_WRONLY)
        defer { close(file) }
        #expect(TerminalScreen(descriptor: file, environment: Self.environment) == nil)
    }
}
