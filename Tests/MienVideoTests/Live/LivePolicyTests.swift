import MienVideo
import Testing

/// The rules of following a source, without one.
@Suite struct LivePolicyTests {
    @Test func attemptsGetRarer() {
        let policy = LiveOptions.Reconnection()
        #expect((0..<8).map(policy.delay) == [0.25, 0.5, 1, 2, 4, 5, 5, 5])
        #expect(policy.delay(before: 1_000_000_000) == 5)
    }

    @Test func timesFollowTheSourceWithinAConnection() {
        var clock = LiveClock(isPaced: true)
        // Frames that arrive in bursts keep their distance.
        let times = [(7, 100), (7.1, 100.3), (7.2, 100.3), (7.3, 100.3)].map {
            clock.time(source: $0, captured: $1)
        }
        for (time, expected) in zip(times, [0, 0.1, 0.2, 0.3]) { #expect(abs(time - expected) < 1e-9) }
        #expect(clock.jumps == 0)
    }

    @Test func anOutageIsAsLongAsItWas() {
        var clock = LiveClock(isPaced: true)
        _ = clock.time(source: 50, captured: 100)
        clock.reconnect()
        #expect(clock.time(source: 0, captured: 112.5) == 12.5)
        #expect(clock.time(source: 0.25, captured: 112.9) == 12.75)
        // A clock that has not moved still gives a later time.
        clock.reconnect()
        #expect(clock.time(source: 0, captured: 112.9) > 12.75)
        #expect(clock.jumps == 0)
    }

    @Test(arguments: [-5.0, 3600.0]) func aJumpTakesAsLongAsWentBy(jump: Double) {
        var clock = LiveClock(isPaced: true)
        _ = clock.time(source: 10, captured: 100)
        #expect(clock.time(source: 10 + jump, captured: 100.5) == 0.5)
        #expect(clock.time(source: 10.25 + jump, captured: 100.75) == 0.75)
        #expect(clock.jumps == 1)
    }

    @Test func aFileMayRunAhead() {
        var clock = LiveClock(isPaced: false)
        _ = clock.time(source: 0, captured: 100)
        #expect(clock.time(source: 3600, captured: 100.01) == 3600)
        #expect(clock.time(source: 3600, captured: 100.02) > 3600)
    }

    @Test func theFastestFormatIsChosen() {
        func format(_ code: String, _ rates: [(Int, Int, [Double])]) -> CameraFormat {
            CameraFormat(
                code: code, description: "", isCompressed: code == "MJPG",
                sizes: rates.map { CameraSize(width: $0, height: $1, rates: $2) })
        }
        let webcam = [
            format("MJPG", [(640, 480, [30]), (1280, 720, [60, 30])]),
            format("YUYV", [(640, 480, [30, 15]), (1280, 720, [10])]),
        ]
        func choice(_ width: Int, _ height: Int, rate: Double? = nil, format: String? = nil) -> String? {
            CameraMode(
                CameraMode(inputFormat: format, size: PictureSize(width: width, height: height), rate: rate),
                of: webcam, current: nil)?.inputFormat
        }
        #expect(choice(640, 480) == "yuyv422")
        #expect(choice(1280, 720) == "mjpeg")
        #expect(choice(1280, 720, rate: 10) == "yuyv422")
        #expect(choice(1280, 720, rate: 60) == "mjpeg")
        #expect(choice(1280, 720, rate: 60, format: "yuyv422") == "yuyv422")
        #expect(choice(320, 240) == nil)
        #expect(choice(640, 480, format: "h264") == nil)
        let any = CameraMode(CameraMode(), of: webcam, current: PictureSize(width: 1280, height: 720))
        #expect(any == CameraMode(inputFormat: "mjpeg"))
    }
}
