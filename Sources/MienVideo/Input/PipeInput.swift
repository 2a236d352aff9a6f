import CFFmpeg
import Glibc

/// Reads a pipe for FFmpeg, so that a reader that waits for data can be cancelled: FFmpeg's own pipe
/// protocol blocks in `read` and asks nobody.
final class PipeInput {
    /// FFmpeg's handle, valid while this object lives; contexts that use it must be closed before.
    private(set) var io: UnsafeMutablePointer<AVIOContext>?
    /// The bytes read so far.
    private(set) var byteCount = 0
    private let descriptor: Int32
    private let closesDescriptor: Bool
    private let interrupt: Interrupt
    private static let bufferSize = 64 << 10

    /// Reads from an open descriptor, which stays open.
    init(descriptor: Int32, interrupt: Interrupt) {
        self.descriptor = descriptor
        closesDescriptor = false
        self.interrupt = interrupt
        allocate()
    }

    /// Reads from a named pipe; nil if it cannot be opened.
    init?(path: String, interrupt: Interrupt) {
        // Without waiting for a writer: that is what `poll` is for.
        descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        closesDescriptor = true
        self.interrupt = interrupt
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
            buffer, Int32(Self.bufferSize), 0, Unmanaged.passUnretained(self).toOpaque(),
            { opaque, buffer, size in
                guard let opaque, let buffer else { return mien_averror(EINVAL) }
                return Unmanaged<PipeInput>.fromOpaque(opaque).takeUnretainedValue().read(buffer, size)
            }, nil, nil)
    }

    private func read(_ buffer: UnsafeMutablePointer<UInt8>, _ size: Int32) -> Int32 {
        while !interrupt.shouldStop {
            var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            let ready = poll(&waiting, 1, 100)
            if ready == 0 || ready < 0 && errno == EINTR { continue }
            let count = Glibc.read(descriptor, buffer, Int(size))
            if count > 0 {
                byteCount += count
                return Int32(count)
            }
            if count == 0 { return mien_averror_eof() }
            if errno != EAGAIN, errno != EINTR { return mien_averror(errno) }
        }
        return mien_averror_exit()
    }
}
