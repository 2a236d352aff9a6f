import Foundation
import Mien
import MienImage
import MienTimeline
import MienVideo
import TestSupport
import Testing

@Suite struct LiveOverlayFileTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test(arguments: [("mp4", 6e-6), ("mov", 6e-6), ("mkv", 1e-3), ("ts", 6e-6)])
    func everyFrameIsThereAtItsTime(ending: String, tolerance: Double) throws {
        let path = folder.path("live." + ending)
        let overlay = try LiveOverlay(output: path, replacing: false, format: LivePictures.format)
        // A camera's times, with an outage.
        let times = [0, 0.049981, 0.1, 0.151, 0.152, 2.5, 2.549999, 2.6, 4.1, 4.2, 4.3]
        for (index, time) in times.enumerated() { try overlay.write(index + 1, at: time) }
        #expect(!FileManager.default.fileExists(atPath: path))
        let run = try overlay.finish()
        #expect(run == LiveOverlayRun(frames: 11, dropped: 0, warnings: []))
        let read = try frameTimes(path)
        #expect(
            read.count == times.count && zip(read, times).allSatisfy { abs($0 - $1) <= tolerance }, "\(read)")
        #expect(!FileManager.default.fileExists(atPath: path + ".partial"))
        // Drawn on: a box with the first face's blue line.
        let reader = try VideoReader(path)
        let first = try #require(try reader.next()).image
        let (line, skin) = (first[70, 30], first[70, 60])
        #expect(Int(line.blue) - Int(line.red) > Int(skin.blue) - Int(skin.red) + 40)
    }

    @Test(arguments: ["mp4", "mkv", "ts"]) func whatIsWrittenPlaysAtAnyTime(ending: String) throws {
        let path = folder.path("killed." + ending)
        let overlay = try LiveOverlay(output: path, replacing: false, format: LivePictures.format)
        for number in 1...60 { try overlay.write(number, at: Double(number) / 20) }
        // What a killed process leaves.
        try FileManager.default.copyItem(atPath: path + ".partial", toPath: folder.path("left." + ending))
        let left = try frameTimes(folder.path("left." + ending))
        // All but the last second.
        #expect((40...60).contains(left.count), "\(left.count)")
        #expect(zip(left, left.dropFirst()).allSatisfy { abs($1 - $0 - 0.05) < 2e-3 })
        try overlay.finish()
        #expect(try frameTimes(path).count == 60)
    }

    @Test func thereIsAKeyFrameEverySecondWhateverTheRateIs() throws {
        let path = folder.path("slow.mp4")
        let overlay = try LiveOverlay(output: path, replacing: false, format: LivePictures.format)
        for number in 1...12 { try overlay.write(number, at: Double(number) / 2) }
        try overlay.finish()
        let flags = try Repository.run(
            "ffprobe", ["-v", "error", "-show_entries", "packet=flags", "-of", "csv=p=0", path]
        ).output.split(separator: "\n")
        #expect(flags.map { $0.hasPrefix("K") } == (0..<12).map { $0 % 2 == 0 })
    }

    @Test func aPictureOfAnotherSizeIsShownWhole() throws {
        let path = folder.path("sizes.mp4")
        let overlay = try LiveOverlay(output: path, replacing: false, format: LivePictures.format)
        try overlay.write(1, at: 0)
        // Wide: bars above and below. Tall: to the left and right. Odd sizes too.
        try overlay.write(2, at: 1, image: LivePictures.image(2, width: 320, height: 120))
        try overlay.write(3, at: 2, image: LivePictures.image(3, width: 61, height: 121))
        try overlay.write(4, at: 3)
        #expect(try overlay.finish().frames == 4)
        let reader = try VideoReader(path)
        var images: [Image] = []
        while let frame = try reader.next() { images.append(frame.image) }
        #expect(images.allSatisfy { $0.width == 160 && $0.height == 120 })
        func isBlack(_ image: Image, _ x: Int, _ y: Int) -> Bool { image[x, y].red < 30 }
        #expect(isBlack(images[1], 150, 10) && isBlack(images[1], 150, 110) && !isBlack(images[1], 150, 60))
        #expect(isBlack(images[2], 10, 100) && isBlack(images[2], 150, 100) && !isBlack(images[2], 80, 110))
        #expect(!isBlack(images[3], 150, 110))
    }

    @Test func timesAlwaysRise() throws {
        let path = folder.path("still.mp4")
        let overlay = try LiveOverlay(output: path, replacing: false, format: LivePictures.format)
        for (number, time) in [(1, 0), (2, 0.000001), (3, 0.000002), (4, 0.5)] {
            try overlay.write(number, at: time)
        }
        try overlay.finish()
        let times = try frameTimes(path)
        #expect(times.count == 4 && zip(times, times.dropFirst()).allSatisfy { $0 < $1 })
    }

    @Test func aSourceThatCanWaitLosesNothing() throws {
        let path = folder.path("all.mp4")
        let overlay = try LiveOverlay(
            output: path, replacing: false, format: LivePictures.format, waits: true)
        let images = (0..<4).map { LivePictures.image($0) }
        for number in 1...100 {
            overlay.send(images[number % 4], timestamp: Double(number) / 20, number: number, readings: [])
        }
        #expect(try overlay.finish() == LiveOverlayRun(frames: 100))
        #expect(try frameTimes(path).count == 100)
    }

    @Test func withoutAFrameThereIsNoFile() throws {
        let path = folder.path("none.mp4")
        let run = try LiveOverlay(output: path, replacing: false, format: LivePictures.format).finish()
        #expect(run.frames == 0 && run.warnings == ["not written, as there was no frame"])
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path).isEmpty)
    }

    @Test func nothingIsReplacedUnlessAskedFor() throws {
        let path = folder.path("precious.mp4")
        try Data("precious".utf8).write(to: URL(fileURLWithPath: path))
        let error = #expect(throws: MienError.self) {
            try LiveOverlay(output: path, replacing: false, format: LivePictures.format)
        }
        #expect(error?.description.hasPrefix(path) == true)
        let overlay = try LiveOverlay(output: path, replacing: true, format: LivePictures.format)
        try overlay.write(1, at: 0)
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "precious")
        try overlay.finish()
        #expect(try frameTimes(path).count == 1)
    }

    @Test func anOverlayThatIsLetGoOfEndsItsFile() throws {
        let path = folder.path("gone.mp4")
        do {
            let overlay = try LiveOverlay(output: path, replacing: false, format: LivePictures.format)
            for number in 1...5 { try overlay.write(number, at: Double(number) / 20) }
        }
        try waitUntil { FileManager.default.fileExists(atPath: path) }
        #expect(try frameTimes(path).count == 5)
    }
}
