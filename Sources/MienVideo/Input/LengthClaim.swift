import CFFmpeg
import MienCore

/// What a container's header promises of its length, to compare with what came.
///
/// Only promises written down in the file count. Where FFmpeg estimates the length itself, from the bit
/// rate or from the timestamps at the end of the file, there is nothing to compare with.
struct LengthClaim: Equatable {
    /// The promised length of the video stream in seconds.
    var stream: Double?
    /// The promised length of the container, whichever stream is the longest.
    var container: Double?
    /// Whether the index lists every packet of the stream, as that of an MP4 does.
    var indexIsComplete = false

    init(stream: Double? = nil, container: Double? = nil, indexIsComplete: Bool = false) {
        self.stream = stream
        self.container = container
        self.indexIsComplete = indexIsComplete
    }

    /// What is known before FFmpeg has looked at the data and filled in its own estimates.
    init(header context: UnsafeMutablePointer<AVFormatContext>) {
        let video = (0..<Int(context.pointee.nb_streams)).map { context.pointee.streams[$0]!.pointee }
            .filter { $0.codecpar.pointee.codec_type == AVMEDIA_TYPE_VIDEO }
        if let only = video.first, video.count == 1 {
            stream = timestamp(only.duration).map { Double($0) * av_q2d(only.time_base) }
        }
        container = timestamp(context.pointee.duration).map { Double($0) / Double(AV_TIME_BASE) }
        let name = context.pointee.iformat.map { String(cString: $0.pointee.name) } ?? ""
        indexIsComplete = name.hasPrefix("mov,")
        // A cut AVI has lost its index, and FFmpeg takes the length from the file's size; the number of
        // frames, which are the ticks of its time base, still is the header's.
        if name == "avi", let only = video.first, video.count == 1, only.nb_frames > 0 {
            stream = Double(only.nb_frames) * av_q2d(only.time_base)
        }
    }

    /// Adds what only the first packets tell, as in FLV, whose length is in a packet of its own.
    mutating func complete(from context: UnsafeMutablePointer<AVFormatContext>) {
        guard stream == nil, container == nil,
            context.pointee.duration_estimation_method == AVFMT_DURATION_FROM_STREAM
        else { return }
        container = timestamp(context.pointee.duration).map { Double($0) / Double(AV_TIME_BASE) }
    }

    /// Whether the end of the other streams must be known too.
    var needsAllStreams: Bool { stream == nil && container != nil }

    /// What is missing, in words, or nil if the promise was kept.
    func shortfall(
        of extent: StreamExtent, frameLength: Double, index: (count: Int, last: Int64)?
    ) -> String? {
        if indexIsComplete, let index, let read = extent.lastDecodingTime, index.last > read {
            return "its index lists \(counted(index.count, "packet")), the data hold \(extent.videoPackets)"
        }
        if extent.lastIsIncomplete { return "its last packet is incomplete" }
        // Headers round, and some count the last frame's length and some do not.
        let slack = max(0.25, 3 * frameLength)
        if let stream, stream - extent.videoEnd > slack {
            return "its header promises \(stream.inSeconds), the data hold \(extent.videoEnd.inSeconds)"
        }
        if stream == nil, let container, container - extent.totalEnd > slack {
            return "its header promises \(container.inSeconds), the data hold \(extent.totalEnd.inSeconds)"
        }
        return nil
    }
}

/// How far the packets reach that have been read.
struct StreamExtent: Equatable {
    /// The highest decoding timestamp of the video stream, in its time base.
    private(set) var lastDecodingTime: Int64?
    /// The packets of the video stream.
    private(set) var videoPackets = 0
    /// Whether the demuxer found less of the video stream's last packet than there should be.
    private(set) var lastIsIncomplete = false
    private var video = Span()
    private var total = Span()

    private struct Span: Equatable {
        var start = Double.infinity
        var end = -Double.infinity

        /// Containers disagree whether a length counts from zero or from the start: the longer one.
        var length: Double { end > -.infinity ? end - min(start, 0) : 0 }

        mutating func extend(_ first: Double, _ last: Double) {
            start = min(start, first)
            end = max(end, last)
        }
    }

    /// The length of the video so far in seconds.
    var videoEnd: Double { video.length }
    /// The length of all streams read so far in seconds.
    var totalEnd: Double { total.length }

    /// Takes in a packet: its timestamps and duration in units of `timeBase`, in seconds.
    mutating func extend(
        pts: Int64?, dts: Int64?, duration: Int64, timeBase: Double, isVideo: Bool, isIncomplete: Bool
    ) {
        if isVideo {
            videoPackets += 1
            lastIsIncomplete = isIncomplete
        }
        guard let time = pts ?? dts else { return }
        let start = Double(time) * timeBase
        let end = start + Double(max(duration, 0)) * timeBase
        total.extend(start, end)
        guard isVideo else { return }
        video.extend(start, end)
        if let dts { lastDecodingTime = max(lastDecodingTime ?? dts, dts) }
    }
}
