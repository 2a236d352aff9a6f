import Dispatch
import Foundation
import Synchronization

/// The alternate screen of a terminal, on which the scenes of a live run are drawn one over the other.
///
/// Drawing happens on a queue of its own and only ever draws the latest scene, so that a terminal that is slow or
/// stopped (Ctrl-S) does not hold up who shows it. Nothing of the terminal's settings is changed but what
/// ``restore()`` sets back: the screen, the cursor, line wrapping. Ctrl-Z is ignored meanwhile.
///
/// ```swift
/// let screen = TerminalScreen(descriptor: STDERR_FILENO)      // nil: no terminal
/// defer { screen?.restore() }
/// screen?.show(scene)                                         // as often as one likes
/// ```
package final class TerminalScreen: Sendable {
    /// Alternate screen, cursor hidden, no wrapping at the right edge.
    private static let entry = "\u{1B}[?1049h\u{1B}[?25l\u{1B}[?7l\u{1B}[2J"
    private static let exit = "\u{1B}[0m\u{1B}[?7h\u{1B}[?25h\u{1B}[?1049l"
    /// More messages than these are not kept.
    private static let mostMessages = 200

    private let descriptor: Int32
    private let view: TerminalView
    private let interval: Duration
    private let queue = DispatchQueue(label: "mien.screen")
    private struct State {
        var pending: LiveScene?
        var isScheduled = false
        var isRestored = false
        var lastDrawn: ContinuousClock.Instant?
        var messages: [String] = []
        var lostMessages = 0
        /// The size drawn last.
        var size: (columns: Int, rows: Int)?
    }
    private let state = Mutex(State())
    /// What Ctrl-Z did before.
    private let stopHandler: (@convention(c) (Int32) -> Void)?

    /// Whether `descriptor` is a terminal that can move its cursor.
    package static func isPossible(
        _ descriptor: Int32, environment: [String: String] = ProcessInfo.processInfo.environment
    ) -> Bool {
        isatty(descriptor) != 0 && !["", "dumb"].contains(environment["TERM"] ?? "")
    }

    /// Takes over the terminal behind `descriptor`.
    ///
    /// - Parameters:
    ///   - rate: The most scenes drawn a second.
    /// - Returns: nil if it is no terminal, or one that cannot move its cursor.
    package init?(
        descriptor: Int32, rate: Double = 12,
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) {
        guard Self.isPossible(descriptor, environment: environment) else { return nil }
        self.descriptor = descriptor
        view = TerminalView(style: TerminalStyle(environment: environment))
        interval = .seconds(1 / rate)
        stopHandler = signal(SIGTSTP, SIG_IGN)
        Console.write(Self.entry, to: descriptor)
    }

    deinit {
        // Nothing is being drawn: that would hold a reference.
        if let messages = end() { leave(messages) }
    }

    /// Shows `scene` as soon as it is its turn; scenes that come faster than they can be drawn are left out.
    package func show(_ scene: LiveScene) {
        state.withLock { state in
            guard !state.isRestored else { return }
            state.pending = scene
            guard !state.isScheduled else { return }
            state.isScheduled = true
            let now = ContinuousClock.now
            let wait = state.lastDrawn.map { interval - (now - $0) } ?? .zero
            queue.asyncAfter(deadline: .now() + max(0, wait.inSeconds)) { [weak self] in self?.drawPending() }
        }
    }

    /// Keeps a message for the user until the screen is restored; on the alternate screen it would be lost.
    package func say(_ message: String) {
        let isLate = state.withLock { state in
            guard !state.isRestored else { return true }
            if state.messages.count < Self.mostMessages {
                state.messages.append(message)
            } else {
                state.lostMessages += 1
            }
            return false
        }
        if isLate { Console.say(message) }
    }

    /// Gives the terminal back as it was, and prints the messages kept for the user. Calling it again does
    /// nothing. A terminal that its user has stopped (Ctrl-S) holds this up until it goes on.
    package func restore() {
        guard let messages = end() else { return }
        // Behind what is being drawn.
        queue.sync {}
        leave(messages)
    }

    /// Lets nothing more be drawn; nil if that was so before.
    private func end() -> (said: [String], lost: Int)? {
        state.withLock { state in
            guard !state.isRestored else { return nil }
            state.isRestored = true
            state.pending = nil
            return (state.messages, state.lostMessages)
        }
    }

    private func leave(_ messages: (said: [String], lost: Int)) {
        Console.write(Self.exit, to: descriptor)
        signal(SIGTSTP, stopHandler)
        for message in messages.said { Console.say(message) }
        if messages.lost > 0 { Console.say("and \(messages.lost) more messages") }
    }

    private func drawPending() {
        let scene: LiveScene? = state.withLock { state in
            state.isScheduled = false
            state.lastDrawn = ContinuousClock.now
            defer { state.pending = nil }
            return state.pending
        }
        if let scene { draw(scene) }
    }

    private func draw(_ scene: LiveScene) {
        let now = Self.size(of: descriptor)
        let isResized = state.withLock { state in
            defer { state.size = now }
            return state.size.map { $0 != now } ?? false
        }
        var text = isResized ? "\u{1B}[2J" : ""
        for (row, line) in view.frame(scene, columns: now.columns, rows: now.rows).enumerated() {
            text += "\u{1B}[\(row + 1);1H" + line
        }
        Console.write(text, to: descriptor)
    }

    /// The terminal's size; 80 x 24 if it does not say, and no more than anybody's.
    private static func size(of descriptor: Int32) -> (columns: Int, rows: Int) {
        var window = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &window) == 0, window.ws_col > 0, window.ws_row > 0 else {
            return (80, 24)
        }
        return (min(Int(window.ws_col), 1000), min(Int(window.ws_row), 500))
    }
}
