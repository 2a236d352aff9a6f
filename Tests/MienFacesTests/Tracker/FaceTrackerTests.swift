import Foundation
import MienFaces
import TestSupport
import Testing

private func still(_ x: Float, _ y: Float = 80) -> (Double) -> Point? { { _ in Point(x: x, y: y) } }

@Suite struct FaceTrackerTests {
    // MARK: Crossing and hiding

    @Test(arguments: [2, 4, 6, 10] as [Float], [12, 24, 60] as [Double])
    func twoFacesThatCrossKeepTheirIdentities(speed: Float, rate: Double) {
        let world = World()
        let pixels = speed * 36
        let seconds = Double(260 / pixels)
        world.actors = [
            Actor(looks: 1, place: { Point(x: 30 + pixels * Float($0), y: 80) }),
            Actor(looks: 2, place: { Point(x: 290 - pixels * Float($0), y: 84) }, depth: 1),
        ]
        let outcome = world.run(World.times(seconds, rate: rate))
        #expect(outcome.ids(0).count == 1 && outcome.ids(1).count == 1, "\(outcome.ids(0)) \(outcome.ids(1))")
        #expect(outcome.merges == 0 && outcome.ghosts == 0)
    }

    @Test(arguments: [2, 4, 8] as [Float])
    func twinsThatCrossAreToldApartByTheirMotion(speed: Float) {
        let world = World()
        let pixels = speed * 36
        world.actors = [
            Actor(looks: 1, place: { Point(x: 30 + pixels * Float($0), y: 80) }),
            Actor(looks: 1, place: { Point(x: 290 - pixels * Float($0), y: 84) }, depth: 1),
        ]
        let outcome = world.run(World.times(Double(260 / pixels)))
        #expect(outcome.switches == 0 && outcome.merges == 0, "\(outcome.ids(0)) \(outcome.ids(1))")
    }

