import CFFmpeg
import Glibc

/// Writes a pipe for FFmpeg, so that a writer whose reader does not come or does not read can be stopped: FFmpeg's
/// own pipe protocol blocks in `write` and asks nobody.
///
/// A reader that goes away raises `SIGPIPE`, which whoever writes has to ignore or block.
final class PipeOutput {
    /// FFmpeg's handle, valid while this object lives; contexts that use it must be closed before.
    private(set) var io: UnsafeMutablePointer<AVIOContext>?
    private let descriptor: Int32
    private let closesDescriptor: Bool
    private let interrupt: Interrupt
    private static let bufferSize = 64 << 10
    /// PIPE_BUF: as much as a pipe that `poll` calls ready takes without blocking, whatever its flags are.
    private static let pieceSize = 4096

    /// Writes to an open descriptor, which stays open.
    init(descriptor: Int32, interrupt: Interrupt) {
        self.descriptor = descriptor
        closesDescriptor = false
        self.interrupt = interrupt
        allocate()
    }

    /// Writes to a named pipe, once somebody reads it.
    init(path: String, name: String, interrupt: Interrupt) throws(VideoError) {
        self.interrupt = interrupt
        closesDescriptor = true
        while true {
            let descriptor = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC)
            if descriptor >= 0 {
                self.descriptor = descriptor
                break
            }
            guard errno == ENXIO || errno == EINTR else {
                throw .cannotWrite(name, detail: String(cString: strerror(errno)))
            }
            if let seconds = interrupt.expiredAfter {
                throw .cannotWrite(name, detail: "nobody read the pipe within \(seconds.inSeconds)")
            }
            if interrupt.isCancelled { throw .cannotWrite(name, detail: "nobody read the pipe") }
            usleep(20_000)
        }
        allocate()
    }

    deinit {
        if let io { av_freep(io.pointer(to: \.buffer)) }
        avio_context_free(&io)
        if closesDescriptor { close(descriptor) }
    }

    private func allocate() {
        let buffer = av_malloc(Self.bufferSize)?.assumingMemoryBound(to: UInt8.self)
        io = avio_alloc_context(
            buffer, Int32(Self.bufferSize), 1, Unmanaged.passUnretained(self).toOpaque(), nil,
            { opaque, bytes, count in
                guard let opaque, let bytes else { return mien_averror(EINVAL) }
                return Unmanaged<PipeOutput>.fromOpaque(opaque).takeUnretainedValue()
                    .write(UnsafeRawPointer(bytes), Int(count))
            }, nil)
    }

    private func write(_ bytes: UnsafeRawPointer, _ count: Int) -> Int32 {
        var written = 0
        while written < count {
            if interrupt.shouldStop { return mien_averror_exit() }
            var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
            let ready = poll(&waiting, 1, 100)
            if ready == 0 || ready < 0 && errno == EINTR { continue }
            let piece = Glibc.write(descriptor, bytes + written, min(count - written, Self.pieceSize))
            if piece >= 0 {
                written += piece
            } else if errno != EAGAIN, errno != EINTR {
                return mien_averror(errno)
            }
        }
        return Int32(count)
    }
}
