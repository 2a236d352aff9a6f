import Foundation
import MienTable
import MienTimeline
import TestSupport
import Testing

private func content(_ path: String) -> String? {
    FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) }
}

private func write(_ text: String, to path: String) {
    _ = FileManager.default.createFile(atPath: path, contents: Data(text.utf8))
}

@Suite struct SinkTests {
    @Test func aFileAppearsWhenItIsWhole() throws {
        let directory = try TemporaryFolder()
        let path = directory.path("a.csv")
        let sink = try FileSink(path: path)
        #expect(directory.names == ["a.csv.partial"])
        try sink.write(Array("one\ntwo\n".utf8).span)
        #expect(content(path + ".partial") == "one\ntwo\n")
        try sink.write(Array("three\n".utf8).span)
        try sink.commit()
        #expect(directory.names == ["a.csv"])
        #expect(content(path) == "one\ntwo\nthree\n")
    }

    @Test func nothingIsLostWithoutCommit() throws {
        let directory = try TemporaryFolder()
        let path = directory.path("a.csv")
        do {
            let sink = try FileSink(path: path)
            try sink.write(Array("one\n".utf8).span)
        }
        #expect(directory.names == ["a.csv.partial"])
        // And nobody throws it away by running again.
        #expect(throws: TimelineError.unfinished(path: path + ".partial")) { try FileSink(path: path) }
        #expect(content(path + ".partial") == "one\n")
        let again = try FileSink(path: path, replacing: true)
        again.discard()
        #expect(directory.names == [])
    }

    @Test func aFileIsOnlyReplacedOnRequest() throws {
        let directory = try TemporaryFolder()
        let path = directory.path("a.csv")
        write("old", to: path)
        #expect(throws: TimelineError.exists(path: path)) { try FileSink(path: path) }
        #expect(content(path) == "old")
        let sink = try FileSink(path: path, replacing: true)
        try sink.write(Array("new\n".utf8).span)
        #expect(content(path) == "old")
        try sink.commit()
        #expect(content(path) == "new\n")
        #expect(directory.names == ["a.csv"])
    }

    @Test func aFileThatAppearsMeanwhileIsNotReplaced() throws {
        let directory = try TemporaryFolder()
        let path = directory.path("a.csv")
        let sink = try FileSink(path: path)
        try sink.write(Array("rows\n".utf8).span)
        write("somebody else's", to: path)
        #expect(throws: TimelineError.exists(path: path)) { try sink.commit() }
        #expect(content(path) == "somebody else's")
        #expect(content(path + ".partial") == "rows\n")
    }

