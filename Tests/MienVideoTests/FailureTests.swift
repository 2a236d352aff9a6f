import Foundation
import MienVideo
import Testing

/// Inputs that are no video: each failure is an error of its own that names the file.
@Suite struct FailureTests {
    private func error(opening input: String, options: VideoOptions = VideoOptions()) -> VideoError? {
        do throws(VideoError) {
            _ = try VideoReader(input, options: options)
            return nil
        } catch {
            return error
        }
    }

    @Test func everyFailureNamesTheFileAndTheThing() throws {
        let folder = ClipFolder.shared
        let expectations: [(String, String)] = [
            (folder.file("nothing.mp4"), "no such file"),
            (folder.file("*.mp4"), "wildcards are not expanded"),
            (folder.path, "is a directory"),
            (try folder(.empty), "is empty"),
            (try folder(.noIndex), "moov atom not found"),
            (try folder(.garbage), "not media"),
            (try folder(.animatedWebP), "no decoder for its video (codec animated webp)"),
            (try folder(.audioOnly), "only audio (aac)"),
            (try folder(.coverOnly), "audio (aac) and a cover picture (png)"),
            (folder.file("none%03d.png"), "no file matches"),
        ]
        for (input, words) in expectations {
            let text = try #require(error(opening: input)).description
            #expect(text.hasPrefix(input + ": ") && text.contains(words), "\(text)")
            #expect(text.contains("expected"), "\(text)")
        }
    }

    @Test(.enabled(if: geteuid() != 0)) func aFileWithoutPermissionSaysSo() throws {
        let path = ClipFolder.shared.file("secret.mp4")
        try ClipFolder.shared.write(Data([1]), to: "secret.mp4")
        chmod(path, 0)
        #expect(error(opening: path) == .notPermitted(path))
    }

    @Test func unknownOptionsAreRefused() throws {
        var options = VideoOptions()
        options.inputOptions = ["no_such_option": "1"]
        let path = try ClipFolder.shared(.bFrames)
        #expect(error(opening: path, options: options) == .unknownOption(path, name: "no_such_option"))
    }

    @Test func aSilentServerRunsIntoTheDeadline() throws {
        let server = try SilentServer()
        for input in ["tcp://127.0.0.1:\(server.port)", "http://127.0.0.1:\(server.port)/a.mp4"] {
            var options = VideoOptions()
            options.timeout = 0.3
            #expect(error(opening: input, options: options) == .timedOut(input, seconds: 0.3))
        }
    }

    @Test func cancellingEndsAWait() throws {
        let server = try SilentServer()
        let options = VideoOptions()
        Thread.detachNewThread {
            usleep(100_000)
            options.cancellation.cancel()
        }
        let input = "tcp://127.0.0.1:\(server.port)"
        #expect(error(opening: input, options: options) == .cancelled(input))
    }

    @Test func cancellingEndsTheWaitForAPipe() throws {
        let pipe = Pipe()
        let options = VideoOptions()
        Thread.detachNewThread {
            usleep(100_000)
            options.cancellation.cancel()
        }
        let input = "pipe:\(pipe.fileHandleForReading.fileDescriptor)"
        #expect(error(opening: input, options: options) == .cancelled(input))
        withExtendedLifetime(pipe) {}
    }

    @Test func aNamedPipeWithoutAWriterRunsIntoTheDeadline() throws {
        let path = ClipFolder.shared.file("named-pipe")
        mkfifo(path, 0o600)
        var options = VideoOptions()
        options.timeout = 0.3
        #expect(error(opening: path, options: options) == .timedOut(path, seconds: 0.3))
    }

    @Test func anEmptyPipeSaysSo() throws {
        let pipe = Pipe()
        try pipe.fileHandleForWriting.close()
        let input = "pipe:\(pipe.fileHandleForReading.fileDescriptor)"
        #expect(error(opening: input) == .empty(input))
        withExtendedLifetime(pipe) {}
    }

    @Test func cancellingEndsReading() throws {
        let options = VideoOptions()
        let path = try ClipFolder.shared(.bFrames)
        let reader = try VideoReader(path, options: options)
        options.cancellation.cancel()
        #expect(throws: VideoError.cancelled(path)) { while try reader.next() != nil {} }
    }
}

/// Listens on a port of this machine, and never says a word.
final class SilentServer {
    let port: UInt16
    private let descriptor: Int32

    init() throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        port = try withUnsafeMutablePointer(to: &address) { [descriptor] pointer in
            try pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                guard bind(descriptor, address, length) == 0, listen(descriptor, 8) == 0,
                    getsockname(descriptor, address, &length) == 0
                else { throw ToolFailure(text: "cannot listen: \(errno)") }
            }
            return UInt16(bigEndian: pointer.pointee.sin_port)
        }
    }

    deinit { close(descriptor) }
}
