import Foundation
import MienFaces
import MienVideo
import TestSupport
import Testing

@Suite struct MediaClockTests {
    @Test(arguments: [1800, 7200, 95_443.7, 1e9])
    func aJumpByHoursIsAFrame(jump: Double) {
        var clock = MediaClock()
        _ = [0, 0.1, 0.2].map { clock.advance(to: $0) }
        #expect(abs(clock.advance(to: 0.2 + jump) - 0.1) < 1e-9)
        #expect(abs(clock.advance(to: 0.3 + jump) - 0.1) < 1e-6)
        // A pause is one.
        #expect(abs(clock.advance(to: 20.3 + jump) - 20) < 1e-6)
    }

    @Test func timeFollowsTheTimestamps() {
        var clock = MediaClock()
        #expect(clock.advance(to: 7) == 0)
        #expect(clock.advance(to: 7.5) == 0.5)
        #expect(clock.advance(to: 107.5) == 100)
        #expect(clock.time == 100.5)
    }

    @Test func whatIsNoStepForwardCountsAsAUsualFrame() {
        var clock = MediaClock()
        var steps: [Double] = []
        for timestamp in [0, 0.02, 0.02, -5, .nan, -4.94, .infinity, 0] {
            steps.append(clock.advance(to: timestamp))
        }
        #expect(steps[2] == 0.02 && steps[3] == 0.02 && steps[4] == 0.02)
        #expect(abs(steps[5] - 0.04) < 1e-9)
        #expect(steps.dropFirst().count { !($0 > 0 && $0.isFinite) } == 0)
    }
}

@Suite struct MotionFilterTests {
    private func box(_ x: Float, width: Float = 40) -> FaceBox {
        FaceBox(x: x - width / 2, y: 80, width: width, height: width)
    }

    @Test(arguments: [0.01, 0.04, 0.1])
    func aSteadyMotionIsPredicted(step: Double) {
        var filter = MotionFilter(box(100))
        for frame in 1...20 {
            filter.predict(step, isLost: false)
            filter.update(box(100 + 200 * Float(Double(frame) * step)), keepsSize: false)
        }
        filter.predict(0.3, isLost: true)
        #expect(abs(filter.center.x - (100 + 200 * Float(20 * step + 0.3))) < 4)
        #expect(abs(filter.width - 40) < 0.5)
    }

    @Test func theWidthStaysPositiveThroughAnyGap() {
        var filter = MotionFilter(box(100, width: 40))
        for frame in 1...10 {
            filter.predict(0.04, isLost: false)
            filter.update(box(100, width: 40 - 3 * Float(frame)), keepsSize: false)
        }
        filter.predict(1000, isLost: true)
        #expect(filter.width > 0 && filter.box.isUsable && filter.uncertainty.isFinite)
    }

    @Test func amongOthersTheSizeIsKept() {
        var filter = MotionFilter(box(100))
        filter.predict(0.04, isLost: false)
        filter.update(box(104, width: 25), keepsSize: true)
        #expect(filter.width == 40)
    }
}

@Suite struct SceneHistoryTests {
    private func signature(_ level: Float, _ noise: Float = 0) -> FrameSignature {
        var random = Random(seed: UInt64(level))
        let count = FrameSignature.columns * FrameSignature.rows
        return FrameSignature(
            colors: (0..<3 * count).map { _ in level + noise + Float.random(in: 0..<40, using: &random) })
    }

    private let size = PictureSize(width: 64, height: 48)

    private func changes(_ levels: [Float], step: Double = 0.04) -> [SceneHistory.Change] {
        var history = SceneHistory(memory: 2)
        return levels.enumerated().map { history.observe(signature($1), size: size, at: Double($0) * step) }
    }

    @Test func aCutAndACutBackAreTold() {
        #expect(changes([20, 20, 160, 160, 20]) == [.none, .none, .cut, .none, .comeback])
    }

    @Test func aPictureOfAnotherSizeIsACutAndNeverAFlash() {
        var history = SceneHistory(memory: 2)
        let sizes = [64, 64, 32, 64, 32, 32].map { PictureSize(width: $0, height: 48) }
        let changes = sizes.enumerated().map {
            history.observe(signature(20), size: $1, at: Double($0) * 0.04)
        }
        #expect(changes == [.none, .none, .cut, .cut, .cut, .none])
        #expect(history.current == 3)
    }

