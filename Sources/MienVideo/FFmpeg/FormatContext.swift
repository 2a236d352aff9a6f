import CFFmpeg

/// Owns a demuxing context, with what it calls while it lives: the interrupt and the pipe it reads from.
struct FormatContext: ~Copyable {
    private(set) var pointer: UnsafeMutablePointer<AVFormatContext>?
    private let interrupt: Interrupt
    private let pipe: PipeInput?

    /// Creates a context that asks `interrupt` while it waits and, if given, reads from `pipe`.
    ///
    /// - Parameter isNonblocking: Whether a device says that it has no frame yet instead of waiting for one.
    init(interrupt: Interrupt, pipe: PipeInput?, isNonblocking: Bool) {
        self.interrupt = interrupt
        self.pipe = pipe
        pointer = avformat_alloc_context()
        guard let pointer else { return }
        interrupt.attach(to: pointer)
        if let pipe { pointer.pointee.pb = pipe.io }
        if isNonblocking { pointer.pointee.flags |= AVFMT_FLAG_NONBLOCK }
    }

    /// Opens `url`. A failure frees the context, as FFmpeg does.
    mutating func open(
        _ url: String, format: UnsafePointer<AVInputFormat>?, options: inout OptionDictionary
    ) -> Int32 {
        avformat_open_input(&pointer, url, format, &options.pointer)
    }

    deinit {
        // Closing may have to say goodbye to a server; interrupt and pipe are released after it.
        interrupt.restart(seconds: 1)
        var pointer = pointer
        avformat_close_input(&pointer)
    }
}