    @Test func aFaceThatPassesBehindAStandingOneKeepsItsIdentity() {
        for speed: Float in [1, 2, 5] {
            let world = World()
            world.actors = [
                Actor(looks: 1, place: { Point(x: 40 + 36 * speed * Float($0), y: 80) }),
                Actor(looks: 2, place: still(160, 82), depth: 1),
            ]
            let outcome = world.run(World.times(Double(240 / (36 * speed))))
            #expect(
                outcome.switches == 0 && outcome.merges == 0, "\(speed): \(outcome.ids(0)) \(outcome.ids(1))")
        }
    }

    @Test(arguments: [0.2, 0.5, 1, 1.5], [12, 24, 60] as [Double])
    func anOccludedFaceKeepsItsIdentity(hidden: Double, rate: Double) {
        let world = World()
        world.actors = [Actor(looks: 3, place: still(160)), Actor(looks: 4, place: still(60))]
        let bar = FaceBox(x: 120, y: 0, width: 80, height: 180)
        world.bars = [(bar, { $0 > 1 && $0 < 1 + hidden })]
        let outcome = world.run(World.times(4, rate: rate))
        #expect(outcome.switches == 0 && outcome.fragments == 0 && outcome.merges == 0)
        #expect(outcome.ghosts == 0)
        // It is back within a quarter of a second, and has no row while it is hidden.
        #expect(outcome.missing[0] <= Int(0.26 * rate) + 1)
    }

    @Test(arguments: [0.2, 0.5, 1, 1.5])
    func aFaceThatWalksBehindABarKeepsItsIdentity(hidden: Double) {
        let world = World()
        world.actors = [Actor(looks: 3, place: { Point(x: 30 + 60 * Float($0), y: 80) })]
        // Hidden from the moment 40 % is covered until 60 % has come out.
        world.bars = [(FaceBox(x: 120, y: 0, width: 60 * Float(hidden) - 7, height: 180), { _ in true })]
        let outcome = world.run(World.times(4.4))
        #expect(outcome.switches == 0 && outcome.fragments == 0, "\(outcome.ids(0))")
    }

    // MARK: Leaving and coming back

    @Test(arguments: [24, 60] as [Double])
    func whoComesBackInTimeIsTheSame(rate: Double) {
        for (away, count) in [(1.5, 1), (1.9, 1), (2.5, 2)] {
            let world = World()
            world.actors = [
                Actor(looks: 5, place: { $0 < 1 || $0 > 1 + away ? Point(x: 250, y: 80) : nil }),
                Actor(looks: 6, place: still(60)),
            ]
            let outcome = world.run(World.times(5, rate: rate))
            #expect(outcome.ids(0).count == count, "away for \(away) s: \(outcome.ids(0))")
            #expect(outcome.ids(1) == [0] && outcome.merges == 0)
        }
    }

    @Test func whoWalksOutAndBackInIsTheSame() {
        for (away, count) in [(1.0, 1), (1.5, 1), (2.6, 2)] {
            let world = World()
            // Out through the right side at 3 face widths a second, back the same way.
            world.actors = [
                Actor(
                    looks: 5,
                    place: { time in
                        let out = 1.0
                        if time < out { return Point(x: 190 + 108 * Float(time), y: 80) }
                        if time < out + away { return Point(x: 400, y: 80) }
                        return Point(x: max(335 - 108 * Float(time - out - away), 100), y: 90)
                    })
            ]
            let outcome = world.run(World.times(6))
            #expect(outcome.ids(0).count == count, "away for \(away) s: \(outcome.ids(0))")
        }
    }

    @Test func whoComesBackElsewhereIsKnownByTheLooks() {
        let world = World()
        world.actors = [
            Actor(looks: 5, place: { $0 < 1 ? Point(x: 250, y: 80) : $0 > 2.5 ? Point(x: 60, y: 70) : nil })
        ]
        #expect(world.run(World.times(4)).ids(0).count == 1)
    }

    @Test(arguments: [0, 0.1, 0.5, 1.5])
    func aStrangerInTheSamePlaceIsSomeoneElse(pause: Double) {
        for other: UInt64 in 20..<30 {
            let world = World()
            world.actors = [
                Actor(looks: 5, place: { $0 < 1 ? Point(x: 160, y: 80) : nil }),
                Actor(looks: other, place: { $0 > 1 + pause ? Point(x: 162, y: 81) : nil }),
            ]
            #expect(world.run(World.times(4)).merges == 0, "stranger \(other)")
        }
    }

    // MARK: Cuts and flashes

    @Test func cuttingBackResumesTheIdentities() {
        for (away, count) in [(0.5, 1), (1.5, 1), (2.6, 2)] {
            let world = World()
            world.set = { $0 > 1 && $0 < 1 + away ? 1 : 0 }
            world.actors = [
                Actor(looks: 7, place: still(100)), Actor(looks: 8, place: still(220)),
                Actor(looks: 9, place: still(104)),
            ]
            world.isOnSet = { actor, set in (actor < 2) == (set == 0) }
            let outcome = world.run(World.times(5))
            #expect(outcome.ids(0).count == count && outcome.ids(1).count == count, "\(outcome.ids(0))")
            #expect(outcome.ids(2).count == 1 && outcome.merges == 0)
            #expect(outcome.missing == [0, 0, 0])
        }
    }

    @Test(arguments: [1, 2], [false, true])
    func aFlashChangesNothing(frames: Int, isSeenThrough: Bool) {
        let world = World()
        let times = World.times(3)
        let flash = times[30]..<times[30 + frames]
        world.set = { flash.contains($0) ? (isSeenThrough ? 1 : nil) : 0 }
        world.actors = [Actor(looks: 7, place: still(100)), Actor(looks: 8, place: still(220))]
        let outcome = world.run(times)
        #expect(outcome.ids(0) == [0] && outcome.ids(1) == [1])
        #expect(outcome.merges == 0 && outcome.ghosts == 0)
        #expect(outcome.frames[30 + frames].faces.count == 2)
    }

    // MARK: Time

    @Test func aStillPictureShowsItsFaces() {
        let world = World()
        world.actors = [Actor(looks: 7, place: still(220)), Actor(looks: 8, place: still(100))]
        let outcome = world.run([0])
        #expect(outcome.frames.count == 1)
        #expect(outcome.frames[0].faces.map(\.id) == [0, 1])
        #expect(outcome.frames[0].faces.map { $0.box.center.x < 160 } == [true, false])
    }

    @Test func aSlideShowShowsTheFacesOfEverySlide() {
        let world = World()
        world.set = { Int($0) }
        world.actors = (0..<6).map { Actor(looks: 40 + UInt64($0), place: still(60 + 30 * Float($0))) }
        world.isOnSet = { $0 == $1 }
        let outcome = world.run((0..<6).map(Double.init))
        #expect(outcome.frames.map(\.faces.count) == [1, 1, 1, 1, 1, 1])
        #expect(outcome.merges == 0)
    }

    /// Nothing but the faces changes, as in a series of portraits.
    @Test func everyPictureOfASeriesShowsItsFace() {
        let world = World()
        world.actors = (0..<6).map { index in
            Actor(looks: 40 + UInt64(index), width: 60) { Int($0) == index ? Point(x: 160, y: 80) : nil }
        }
        let outcome = world.run((0..<6).map(Double.init))
        #expect(outcome.frames.map(\.faces.count) == [1, 1, 1, 1, 1, 1])
        #expect(outcome.merges == 0)
    }

    @Test(arguments: [0.5, 1, 2, 5])
    func slowFilmsWorkToo(rate: Double) {
        let world = World()
        world.actors = [Actor(looks: 7, place: still(100)), Actor(looks: 8, place: still(220))]
        let outcome = world.run(World.times(20 / rate, rate: rate))
        #expect(outcome.missing == [0, 0])
        #expect(rate < 0.6 || outcome.fragments == 0)
        #expect(outcome.maximumDelayed <= 3)
    }

    @Test func timestampsMayBeUnevenEqualBackwardOrAbsent() {
        var random = Random(seed: 3)
        let times = World.times(5)
        let stamps: [[Double]] = [
            times.map { $0 + Double.random(in: 0...0.03, using: &random) },
            times.map { ($0 * 12).rounded(.down) / 12 },
            times.map { $0 < 2.5 ? $0 : $0 - 2 },
            times.map { Int($0 * 24) % 7 == 3 ? .nan : $0 },
            times.map { _ in 0 },
            times.map { _ in .nan },
            times.map { $0 < 2.5 ? $0 : .infinity },
        ]
        for (kind, stamps) in stamps.enumerated() {
            let world = World()
            world.actors = [
                Actor(looks: 1, place: { Point(x: 60 + 45 * Float($0), y: 80) }),
                Actor(looks: 2, place: { Point(x: 280 - 45 * Float($0), y: 84) }, depth: 1),
            ]
            let outcome = world.run(times, stamps: stamps)
            #expect(outcome.switches == 0 && outcome.merges == 0 && outcome.ghosts == 0, "kind \(kind)")
            #expect(outcome.frames.map(\.frame.index) == Array(times.indices), "kind \(kind)")
        }
    }

    @Test func aChangingRateLosesNobody() {
        var times: [Double] = [0]
        for step in 0..<150 { times.append(times[step] + [0.01, 0.04, 0.1, 0.02][step / 10 % 4]) }
        let world = World()
        world.actors = [Actor(looks: 1, place: { Point(x: 160 + 90 * Float(sin($0 * 2)), y: 80) })]
        let outcome = world.run(times)
        #expect(outcome.ids(0) == [0] && outcome.missing == [0])
    }

    // MARK: A poor detector

    @Test func missesAndFalseFindsDoNotMatter() {
        let world = World()
        world.missRate = 0.1
        world.falseRate = 0.1
        world.jitter = 0.03
        world.actors = (0..<4).map { index in
            Actor(
                looks: 60 + UInt64(index),
                place: { Point(x: 50 + 70 * Float(index) + 10 * Float(sin($0 * 3)), y: 80) })
        }
        let outcome = world.run(World.times(10))
        #expect(outcome.switches == 0 && outcome.merges == 0 && outcome.fragments == 0)
        #expect(outcome.ghosts == 0)
    }

    @Test func nonsenseFromTheDetectorIsIgnored() {
        let good = FaceDetection.frontal(eyeCenter: Point(x: 50, y: 50), eyeDistance: 15)
        let world = World()
        world.actors = [Actor(looks: 1, place: still(200))]
        for change in [
            { $0.box.x = .nan }, { $0.box.width = 0 }, { $0.box.height = -4 }, { $0.box.width = .infinity },
            { $0.score = .nan }, { $0.landmarks.noseTip.x = .nan },
        ] as [(inout FaceDetection) -> Void] {
            var bad = good
            change(&bad)
            world.nonsense.append(bad)
        }
        let outcome = world.run(World.times(2))
        #expect(outcome.ids(0) == [0] && outcome.ghosts == 0 && outcome.missing == [0])
    }

    @Test func aFlickeringFalseFindNeverGetsARow() {
        let world = World()
        world.actors = [
            Actor(looks: 1, place: still(200)),
            Actor(looks: 2, place: { abs($0 - 1.25) < 0.02 ? Point(x: 80, y: 80) : nil }),
        ]
        let outcome = world.run(World.times(3))
        #expect(outcome.ids(1).isEmpty && outcome.ids(0) == [0])
    }

    // MARK: Many faces, delay and cost

    @Test func thirtyFacesEachKeepTheirIdentity() {
        let world = World()
        (world.width, world.height) = (640, 360)
        world.actors = (0..<30).map { index in
            let (x, y) = (Float(index % 10) * 62 + 40, Float(index / 10) * 115 + 50)
            let phase = Double(index)
            return Actor(looks: 100 + UInt64(index), width: 24) {
                Point(x: x + 12 * Float(sin($0 * 3 + phase)), y: y + 6 * Float(cos($0 * 2 + phase)))
            }
        }
        let outcome = world.run(World.times(3))
        #expect(outcome.switches == 0 && outcome.merges == 0 && outcome.fragments == 0 && outcome.ghosts == 0)
        #expect(outcome.missing.reduce(0, +) == 0)
        // Half of the faces are looked at in a frame, and every one has a box that is right.
        #expect(Double(outcome.looks) < 0.55 * 30 * 72)
        #expect(outcome.frames[0].faces.map(\.id) == Array(0..<30))
    }

    @Test func framesWaitNoLongerThanPromised() {
        for rate: Double in [10, 24, 60, 240] {
            let world = World()
            world.missRate = 0.4
            world.falseRate = 0.8
            world.actors = [Actor(looks: 1, place: { Point(x: 60 + 20 * Float($0), y: 80) })]
            let outcome = world.run(World.times(4, rate: rate))
            #expect(outcome.maximumDelayed <= min(12, Int(0.3 * rate)) + 1, "at \(rate)")
            #expect(outcome.merges == 0)
        }
    }

    @Test func aLiveTrackerHoldsNothing() {
        var options = TrackingOptions()
        options.isLive = true
        let world = World()
        world.actors = [
            Actor(looks: 1, place: { Point(x: 60 + 20 * Float($0), y: 80) }),
            Actor(looks: 2, place: still(250)),
        ]
        let outcome = world.run(World.times(3), options)
        #expect(outcome.maximumDelayed == 0)
        #expect(outcome.missing == [0, 0] && outcome.switches == 0)
    }

    @Test func aNewFaceHasRowsFromItsFirstSighting() {
        let world = World()
        world.actors = [
            Actor(looks: 1, place: still(60)),
            Actor(looks: 2, place: { $0 > 1.51 ? Point(x: 200, y: 80) : nil }),
        ]
        let outcome = world.run(World.times(4))
        let first = outcome.identities[1].firstIndex { $0 != nil }
        #expect(first.map { Double($0) / 24 <= 1.51 + 0.3 } == true)
    }

    @Test func aQuietPictureIsSearchedOnceASecond() {
        let world = World()
        world.actors = [Actor(looks: 1, place: still(60))]
        let quiet = world.run(World.times(4))
        #expect(quiet.searches <= 5 && quiet.looks >= 90)
        let busy = World()
        busy.actors = [Actor(looks: 1, place: { Point(x: 60 + 40 * Float($0), y: 80) })]
        #expect(busy.run(World.times(4)).searches >= 8)
        // All together no more than some of the whole.
        let pixels = busy.searchedParts.joined().reduce(0) { $0 + $1.width * $1.height }
        #expect(pixels <= 6 * 320 * 180, "\(pixels / 320 / 180)")
    }

    @Test func aFaceThatEntersIsSearchedForWhereThePictureChanges() {
        let world = World()
        world.actors = [
            Actor(looks: 1, place: still(60)),
            Actor(looks: 2, place: { $0 > 1.51 ? Point(x: 280, y: 140) : nil }),
        ]
        let outcome = world.run(World.times(1.9))
        #expect(outcome.identities[1].first { $0 != nil } != nil)
        let parts = zip(world.searches, world.searchedParts).first { $0.0 > 1.5 }?.1 ?? []
        #expect(parts.count == 1 && parts[0].width < 120 && parts[0].contains(Point(x: 280, y: 140)))
        #expect(world.searchedParts[0] == [FaceBox(x: 0, y: 0, width: 320, height: 180)])
    }

    @Test func theSameFilmGivesTheSameFaces() {
        func run() -> [[TrackedFace]] {
            let world = World()
            world.missRate = 0.1
            world.actors = (0..<3).map { index in
                Actor(
                    looks: 60 + UInt64(index),
                    place: { Point(x: 80 + 70 * Float(index) + 30 * Float(sin($0 * 3)), y: 80) })
            }
            return world.run(World.times(3)).frames.map(\.faces)
        }
        #expect(run() == run())
    }
}
