import Foundation
import MienVideo
import Testing

/// One frame for every frame ffprobe counts, with ffprobe's timestamps.
@Suite struct FrameAndTimeTests {
    @Test(arguments: Clip.timed)
    func framesAndTimestampsAreThoseOfFFprobe(clip: Clip) throws {
        let path = try ClipFolder.shared(clip)
        let reference = try probedTimestamps(path)
        let reading = try Reading(path)
        #expect(reading.rows.count == clip.frames)
        #expect(reading.rows.map(\.pts) == reference)
        #expect(reading.rows.map(\.index) == Array(0..<reference.count))
        let unit = reading.properties.timeBase.value
        let origin = try #require(reading.properties.firstPTS)
        for row in reading.rows {
            #expect(abs(row.timestamp - Double(try #require(row.pts) - origin) * unit) < 1e-9)
        }
        #expect(reading.report.frames == reading.rows.count)
        #expect(reading.report.decodedFrames == reading.rows.count)
    }

    @Test(arguments: Clip.untimed)
    func missingTimestampsAreDerived(clip: Clip) throws {
        let path = try ClipFolder.shared(clip)
        let reading = try Reading(path)
        #expect(try probedTimestamps(path).count == clip.frames)
        #expect(reading.rows.map(\.timestamp) == (0..<clip.frames).map { Double($0) / 10 })
        let isAVI = clip.name.hasSuffix("avi")
        #expect(reading.report.timeSource == (isAVI ? .decodingOrder : .frameRate))
        #expect(reading.rows.map(\.pts) == (0..<clip.frames).map { isAVI ? Int64($0) : nil })
    }

    @Test func theStartOfTheClockIsKept() throws {
        let late = try Reading(ClipFolder.shared(.lateStart)).properties
        #expect(Double(try #require(late.firstPTS)) * late.timeBase.value == 5)
        let early = try Reading(ClipFolder.shared(.negativeMKV)).properties
        #expect(early.firstPTS == -350 && early.timeBase == Rational(1, 1000))
        let wrapped = try Reading(ClipFolder.shared(.wrap))
        #expect(try #require(wrapped.properties.firstPTS) < 0)
        #expect(wrapped.report.epochs == 1)
    }

    @Test func joinedRecordingsKeepTheirTimestampsAndReportTheJump() throws {
        let reading = try Reading(ClipFolder.shared(.sizeChangeTS))
        #expect(reading.report.epochs == 2)
        #expect(
            reading.report.warnings.contains { $0.contains("jumps back from 0.8 s to 0.0 s at frame 10") })
        #expect(reading.rows[9].timestamp == 0)
    }

    @Test(
        arguments: [
            (nil, 0.35), (0.5, 0.7), (1.2, nil), (0, 0.1), (0.25, 5), (1.9, 0.001),
        ] as [(Double?, Double?)])
    func aPartHasTheFramesOfTheWhole(start: Double?, duration: Double?) throws {
        for clip in [Clip.bFrames, .variableRate, .bFramesAVI, .noise, .wrap] {
            let path = try ClipFolder.shared(clip)
            let whole = try Reading(path)
            let part = try Reading(path, options: VideoOptions(start: start, duration: duration))
            let first = start ?? 0
            let end = first + (duration ?? .infinity) - 1e-7
            #expect(part.rows == whole.rows.filter { $0.timestamp >= first - 1e-7 && $0.timestamp < end })
            #expect(part.properties == whole.properties)
        }
    }

    @Test func impossiblePartsSaySo() throws {
        let path = try ClipFolder.shared(.bFrames)
        #expect(throws: VideoError.startBeyondEnd(path, start: 5, last: 1.9)) {
            try Reading(path, options: VideoOptions(start: 5))
        }
        #expect(throws: VideoError.self) { try Reading(path, options: VideoOptions(start: -1)) }
        let between = try Reading(path, options: VideoOptions(start: 0.55, duration: 0.01))
        #expect(between.rows.isEmpty && between.report.warnings == ["no frame lies in the wanted part"])
    }
}
