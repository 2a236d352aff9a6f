import CFFmpeg

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
        let seconds = (0..<Int(context.pointee.nb_streams)).compactMap { index -> Double? in
            let stream = context.pointee.streams[index]!.pointee
            guard stream.codecpar.pointee.codec_type == AVMEDIA_TYPE_VIDEO else { return nil }
            return timestamp(stream.duration).map { Double($0) * av_q2d(stream.time_base) }
        }
        stream = seconds.count == 1 ? seconds.first : nil
        container = timestamp(context.pointee.duration).map { Double($0) / Double(AV_TIME_BASE) }
        let name = context.pointee.iformat.map { String(cString: $0.pointee.name) } ?? ""
        indexIsComplete = name.hasPrefix("mov,")
    }

    /// Whether the end of the other streams must be known too.
    var needsAllStreams: Bool { stream == nil && container != nil }

    /// What is missing, in words, or nil if the promise was kept.
    ///
    /// - Parameters:
    ///   - videoLength: seconds from the first packet's time to the end of the last one, video stream.
    ///   - totalLength: the same over all streams.
    ///   - frame: one frame's length in seconds.
    ///   - indexed: packets listed by the index; `read`: packets that came.
    func shortfall(
        videoLength: Double, totalLength: Double, frame: Double, indexed: Int, read: Int
    ) -> String? {
        if indexIsComplete, indexed > read {
            return "its index lists \(indexed) packets, the data hold \(read)"
        }
        // Headers round, and some count the last frame's length and some do not.
        let slack = max(0.25, 3 * frame)
        if let stream, stream - videoLength > slack {
            return "its header promises \(stream.inSeconds), the data hold \(videoLength.inSeconds)"
        }
        if stream == nil, let container, container - totalLength > slack {
            return "its header promises \(container.inSeconds), the data hold \(totalLength.inSeconds)"
        }
        return nil
    }
}
