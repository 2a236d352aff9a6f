import Foundation
import MienVideo
import Testing

@Suite struct AudioCopyTests {
    /// A clip of two seconds with sound.
    @discardableResult
    private func clip(_ name: String, _ arguments: String) throws -> String {
        try ClipFolder.shared.ffmpeg(
            "-f lavfi -i testsrc2=s=64x48:r=10:d=2 -f lavfi -i sine=f=330:d=2.5 \(Clip.x264) \(arguments) \(name)"
        )
        return ClipFolder.shared.file(name)
    }

    @Test(
        arguments: [
            ("sound.mp4", "-c:a aac", "mp4"), ("sound.mp4", "-c:a aac -ar 44100 -bf 2", "mkv"),
            ("sound.mp4", "-c:a aac", "mov"), ("mp3.mp4", "-c:a libmp3lame", "mp4"),
            ("opus.mp4", "-c:a libopus", "mp4"),
            ("pcm.mov", "-c:a pcm_s16le", "mov"), ("ac3.mp4", "-c:a ac3", "mp4"),
            ("flac.mkv", "-c:a flac", "mp4"), ("vorbis.mkv", "-c:a libvorbis", "mp4"),
        ] as [(String, String, String)])
    func packetsAreIdentical(name: String, arguments: String, ending: String) throws {
        let source = try clip("\(ending)-\(name)", arguments)
        let copy = try Copy(of: source, to: "copy-\(ending)-\(name).\(ending)", hasAudio: true)
        let hashes = try probedPackets(source, stream: "a", "data_hash")
        #expect(!hashes.isEmpty)
        #expect(try probedPackets(copy.path, stream: "a", "data_hash") == hashes)
        if ending != "mkv", !name.hasSuffix("mkv") {
            #expect(
                try probedPackets(copy.path, stream: "a", "pts") == probedPackets(source, stream: "a", "pts"))
            #expect(copy.warnings.isEmpty, "\(copy.warnings)")
        }
        // What is heard is where it was heard.
        let starts = try [source, copy.path].compactMap { path in
            Double(try probedStream(path, stream: "a", "start_time")["start_time"] ?? "")
        }
        try #require(starts.count == 2)
        #expect(abs(starts[0] - starts[1]) < 0.03)
    }

    @Test(arguments: ["-c:a aac -f mpegts", "-c:a aac -f matroska"])
    func otherContainersGiveTheSameSound(arguments: String) throws {
        let source = try clip("other-\(arguments.suffix(6)).bin", arguments)
        let copy = try Copy(of: source, to: "copy-\(arguments.suffix(6)).mp4", hasAudio: true)
        func decoded(_ path: String) throws -> Data {
            try run("ffmpeg", ["-v", "error", "-i", path, "-map", "0:a", "-f", "s16le", "-"])
        }
        #expect(try decoded(copy.path) == decoded(source))
        // MPEG-TS has ADTS headers in front of the packets, and counts 90000ths of a second; Matroska counts
        // milliseconds. What stays of that is less than a fifth of a millisecond.
        let times = try probedPackets(copy.path, stream: "a", "pts").compactMap { Int($0) }
        #expect(times.count > 100)
        #expect(zip(times, times.dropFirst()).allSatisfy { abs($1 - $0 - 1024) <= 8 })
        #expect(try ExactTimes(frames: copy.path) == ExactTimes(frames: source))
    }

    @Test func whatDoesNotFitIsLeftOutAndSaid() throws {
        let opus = try Copy(of: clip("opus-only.mp4", "-c:a libopus"), to: "no-opus.mov", hasAudio: true)
        #expect(opus.warnings == ["audio left out: opus does not fit into .mov"])
        let source = try clip("pcm-only.mov", "-c:a pcm_s16le")
        let copy = try Copy(of: source, to: "no-pcm.mp4", hasAudio: true)
        #expect(
            copy.warnings == [
                "audio left out: pcm_s16le does not fit into .mp4; a name that ends in .mov or .mkv takes more"
            ])
        #expect(try probedPackets(copy.path, stream: "a", "pts").isEmpty)
        #expect(try Reading(copy.path).rows.count == 20)
    }

    @Test func aPartHasTheSoundOfThatPartAndBeginsAtZero() throws {
        let source = try clip("parts.mp4", "-c:a aac")
        let copy = try Copy(of: source, to: "part.mp4", hasAudio: true, frames: 5..<15)
        let reading = try Reading(copy.path)
        #expect(reading.rows.map(\.pts) == (0..<10).map { Int64($0) * 1024 })
        let times = try probedPackets(copy.path, stream: "a", "pts_time").compactMap { Double($0) }
        #expect((0..<0.03).contains(times.first ?? -1))
        #expect((0.95..<1).contains(times.last ?? -1))
        // Half a second on in the source.
        let all = try probedPackets(source, stream: "a", "data_hash")
        let some = try probedPackets(copy.path, stream: "a", "data_hash")
        let start = try #require(all.firstIndex(of: some[0]))
        #expect(Array(all[start..<start + some.count]) == some)
    }

    @Test func soundLongerThanTheVideoIsCopiedToItsEnd() throws {
        let source = try ClipFolder.shared(.longAudio)
        let copy = try Copy(of: source, to: "long.mp4", hasAudio: true)
        #expect(
            try probedPackets(copy.path, stream: "a", "data_hash")
                == probedPackets(source, stream: "a", "data_hash"))
    }

    @Test func severalTracksAreCopied() throws {
        try ClipFolder.shared.ffmpeg(
            "-f lavfi -i testsrc2=s=64x48:r=10:d=2 -f lavfi -i sine=f=330:d=2 -f lavfi -i sine=f=440:d=2",
            "-map 0 -map 1 -map 2 \(Clip.x264) -c:a aac -metadata:s:a:1 language=deu two.mp4")
        let source = ClipFolder.shared.file("two.mp4")
        let copy = try Copy(of: source, to: "copy-two.mp4", hasAudio: true)
        for stream in ["a:0", "a:1"] {
            #expect(
                try probedPackets(copy.path, stream: stream, "data_hash")
                    == probedPackets(source, stream: stream, "data_hash"))
        }
    }

    @Test func whereTimeJumpsBackSoundGoesOnWithThePicture() throws {
        let parts = try ["jump1.ts", "jump2.ts"].map { name in
            try clip(name, "-bf 0 -c:a aac -f mpegts")
            return try ClipFolder.shared.read(name)
        }
        try ClipFolder.shared.write(parts[0] + parts[1], to: "jump.ts")
        let source = ClipFolder.shared.file("jump.ts")
        let copy = try Copy(of: source, to: "jump.mp4", hasAudio: true)
        #expect(copy.warnings.contains { $0.contains("jumps back") }, "\(copy.warnings)")
        let times = try probedPackets(copy.path, stream: "a", "pts_time").compactMap { Double($0) }
        #expect(times.count == (try probedPackets(source, stream: "a", "pts")).count)
        #expect(zip(times, times.dropFirst()).allSatisfy { (0.01..<0.04).contains($1 - $0) })
        let frames = try Reading(copy.path).rows.map(\.timestamp)
        #expect(abs((frames.last ?? 0) - 3.9) < 0.3 && abs((times.last ?? 0) - (times.first ?? 0) - 5) < 0.3)
    }
}