    @Test func aSceneIsForgottenInTime() {
        #expect(changes([20, 160, 160, 160, 20], step: 0.8) == [.none, .cut, .none, .none, .cut])
    }

    @Test func aFadeIsNoCut() {
        #expect(changes(stride(from: 20, to: 200, by: 12).map { $0 }).allSatisfy { $0 == .none })
    }

    @Test func manyScenesAreToldApart() {
        var history = SceneHistory(memory: 2)
        var numbers: [Int] = []
        for (index, level) in ([0, 100, 200, 0, 200] as [Float]).enumerated() {
            _ = history.observe(signature(level), size: size, at: Double(index) * 0.1)
            numbers.append(history.current)
        }
        #expect(numbers == [0, 1, 2, 0, 2])
    }
}

@Suite struct SearchScheduleTests {
    private func signature(_ changed: [Int] = []) -> FrameSignature {
        var colors = [Float](repeating: 90, count: 3 * FrameSignature.columns * FrameSignature.rows)
        for cell in changed { colors[3 * cell] += 40 }
        return FrameSignature(colors: colors)
    }

    private func decision(_ time: Double, _ now: FrameSignature, wanted: Bool = false)
        -> SearchSchedule.Decision
    {
        var schedule = SearchSchedule(interval: 0.25)
        schedule.searched(at: 0, signature())
        if wanted { schedule.want() }
        // A face in the upper left of a picture of 640 x 360, whose cells are 10 pixels wide.
        let face = FaceBox(x: 60, y: 60, width: 60, height: 60)
        return schedule.decision(at: time, now, known: [face], width: 640, height: 360)
    }

    @Test func theFirstFrameIsSearched() {
        var schedule = SearchSchedule(interval: 0.25)
        #expect(schedule.decision(at: 0, signature(), known: [], width: 640, height: 360) == .search)
    }

    @Test func whatChangesSetsThePace() {
        let head = signature([64 * 9 + 9])
        let body = signature([64 * 15 + 9])
        let elsewhere = signature([64 * 30 + 50])
        #expect(decision(0.2, elsewhere) == .nothing)
        #expect(decision(0.25, elsewhere) == .search)
        #expect(decision(0.3, body) == .overview)
        #expect(decision(0.5, body) == .search)
        #expect(decision(1.4, head) == .overview)
        #expect(decision(1.5, head) == .search)
        #expect(decision(1.9, signature()) == .nothing)
        #expect(decision(2, signature()) == .search)
    }

    @Test func aLossIsSearchedForSoon() {
        #expect(decision(0.04, signature(), wanted: true) == .nothing)
        #expect(decision(0.08, signature(), wanted: true) == .search)
    }

    /// A schedule of one picture of 640 x 360, whose cells are 10 pixels wide.
    private struct Film {
        var schedule = SearchSchedule(interval: 0.25)

        /// The parts searched, or nil where there is no search.
        mutating func show(
            _ time: Double, _ now: FrameSignature
        ) -> [FaceBox]? {
            let decision = schedule.decision(at: time, now, known: [], width: 640, height: 360)
            guard decision == .search else { return nil }
            schedule.searched(at: time, now)
            return schedule.parts
        }
    }

    private let whole = [FaceBox(x: 0, y: 0, width: 640, height: 360)]

    @Test func onlyWhatHasChangedIsSearched() {
        var film = Film()
        #expect(film.show(0, signature()) == whole && film.schedule.isWhole)
        #expect(film.show(0.3, signature([64 * 30 + 60])) == [FaceBox(x: 570, y: 270, width: 70, height: 70)])
        #expect(!film.schedule.isWhole)
        // It stays as it is now, and so does all else: it has a second chance, and then rests.
        #expect(film.show(0.7, signature([64 * 30 + 60])) == nil)
        #expect(film.show(0.8, signature([64 * 30 + 60])) == [FaceBox(x: 570, y: 270, width: 70, height: 70)])
        #expect(film.show(1.9, signature([64 * 30 + 60])) == nil)
    }

    @Test func everyPlaceHasItsOwnTime() {
        var film = Film()
        _ = film.show(0, signature())
        _ = film.show(0.5, signature([64 * 5 + 5]))
        #expect(film.show(0.7, signature([64 * 5 + 5, 64 * 30 + 50])) == nil)
        let later = film.show(0.75, signature([64 * 5 + 5, 64 * 30 + 50])) ?? []
        #expect(later == [FaceBox(x: 470, y: 270, width: 70, height: 70)])
    }

