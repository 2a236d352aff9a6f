import CFFmpeg

extension VideoProperties {
    /// The properties of `source`, whose first frame is decoded.
    init(of source: FrameSource) {
        let demuxer = source.demuxer
        let stream = demuxer.stream
        let frame = source.frame
        let orientation = source.orientation
        let size = orientation.size(width: Int(frame.pointee.width), height: Int(frame.pointee.height))
        let ratio = Rational(av_guess_sample_aspect_ratio(demuxer.format, stream, frame))
        let duration =
            timestamp(stream.pointee.duration).map { Double($0) * av_q2d(stream.pointee.time_base) }
            ?? timestamp(demuxer.format.pointee.duration).map { Double($0) / Double(AV_TIME_BASE) }
        let rate = demuxer.frameRate
        let container = String(cString: demuxer.format.pointee.iformat.pointee.name)
        let isPicture =
            (container == "image2" && source.location.sequence == nil) || container.hasSuffix("_pipe")
        let claimed = Int(stream.pointee.nb_frames)
        let estimate = duration.flatMap { duration in rate.map { (duration * $0.value).rounded() } }
        self.init(
            width: size.width, height: size.height, rotation: orientation.rotation,
            isMirrored: orientation.isMirrored,
            sampleAspectRatio: orientation.isTransposed ? ratio?.inverse : ratio, container: container,
            codec: String(cString: avcodec_get_name(demuxer.codec.pointee.id)),
            streamIndex: Int(stream.pointee.index), isStillImage: isPicture,
            pixelFormat: PixelLayout(AVPixelFormat(rawValue: frame.pointee.format)).name,
            colour: ColourInterpretation(of: frame, codec: demuxer.codec.pointee.id),
            timeBase: Rational(stream.pointee.time_base) ?? Rational(1, Int(AV_TIME_BASE)),
            firstPTS: source.reading.pts, averageFrameRate: isPicture ? nil : rate,
            estimatedDuration: isPicture ? nil : duration,
            estimatedFrameCount: isPicture
                ? 1 : claimed > 0 ? claimed : estimate.flatMap { Int(exactly: $0) })
    }
}
