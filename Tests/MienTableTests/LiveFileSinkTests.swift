import Foundation
import MienTable
import MienTimeline
import TestSupport
import Testing

/// A table that others read while it grows.
@Suite struct LiveFileSinkTests {
    private let directory: TemporaryFolder

    init() throws { directory = try TemporaryFolder() }

    private func content(_ name: String) -> String? {
        FileManager.default.contents(atPath: directory.path(name)).map { String(decoding: $0, as: UTF8.self) }
    }

    private func make(_ name: String, _ text: String) {
        _ = FileManager.default.createFile(atPath: directory.path(name), contents: Data(text.utf8))
    }

    @Test func growsUnderItsOwnName() throws {
        let sink = try LiveFileSink(path: directory.path("a.csv"))
        #expect(directory.names == ["a.csv"])
        try sink.write(Array("one\n".utf8).span)
        #expect(content("a.csv") == "one\n")
        try sink.write(Array("two\nthree\n".utf8).span)
        #expect(content("a.csv") == "one\ntwo\nthree\n")
        try sink.commit()
        #expect(directory.names == ["a.csv"] && content("a.csv") == "one\ntwo\nthree\n")
    }

    @Test func staysWithoutCommit() throws {
        do {
            let sink = try LiveFileSink(path: directory.path("a.csv"))
            try sink.write(Array("one\n".utf8).span)
        }
        #expect(content("a.csv") == "one\n")
    }

    @Test func aFileIsOnlyReplacedOnRequest() throws {
        let path = directory.path("a.csv")
        make("a.csv", "old and long\n")
        #expect(throws: TimelineError.exists(path: path)) { try LiveFileSink(path: path) }
        #expect(content("a.csv") == "old and long\n")
        let sink = try LiveFileSink(path: path, replacing: true)
        try sink.write(Array("new\n".utf8).span)
        try sink.commit()
        #expect(content("a.csv") == "new\n")
    }

    @Test func twoRunsDoNotShareAFile() throws {
        let path = directory.path("a.csv")
        let first = try LiveFileSink(path: path)
        try first.write(Array("first\n".utf8).span)
        #expect(throws: TimelineError.inUse(path: path)) { try LiveFileSink(path: path, replacing: true) }
        #expect(content("a.csv") == "first\n")
        try first.commit()
        _ = try LiveFileSink(path: path, replacing: true)
    }

    @Test func aLinkKeepsPointing() throws {
        make("target.csv", "old\n")
        try FileManager.default.createSymbolicLink(
            atPath: directory.path("link.csv"), withDestinationPath: "target.csv")
        let sink = try LiveFileSink(path: directory.path("link.csv"), replacing: true)
        try sink.write(Array("new\n".utf8).span)
        try sink.commit()
        #expect(content("target.csv") == "new\n")
        #expect(directory.names == ["link.csv", "target.csv"])
    }

    @Test func placesWhereNoFileCanBe() {
        #expect(throws: TimelineError.cannotOpen(path: directory.path, code: EISDIR)) {
            try LiveFileSink(path: directory.path, replacing: true)
        }
        let nowhere = directory.path("no/a.csv")
        #expect(throws: TimelineError.noFolder(directory.path("no"), for: nowhere)) {
            try LiveFileSink(path: nowhere)
        }
    }

    @Test func aFullDiskLeavesWholeRows() async throws {
        // A limit on the size of files fails a write in the middle of a row, as a full disk does.
        await #expect(processExitsWith: .success) {
            signal(SIGXFSZ, SIG_IGN)
            let directory = try TemporaryFolder()
            let path = directory.path("a.csv")
            let sink = try LiveFileSink(path: path)
            let row = Array(String(repeating: "x", count: 99).utf8) + [UInt8(ascii: "\n")]
            let rows = Array(repeatElement(row, count: 7).joined())
            var limit = rlimit(rlim_cur: 1234, rlim_max: 1 << 30)
            setrlimit(__rlimit_resource_t(1), &limit)  // RLIMIT_FSIZE
            try sink.write(rows.span)
            let failure = TimelineError.cannotWrite(path: path, code: EFBIG)
            #expect(throws: failure) { try sink.write(rows.span) }
            #expect(FileManager.default.contents(atPath: path)?.count == 1200)
            // There is room again.
            limit.rlim_cur = 1 << 20
            setrlimit(__rlimit_resource_t(1), &limit)
            try sink.write(row.span)
            try sink.commit()
            #expect(FileManager.default.contents(atPath: path)?.count == 1300)
        }
    }
}