    @Test func neighboursAreSearchedTogetherAndFarPlacesApart() {
        var film = Film()
        _ = film.show(0, signature())
        let parts = film.show(0.3, signature([64 * 5 + 5, 64 * 6 + 9, 64 * 30 + 50])) ?? []
        #expect(Set(parts.map(\.width)) == [110, 70])
        #expect(
            film.show(0.6, signature([64 * 5 + 5] + Array(stride(from: 0, to: 64 * 36, by: 50)))) == whole)
    }

    @Test func anotherPictureIsSearchedAtOnce() {
        var film = Film()
        _ = film.show(0, signature())
        film.schedule.restart()
        #expect(film.show(0.01, signature()) == whole)
    }

    @Test func aLossIsSearchedForInTheWholeThoughAPartWasSearched() {
        var film = Film()
        _ = film.show(0, signature())
        _ = film.show(0.3, signature([64 * 30 + 60]))
        film.schedule.want()
        #expect(film.show(0.3, signature([64 * 30 + 60])) == whole)
    }
}

@Suite struct DetectionPoolTests {
    private func face(_ x: Float, _ score: Float, width: Float = 40) -> FaceDetection {
        .frontal(eyeCenter: Point(x: x, y: 80), eyeDistance: 0.418 * width, score: score)
    }

    @Test func aFaceFoundTwiceCountsOnceAndAsSearched() {
        var pool = DetectionPool()
        pool.add(searched: [face(100, 0.85), face(200, 0.7)])
        pool.add(inRegion: [face(102, 0.8)], center: Point(x: 100, y: 88), side: 88)
        let finds = pool.distinct()
        #expect(finds.map(\.detection.box.center.x) == [102, 200])
        #expect(finds.map(\.isSearched) == [true, true])
    }

    @Test func aFaceCutOffByTheRegionIsLeftToItsOwn() {
        var pool = DetectionPool()
        pool.add(inRegion: [face(100, 0.8), face(140, 0.9)], center: Point(x: 100, y: 88), side: 88)
        #expect(pool.distinct().map(\.detection.box.center.x) == [100])
        #expect(pool.distinct().map(\.isSearched) == [false])
    }

    @Test func twoPeopleWhoOverlapAreTwo() {
        var pool = DetectionPool()
        pool.add(searched: [face(100, 0.9), face(122, 0.8)])
        #expect(pool.distinct().count == 2)
    }

    @Test func twoLooksAreAveraged() {
        let both = DetectionPool.averaged([face(100, 0.9), face(200, 0.7)], [face(102, 0.8)])
        #expect(both.map(\.box.center.x) == [101, 200])
        #expect(
            abs(both[0].score - 0.85) < 1e-6 && both[0].landmarks.leftEye == face(101, 0).landmarks.leftEye)
    }
}

@Suite struct PoseSmootherTests {
    private func sample(_ frames: Int, x: Float, roll: Float = 0, d: Float = 40) -> PoseSmoother.Sample {
        var pose = CropPose(.frontal(eyeCenter: Point(x: x, y: 80), eyeDistance: d, roll: 0))
        pose.roll = roll
        return PoseSmoother.Sample(frames: frames, seconds: Double(frames) * 0.04, pose: pose)
    }

    @Test(arguments: [-2...2, 0...2, -4...0, -1...2])
    func aSteadyMotionIsLeftAsItIs(window: ClosedRange<Int>) {
        let pose = PoseSmoother.pose(from: window.map { sample($0, x: 100 + 9 * Float($0)) })
        #expect(abs((pose?.eyeCenter.x ?? 0) - 100) < 1e-2)
        #expect(abs((pose?.eyeDistance ?? 0) - 40) < 1e-3)
    }

    @Test func jitterIsMoreThanHalved() {
        var random = Random(seed: 9)
        let noise = (0..<400).map { _ in random.normal() }
        var sum: Float = 0
        for center in 2..<398 {
            let samples = (-2...2).map { sample($0, x: 100 + noise[center + $0]) }
            sum += pow((PoseSmoother.pose(from: samples)?.eyeCenter.x ?? 0) - 100, 2)
        }
        #expect((sum / 396).squareRoot() < 0.52)
    }

