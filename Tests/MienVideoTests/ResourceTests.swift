import Foundation
import MienVideo
import Testing

@Suite struct ResourceTests {
    @Test func releasedImagesAreUsedAgain() throws {
        let reader = try VideoReader(ClipFolder.shared(.big))
        var addresses: Set<UnsafeMutablePointer<UInt8>> = []
        while let frame = try reader.next() { addresses.insert(frame.image.baseAddress) }
        #expect(addresses.count == 1)
    }

    @Test func heldImagesAreLeftAlone() throws {
        let reader = try VideoReader(ClipFolder.shared(.big))
        var held: [VideoFrame] = []
        var sums: [Int] = []
        while let frame = try reader.next() {
            sums.append(checksum(frame.image))
            held.append(frame)
        }
        #expect(held.map { checksum($0.image) } == sums)
    }

    /// In a process of its own, where nothing else opens files or prints.
    @Test func openingAndClosingLeavesNothingBehind() async {
        let result = await #expect(processExitsWith: .success, observing: [\.standardErrorContent]) {
            let folder = ClipFolder.shared
            let inputs = try [
                folder(.noise), folder(.truncated), folder(.coverOnly), folder(.rotated), folder(.garbage),
            ]
            func cycle() {
                for input in inputs { _ = try? Reading(input) }
            }
            for _ in 0..<10 { cycle() }
            let (files, threads, memory) = (entries("fd"), entries("task"), residentBytes())
            for _ in 0..<40 { cycle() }
            // What is wrong goes to stderr, which must stay empty. A leak shows in dozens; the test's own process
            // has a few threads that come and go.
            if entries("fd") > files + 4 { complain("descriptors grew from \(files) to \(entries("fd"))") }
            if entries("task") > threads + 4 {
                complain("threads grew from \(threads) to \(entries("task"))")
            }
            let growth = residentBytes() - memory
            if growth > 4 << 20 { complain("memory grew by \(growth) bytes in 200 openings") }
            try FileManager.default.removeItem(atPath: folder.path)
        }
        // FFmpeg has much to say about these inputs, and none of it belongs on stderr.
        let text = result.map { String(decoding: $0.standardErrorContent, as: UTF8.self) }
        #expect(text == "")
    }
}

private func complain(_ text: String) {
    FileHandle.standardError.write(Data((text + "\n").utf8))
}

private func entries(_ kind: String) -> Int {
    (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/\(kind)").count) ?? 0
}

private func residentBytes() -> Int {
    let text = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)) ?? ""
    return Int(text.split(separator: " ").dropFirst().first ?? "0")! * Int(getpagesize())
}
