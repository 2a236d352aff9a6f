import MienOverlay
import Testing

@Suite struct PlacementTests {
    private let bounds = Rect(x: 0, y: 0, width: 400, height: 300)
    private let face = Rect(x: 150, y: 100, width: 100, height: 100)

    private func choice(
        _ width: Double, _ height: Double, _ sides: [Placement<Int>.Side] = [.right, .left, .below, .above]
    ) -> Placement<Int>.Choice {
        .init(key: 0, width: width, height: height, sides: sides)
    }

    private func place(
        _ placement: inout Placement<Int>, _ choices: [Placement<Int>.Choice], at body: Rect,
        isFree: (Rect) -> Bool = { _ in true }
    ) -> Rect? {
        placement.place(choices, at: body, bounds: bounds, gap: 5, leash: 10, patience: 3) { rect in
            rect.overlap(body) == 0 && isFree(rect)
        }?.rect
    }

    @Test func theFirstSideWithRoomIsTaken() {
        var placement = Placement<Int>()
        #expect(
            place(&placement, [choice(100, 80)], at: face) == Rect(x: 255, y: 100, width: 100, height: 80))
        var wide = Placement<Int>()
        #expect(place(&wide, [choice(200, 80)], at: face) == Rect(x: 150, y: 205, width: 200, height: 80))
        var none = Placement<Int>()
        #expect(place(&none, [choice(200, 200)], at: face) == nil)
    }

    @Test func itStaysWhereItIsWhileTheFaceTremblesAndFollowsWhenItGoes() throws {
        var placement = Placement<Int>()
        let first = try #require(place(&placement, [choice(100, 80)], at: face))
        for x in [153.0, 147, 158, 150] {
            var moved = face
            moved.x = x
            #expect(place(&placement, [choice(100, 80)], at: moved)?.y == first.y)
        }
        var far = face
        far.y = 160
        #expect(place(&placement, [choice(100, 80)], at: far)?.y == 150)
    }

    @Test func itKeepsItsSide() {
        var placement = Placement<Int>()
        // The right side is blocked at first.
        #expect(place(&placement, [choice(100, 80)], at: face) { $0.x < 200 }?.x == 45)
        #expect(place(&placement, [choice(100, 80)], at: face)?.x == 45)
    }

    @Test func itComesBackOnlyAfterAWhile() {
        var placement = Placement<Int>()
        #expect(place(&placement, [choice(100, 80)], at: face) != nil)
        #expect(place(&placement, [choice(100, 80)], at: face) { _ in false } == nil)
        let later = (0..<5).map { _ in place(&placement, [choice(100, 80)], at: face) != nil }
        #expect(later == [false, false, false, true, true])
    }

    @Test(arguments: [(64, 48, 8.0), (640, 360, 11), (1920, 1080, 24), (3840, 2160, 44), (1080, 1920, 24)])
    func textGrowsWithThePicture(width: Int, height: Int, size: Double) {
        #expect(Style(width: width, height: height).font == size)
    }
}