    @Test func twoRunsDoNotShareAFile() throws {
        let directory = try TemporaryFolder()
        let path = directory.path("a.csv")
        let first = try FileSink(path: path, replacing: true)
        #expect(throws: TimelineError.inUse(path: path + ".partial")) {
            try FileSink(path: path, replacing: true)
        }
        try first.commit()
    }

    @Test func aResumedFileTakesItsRowsAgainAndGoesOn() throws {
        let directory = try TemporaryFolder()
        let path = directory.path("a.csv")
        write("one\ntwo\nthr", to: path + ".partial")
        let sink = try FileSink(path: path, existing: .resume)
        #expect(sink.length == 11)
        try sink.keep(upTo: 8)
        // A block may begin among the rows that are there and end beyond them.
        try sink.write(Array("one\n".utf8).span)
        try sink.write(Array("two\nthree\n".utf8).span)
        #expect(content(path + ".partial") == "one\ntwo\nthree\n")
        try sink.write(Array("four\n".utf8).span)
        try sink.commit()
        #expect(content(path) == "one\ntwo\nthree\nfour\n")
        #expect(directory.names == ["a.csv"])
    }

    @Test(arguments: ["one\nTwo\n", "one\n", ""]) func rowsThatDifferAreNotResumed(rows: String) throws {
        let directory = try TemporaryFolder()
        let path = directory.path("a.csv")
        write("one\ntwo\n", to: path + ".partial")
        let sink = try FileSink(path: path, existing: .resume)
        try sink.keep(upTo: 8)
        let failure = TimelineError.changed(path: path + ".partial", byte: min(rows.utf8.count, 4))
        #expect(throws: failure) {
            try sink.write(Array(rows.utf8).span)
            try sink.commit()
        }
        #expect(content(path + ".partial") == "one\ntwo\n")
        #expect(!directory.names.contains("a.csv"))
    }

    @Test func aLinkKeepsPointing() throws {
        let directory = try TemporaryFolder()
        write("old", to: directory.path("target.csv"))
        try FileManager.default.createSymbolicLink(
            atPath: directory.path("link.csv"), withDestinationPath: "target.csv")
        let sink = try FileSink(path: directory.path("link.csv"), replacing: true)
        try sink.write(Array("new\n".utf8).span)
        try sink.commit()
        #expect(content(directory.path("target.csv")) == "new\n")
        #expect(directory.names == ["link.csv", "target.csv"])
    }

    @Test func placesWhereNoFileCanBe() throws {
        let directory = try TemporaryFolder()
        #expect(throws: TimelineError.cannotOpen(path: directory.path, code: EISDIR)) {
            try FileSink(path: directory.path, replacing: true)
        }
        let nowhere = directory.path("no/a.csv")
        #expect(throws: TimelineError.noFolder(directory.path("no"), for: nowhere)) {
            try FileSink(path: nowhere)
        }
    }

    @Test func aFullDiskLeavesWholeRows() async throws {
        // A limit on the size of files fails a write in the middle of a row, as a full disk does.
        await #expect(processExitsWith: .success) {
            signal(SIGXFSZ, SIG_IGN)
            let directory = try TemporaryFolder()
            let path = directory.path("a.csv")
            let sink = try FileSink(path: path)
            let row = Array(String(repeating: "x", count: 99).utf8) + [UInt8(ascii: "\n")]
            let rows = Array(repeatElement(row, count: 7).joined())
            var limit = rlimit(rlim_cur: 1234, rlim_max: 1 << 30)
            setrlimit(__rlimit_resource_t(1), &limit)  // RLIMIT_FSIZE
            try sink.write(rows.span)
            let failure = TimelineError.cannotWrite(path: path + ".partial", code: EFBIG)
            #expect(throws: failure) { try sink.write(rows.span) }
            #expect(FileManager.default.contents(atPath: path + ".partial")?.count == 1200)
            #expect(!FileManager.default.fileExists(atPath: path))
        }
    }

    @Test func aFullDeviceIsNamed() throws {
        let writer = TableWriter(sink: try TableOutput.sink(for: "/dev/full"))
        try writer.write(.example)
        #expect(throws: TimelineError.cannotWrite(path: "/dev/full", code: ENOSPC)) { try writer.flush() }
        #expect(
            TimelineError.cannotWrite(path: "/dev/full", code: ENOSPC).description
                == "cannot write /dev/full: No space left on device")
    }

    @Test func aClosedPipeIsAnError() throws {
        signal(SIGPIPE, SIG_IGN)
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        close(ends[0])
        let sink = DescriptorSink(descriptor: ends[1], name: "standard output", closes: true)
        let error = #expect(throws: TimelineError.self) { try sink.write(Array("row\n".utf8).span) }
        #expect(error == .cannotWrite(path: "standard output", code: EPIPE))
        #expect(error?.isClosedPipe == true)
    }

    @Test func aSlowPipeGetsEverything() throws {
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        // Writing must wait even if the descriptor itself would not.
        _ = fcntl(ends[1], F_SETFL, O_NONBLOCK)
        let descriptor = ends[1]
        let writing = Thread {
            let sink = DescriptorSink(descriptor: descriptor, name: "pipe", closes: true)
            try? sink.write([UInt8](repeating: 10, count: 1 << 19).span)
        }
        writing.start()
        var buffer = [UInt8](repeating: 0, count: 4096)
        var total = 0
        while case let count = read(ends[0], &buffer, buffer.count), count > 0 {
            total += count
            usleep(50)
        }
        close(ends[0])
        #expect(total == 1 << 19)
    }

    @Test func namesBecomeSinks() throws {
        let directory = try TemporaryFolder()
        #expect(try TableOutput.sink(for: "-") is DescriptorSink)
        #expect(try TableOutput.sink(for: "/dev/null") is DescriptorSink)
        #expect(try TableOutput.sink(for: directory.path("a")) is FileSink)
    }
}
