import Foundation
import TestSupport
import Testing

/// What a long run on one thread allocates for each frame, counted by tools/check/allocations/count.c.
@Suite(.serialized) struct AllocationTests {
    /// The frames counted, and the allocations that are not FFmpeg's.
    private func steadyState(extra: Int) throws -> (frames: Int, allocations: Int) {
        let folder = try TemporaryFolder()
        let library = folder.path("count.so")
        let compiler = try Repository.run(
            "clang",
            ["-O2", "-Wall", "-Werror", "-shared", "-fPIC", "-o", library, "tools/check/allocations/count.c"])
        try #require(compiler.status == 0, "\(compiler.errors)")
        let program = Bundle.main.bundleURL.appendingPathComponent("AllocationProbe").path
        let run = try Repository.run(
            "env", ["LD_PRELOAD=" + library, program, Repository.sample, "\(extra)"])
        try #require(run.status == 0, "\(run.errors)")
        let numbers = run.output.split(whereSeparator: \.isWhitespace).compactMap { Int($0) }
        try #require(numbers.count == 3 && numbers[0] > 100, "\(run.output)")
        // FFmpeg allocates for every frame: the counter is there and tells the two apart.
        #expect(numbers[2] > numbers[0])
        return (numbers[0], numbers[1])
    }

    @Test func aFrameAllocatesNothing() throws {
        let found = try steadyState(extra: 0)
        #expect(found.allocations == 0)
    }

    @Test func oneAllocationInAFrameIsCounted() throws {
        let found = try steadyState(extra: 1)
        #expect(found.allocations == found.frames)
    }
}
