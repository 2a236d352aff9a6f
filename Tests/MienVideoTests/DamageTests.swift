import Foundation
import MienVideo
import Testing

@Suite struct DamageTests {
    @Test(arguments: [Clip.truncated, .truncatedMKV, .truncatedAVI])
    func aFileCutShortGivesWhatItHasAndSaysSo(clip: Clip) throws {
        let path = try ClipFolder.shared(clip)
        let reading = try Reading(path)
        #expect(reading.rows.count == (try probedTimestamps(path).count))
        #expect(reading.rows.count > 20)
        let reason = try #require(reading.report.endedEarly)
        #expect(reason.contains(path) && reason.contains("after \(reading.rows.count) frames"))
    }

    @Test(arguments: [
        Clip.bFrames, .editList, .negativeMP4, .negativeMKV, .variableRate, .bFramesAVI, .longAudio,
        .lateStart,
        .gif, .oddVP9, .wrap, .big, .stillWebP, .palette,
    ])
    func wholeFilesAreNotSaidToEndEarly(clip: Clip) throws {
        let report = try Reading(ClipFolder.shared(clip)).report
        #expect(report.endedEarly == nil)
        #expect(report.damagedFrames == 0 && report.lostPackets == 0 && report.warnings == [])
    }

    @Test func soundThatOutlastsThePictureIsNoShortfall() throws {
        let folder = ClipFolder.shared
        let remuxed = Clip("longaudio.mkv", frames: 10) {
            try $0.ffmpeg("-i \(folder(.longAudio)) -c copy longaudio.mkv")
        }
        #expect(try Reading(folder(remuxed)).report.endedEarly == nil)
    }

    @Test func lostPacketsAreCounted() throws {
        let report = try Reading(ClipFolder.shared(.hole)).report
        #expect(report.lostPackets > 0 && report.damagedFrames > 0)
        #expect(report.endedEarly == nil)
    }

    @Test(arguments: [Clip.noise, .noisyMJPEG])
    func concealedDamageIsMarkedAndTheSameEveryTime(clip: Clip) throws {
        let path = try ClipFolder.shared(clip)
        let first = try Reading(path)
        #expect(first.report.damagedFrames > 0)
        #expect(first.report.damagedFrames == first.rows.count(where: \.isDamaged))
        for _ in 0..<3 { #expect(try Reading(path).rows == first.rows) }
    }
}
