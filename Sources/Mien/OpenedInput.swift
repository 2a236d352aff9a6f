import MienCore
import MienTable
import MienVideo

/// A video that could be opened, and what the public door says of it.
package struct OpenedInput {
    package let reader: VideoReader
    /// The number of frames to expect, or nil if the container does not say.
    let frameCount: Int?

    /// Opens what FFmpeg can open.
    ///
    /// - Throws: ``MienError/configuration(_:)`` or ``MienError/input(_:)``.
    package init(_ input: String, configuration: Configuration) throws(MienError) {
        try configuration.validate()
        var options = VideoOptions()
        options.start = configuration.start
        options.duration = configuration.duration
        options.videoStream = configuration.videoStream
        do {
            reader = try VideoReader(input, options: options)
        } catch {
            throw .input("\(error)")
        }
        frameCount = Self.frameCount(reader.properties, configuration)
    }

    private static func frameCount(_ properties: VideoProperties, _ configuration: Configuration) -> Int? {
        guard configuration.start != nil || configuration.duration != nil else {
            return properties.estimatedFrameCount
        }
        guard let seconds = properties.estimatedDuration, let rate = properties.averageFrameRate?.value else {
            return nil
        }
        let rest = max(0, seconds - (configuration.start ?? 0))
        return Int(min(rest, configuration.duration ?? rest) * rate)
    }

    /// The video stream as metadata describe it.
    var video: RunMetadata.Video {
        let properties = reader.properties
        var video = RunMetadata.Video(properties, timeSource: reader.report.timeSource.rawValue)
        video.colorMatrix = Self.words(properties.colour)
        video.firstFrame = properties.firstFrameTime
        return video
    }

    private static func words(_ colour: ColourInterpretation) -> String {
        let range = colour.isFullRange ? "full range" : "limited range"
        return "\(colour.matrix.rawValue)\(colour.matrixIsAssumed ? " (assumed)" : "")"
            + ", \(range)\(colour.rangeIsAssumed ? " (assumed)" : "")"
            + (colour.highRange.map {
                ", \($0.rawValue)\(ToneMapper.isAvailable ? " tone-mapped to BT.709" : "")"
            } ?? "")
    }

    /// What a run over the input has found out so far.
    func run(
        counts: TableCounts, relative: RelativeRows? = nil, cancellation: Cancellation
    ) -> AnalysisRun {
        let report = reader.report
        var warnings = report.warnings
        if report.timeSource != .presentation {
            warnings.append(
                "not every frame has a presentation timestamp; times come from: \(report.timeSource.rawValue)"
            )
        }
        if report.damagedFrames > 0 || report.lostPackets > 0 {
            warnings.append(
                "damaged: \(counted(report.damagedFrames, "frame")) marked decode_error, "
                    + "\(counted(report.lostPackets, "packet")) not decoded at all")
        }
        return AnalysisRun(
            counts: counts, video: video, damagedFrames: report.damagedFrames,
            lostPackets: report.lostPackets, warnings: warnings + (relative?.warnings ?? []),
            baselines: relative?.baselines, endedEarly: report.endedEarly,
            isInterrupted: cancellation.isCancelled)
    }
}

extension RunMetadata.Video {
    /// What is the same for files and live sources.
    init(_ properties: VideoProperties, timeSource: String) {
        self.init(
            width: properties.width, height: properties.height, rotation: properties.rotation,
            codec: properties.codec,
            timeBase: .init(
                num: Int64(properties.timeBase.numerator), den: Int64(properties.timeBase.denominator)),
            averageRate: properties.averageFrameRate?.value, timeSource: timeSource)
        stream = properties.videoStream
        if let aspect = properties.pixelAspect {
            stored = .init(width: properties.stored.width, height: properties.stored.height)
            pixelAspect = .init(num: Int64(aspect.numerator), den: Int64(aspect.denominator))
        }
    }
}
