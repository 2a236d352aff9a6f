import Foundation
import Mien
import MienBench
import MienVideo

/// Annotates a clip several times in a row, as one long video, and prints what the steady state of the last round
/// allocated: `FRAMES OWN FFMPEG`, the frames it consists of and the allocations without and of FFmpeg's libraries.
///
///     LD_PRELOAD=count.so AllocationProbe CLIP [EXTRA]
///
/// EXTRA allocations are added to each frame, to see that they are counted.
@main
struct AllocationProbe {
    private static let rounds = 4
    /// The frames of a round that are not counted: until the tracker has settled after the jump back to the
    /// first one, and what the reader of this round was opened with is out of the way.
    private static let settling = 60

    static func main() throws {
        let words = CommandLine.arguments
        let extra = words.count > 2 ? Int(words[2])! : 0
        let source = CountingSource(rounds: rounds, clip: words[1], extra: extra)
        let table = TableWriter(sink: try TableOutput.sink(for: "/dev/null"))
        // On one thread: with several, Workers.run allocates where a product or a search is handed to them.
        let analyzer = try Analyzer(model: .embedded(threads: 1))
        try analyzer.stream(
            StreamSource(source), configuration: Configuration(), cancellation: Cancellation(),
            deliver: table.write)
        try table.commit()

        let perRound = source.counts.count / rounds
        let first = source.counts[source.counts.count - perRound + settling]
        let last = source.counts[source.counts.count - 1]
        print(perRound - 1 - settling, last.own - first.own, last.ffmpeg - first.ffmpeg)
    }
}

/// Notes the allocations so far with every frame.
private final class CountingSource: FrameStream {
    private typealias Counter = @convention(c) () -> Int

    private(set) var counts: [(own: Int, ffmpeg: Int)] = []
    private let frames: LoopedSource
    private let extra: Int
    /// The latest of the extra allocations: one that nobody keeps is none after optimisation.
    private var block: UnsafeMutableRawPointer?
    private let all = CountingSource.counter("mien_allocation_count")
    private let ffmpeg = CountingSource.counter("mien_ffmpeg_allocation_count")

    init(rounds: Int, clip: String, extra: Int) {
        frames = LoopedSource(count: rounds) { try VideoReader(clip) }
        self.extra = extra
        counts.reserveCapacity(1 << 16)
    }

    func next() throws -> VideoFrame? {
        guard let frame = try frames.next() else { return nil }
        for _ in 0..<extra {
            free(block)
            block = malloc(1 + counts.count)
        }
        let own = ffmpeg()
        counts.append((all() - own, own))
        return frame
    }

    private static func counter(_ name: String) -> Counter {
        unsafeBitCast(dlsym(nil, name), to: Counter.self)
    }
}
