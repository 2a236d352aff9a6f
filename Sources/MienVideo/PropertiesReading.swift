import CFFmpeg

extension VideoProperties {
    /// The properties of `source`, whose first frame is decoded.
    init(of source: FrameSource) {
        let demuxer = source.demuxer
        let stream = demuxer.stream
        let frame = source.frame
        let geometry = source.geometry
        let duration =
            timestamp(stream.pointee.duration).map { Double($0) * av_q2d(stream.pointee.time_base) }
            ?? timestamp(demuxer.format.pointee.duration).map { Double($0) / Double(AV_TIME_BASE) }
        let rate = demuxer.frameRate
        let isPicture = demuxer.isStill
        let claimed = Int(stream.pointee.nb_frames)
        let estimate = duration.flatMap { duration in rate.map { (duration * $0.value).rounded() } }
        self.init(
            width: geometry.size.width, height: geometry.size.height, stored: geometry.stored,
            rotation: geometry.orientation.rotation, isMirrored: geometry.orientation.isMirrored,
            pixelAspect: geometry.pixelAspect, container: demuxer.container,
            codec: String(cString: avcodec_get_name(demuxer.codec.pointee.id)),
            streamIndex: Int(stream.pointee.index), videoStream: demuxer.choice?.number,
            isStillImage: isPicture,
            pixelFormat: PixelLayout(AVPixelFormat(rawValue: frame.pointee.format)).name,
            colour: ColourInterpretation(of: frame, codec: demuxer.codec.pointee.id),
            timeBase: Rational(stream.pointee.time_base) ?? Rational(1, Int(AV_TIME_BASE)),
            firstPTS: source.reading.pts, firstFrameTime: Self.firstFrameTime(of: source),
            averageFrameRate: isPicture ? nil : rate,
            estimatedDuration: isPicture ? nil : duration,
            estimatedFrameCount: isPicture
                ? 1 : claimed > 0 ? claimed : estimate.flatMap { Int(exactly: $0) })
    }

    /// Most containers have a time line of their own, which begins at 0, whatever is on it first. The clock of
    /// broadcast formats such as MPEG-TS begins anywhere: players count from the first timestamp of any stream.
    private static func firstFrameTime(of source: FrameSource) -> Double? {
        guard let pts = source.reading.pts else { return nil }
        let format = source.demuxer.format.pointee
        let time = Double(pts) * av_q2d(source.demuxer.stream.pointee.time_base)
        guard format.iformat.pointee.flags & AVFMT_TS_DISCONT != 0, let start = timestamp(format.start_time)
        else { return time }
        return time - Double(start) / Double(AV_TIME_BASE)
    }
}
