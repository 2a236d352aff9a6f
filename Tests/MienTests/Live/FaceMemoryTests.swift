import Mien
import MienFaces
import MienTimeline
import Testing

/// What is held, and against what.
private let pose = CropPose(
    eyeCenter: Point(x: 50, y: 40), eyeDistance: 30, roll: 0, boxCenter: Point(x: 50, y: 50), boxSide: 80,
    yaw: 0)

@Suite struct FaceMemoryTests {
    /// A flat grey crop.
    private func look(_ brightness: UInt8) -> CropSignature {
        CropSignature([UInt8](repeating: brightness, count: 24 * 24 * 3), side: 24)
    }

    private let ready = PendingScores.State.ready(CropScores())

    @Test func aFaceIsHeldAgainstWhatWasEncodedOnly() {
        var memory = FaceMemory(distance: 2)
        func known(_ face: Int, _ brightness: UInt8, _ time: Double) -> PendingScores? {
            memory.scores(of: face, look(brightness), at: time)
        }
        #expect(known(0, 100, 0) == nil)
        let scores = PendingScores()
        scores.settle(ready)
        memory.send(0, look(100), at: pose, scores, at: 0)
        // Small steps add up: the third is three from what was encoded.
        #expect(known(0, 101, 0.1) === scores)
        #expect(known(0, 102, 0.2) === scores)
        #expect(known(0, 103, 0.3) == nil)
        #expect(known(0, 98, 0.4) === scores)
        #expect(known(1, 100, 0.5) == nil)
    }

    @Test func whatIsOnItsWayIsWaitedForUntilItIsAbandoned() {
        var memory = FaceMemory(distance: 2)
        func known(_ face: Int, _ brightness: UInt8, _ time: Double) -> PendingScores? {
            memory.scores(of: face, look(brightness), at: time)
        }
        let (old, new) = (PendingScores(), PendingScores())
        memory.send(0, look(100), at: pose, old, at: 0)
        #expect(known(0, 100, 0.1) === old)
        old.settle(ready)
        #expect(known(0, 150, 0.2) == nil)
        memory.send(0, look(150), at: pose, new, at: 0.2)
        #expect(known(0, 150, 0.3) === new)
        #expect(known(0, 100, 0.4) == nil)
        new.settle(.abandoned)
        #expect(known(0, 150, 0.5) == nil)
        #expect(known(0, 100, 0.6) === old)
    }

    @Test func aFaceOutOfSightIsForgotten() {
        var memory = FaceMemory(distance: 2)
        func known(_ face: Int, _ brightness: UInt8, _ time: Double) -> PendingScores? {
            memory.scores(of: face, look(brightness), at: time)
        }
        let scores = PendingScores()
        scores.settle(ready)
        memory.send(0, look(100), at: pose, scores, at: 0)
        memory.send(1, look(100), at: pose, scores, at: 0)
        memory.forget(at: 1.5)
        #expect(known(0, 100, 1.5) === scores)
        memory.forget(at: 2.5)
        #expect(known(0, 100, 2.5) === scores)
        #expect(known(1, 100, 2.5) == nil)
    }
}

/// How far two crops are apart.
@Suite struct CropSignatureTests {
    /// A crop with gradients, so that no cell is like another.
    private func crop(_ side: Int) -> [UInt8] {
        (0..<side * side).flatMap { index -> [UInt8] in
            let (x, y) = (index % side, index / side)
            return [UInt8(40 + 150 * x / side), UInt8(40 + 150 * y / side), UInt8(40 + 75 * (x + y) / side)]
        }
    }

    @Test(arguments: [12, 48, 224]) func theSamePictureIsNoDistanceAway(side: Int) {
        let signature = CropSignature(crop(side), side: side)
        #expect(signature.distance(to: signature) == 0)
        let brighter = CropSignature(crop(side).map { $0 + 5 }, side: side)
        #expect(abs(signature.distance(to: brighter) - 5) < 1e-3)
        #expect(signature.distance(to: brighter) == brighter.distance(to: signature))
    }

    @Test(arguments: [48, 224]) func noiseIsNearAndALocalChangeIsFar(side: Int) {
        let picture = crop(side)
        let signature = CropSignature(picture, side: side)
        var random = SystemRandomNumberGenerator()
        let noisy = picture.map { UInt8(Int($0) + Int.random(in: -8...8, using: &random)) }
        let noise = signature.distance(to: CropSignature(noisy, side: side))
        #expect(noise < Float(LiveConfiguration.defaultReuseDistance), "\(noise)")
        // A mouth that opens: a fortieth of the crop.
        var changed = picture
        for y in 2 * side / 3..<5 * side / 6 {
            for x in 5 * side / 12..<7 * side / 12 {
                for channel in 0..<3 { changed[3 * (y * side + x) + channel] -= 40 }
            }
        }
        let change = signature.distance(to: CropSignature(changed, side: side))
        #expect(change > 5, "\(change)")
    }
}