    @Test func anglesGoTheShortWay() {
        let pose = PoseSmoother.pose(from: [
            sample(-1, x: 0, roll: 3.1), sample(0, x: 0, roll: -3.1), sample(1, x: 0, roll: 3.1),
        ])
        #expect(abs(pose?.roll ?? 0) > 3)
    }

    @Test func oneSampleIsItself() {
        #expect(PoseSmoother.pose(from: []) == nil)
        #expect(abs((PoseSmoother.pose(from: [sample(0, x: 5)])?.eyeCenter.x ?? 0) - 5) < 1e-5)
    }
}

@Suite struct FaceAppearanceTests {
    @Test func aFaceResemblesItselfMoreThanAnother() {
        let world = World()
        world.actors = [
            Actor(looks: 5, place: { Point(x: 60 + 40 * Float($0), y: 80) }),
            Actor(looks: 9, place: { _ in Point(x: 240, y: 80) }),
        ]
        func look(_ index: Int, _ time: Double, gain: Float = 1) -> FaceAppearance? {
            let image = world.frame(0, at: time).image
            for y in 0..<image.height {
                for x in 0..<image.width where gain != 1 {
                    let color = image[x, y]
                    image[x, y] = (
                        UInt8(Float(color.red) * gain), UInt8(Float(color.green) * gain),
                        UInt8(Float(color.blue) * gain)
                    )
                }
            }
            return world.sight(of: index, at: time).map { FaceAppearance(of: $0.box, in: image) }
        }
        guard let first = look(0, 0), let later = look(0, 2), let darker = look(0, 1, gain: 0.8),
            let other = look(1, 0)
        else {
            Issue.record("a face out of the picture")
            return
        }
        #expect(first.similarity(first) > 0.99)
        #expect(first.similarity(later) > 0.8 && first.similarity(darker) > 0.8)
        #expect(first.similarity(other) < 0.5)
    }

    @Test func aPortraitIsOfTheSameFaceWhateverTheLightAndHalfOfIt() throws {
        let world = World()
        world.actors = [Actor(looks: 5, width: 90, place: { _ in Point(x: 160, y: 80) })]
        let other = World()
        other.actors = [Actor(looks: 9, width: 90, place: { _ in Point(x: 160, y: 80) })]
        let face = FaceDetection.frontal(eyeCenter: Point(x: 160, y: 63), eyeDistance: 37)
        let image = world.frame(0, at: 0).image
        let first = try #require(FacePortrait(face, in: image))
        for y in 0..<image.height {
            for x in 0..<image.width {
                let color = image[x, y]
                image[x, y] = (color.red / 5 * 4, color.green / 5 * 4, color.blue / 5 * 4)
            }
        }
        let darker = try #require(FacePortrait(face, in: image))
        for y in 85..<image.height {
            for x in 0..<image.width { image[x, y] = (30, 200, 60) }
        }
        let half = try #require(FacePortrait(face, in: image))
        let stranger = try #require(FacePortrait(face, in: other.frame(0, at: 0).image))
        #expect(first.difference(first) < 1e-5 && first.difference(darker) < 1e-4)
        #expect(first.difference(half) < PortraitGallery.same)
        #expect(first.difference(stranger) > 2 * PortraitGallery.same)
    }

    @Test func aFaceThatIsTinyOrCutOffHasNoPortrait() {
        let image = Picture.noise(width: 100, height: 100)
        #expect(FacePortrait(.frontal(eyeCenter: Point(x: 50, y: 50), eyeDistance: 5), in: image) == nil)
        #expect(FacePortrait(.frontal(eyeCenter: Point(x: 4, y: 50), eyeDistance: 20), in: image) == nil)
        #expect(FacePortrait(.frontal(eyeCenter: Point(x: 50, y: 50), eyeDistance: 20), in: image) != nil)
    }

    @Test func aBoxBeyondThePictureLooksLikeNothing() {
        let image = Picture.noise(width: 50, height: 50)
        let outside = FaceAppearance(of: FaceBox(x: 400, y: 10, width: 20, height: 20), in: image)
        let empty = FaceAppearance(of: FaceBox(x: .nan, y: 10, width: 20, height: 20), in: image)
        #expect(outside.similarity(outside) == 0 && empty.similarity(empty) == 0)
    }
}
