import MienOverlay
import MienTimeline
import MienVideo
import Testing

@Suite struct FrameOverlayTests {
    static let sizes = [
        (64, 48), (160, 90), (320, 240), (640, 360), (1920, 1080), (3840, 2160), (1080, 1920),
    ]

    @Test(arguments: FrameOverlayTests.sizes) func aFaceHasABoxAndALabelAndIsNotCovered(
        width: Int, height: Int
    ) {
        let scene = Scene(width, height)
        let side = min(width, height) / 3
        let (x, y) = ((width - side) / 2, (height - side) / 2)
        scene.draw(frame([face(0, Float(x), Float(y), Float(side))]))
        // The line of the box, in the face's colour.
        let middle = scene.canvas[x + side / 2, y]
        #expect(middle.blue > middle.red, "a face's first colour is blue")
        #expect(scene.isTouched(x, y + side / 2) && scene.isTouched(x + side, y + side / 2))
        // What lies inside is free.
        let inset = max(2, side / 12)
        #expect(scene.touched(x + inset..<x + side - inset, y + inset..<y + side - inset) == 0)
        // Text and bars lie outside.
        #expect(scene.touched > 0.01)
    }

    @Test func headAndEyesAreDrawnFromTheMiddleOfTheFace() {
        let scene = Scene(640, 360)
        var head = face(0, 260, 120, 120)
        var geometry = FaceGeometry()
        (geometry[.posePitch], geometry[.poseYaw], geometry[.poseRoll]) = (0, 60, 0)
        head.geometry = geometry
        scene.draw(frame([head]))
        // Blue, out of the face, towards the person's own left: to the right of the picture. Green upwards.
        let nose = scene.canvas[320 + 30, 180]
        #expect(nose.blue > nose.red + 40, "\(nose)")
        let up = scene.canvas[320, 180 - 30]
        #expect(up.green > up.red + 40, "\(up)")
        #expect(!scene.isTouched(320 - 40, 180 + 20))
    }

    @Test(arguments: FrameOverlayTests.sizes.dropFirst(3)) func whereThereIsRoomThereIsAPanel(
        width: Int, height: Int
    ) {
        let scene = Scene(width, height)
        let side = min(width, height) / 3
        let at = frame([face(0, Float(width - side) / 2, Float(height - side) / 2, Float(side))])
        scene.draw(at)
        let withScores = scene.touched
        var without = at
        without.faces[0].expression = nil
        without.faces[0].actionUnits = nil
        scene.draw(without)
        #expect(withScores > scene.touched + 0.05)
    }

    @Test(arguments: [FrameStatus.noFace, .dropped, .decodeError, .skipped, nil])
    func framesWithoutAReadingSaySo(status: FrameStatus?) {
        for (width, height) in Self.sizes {
            let scene = Scene(width, height)
            scene.draw(frame([]))
            let plain = scene.touched
            scene.draw(frame([], status: status))
            #expect(scene.touched > plain, "\(width) x \(height)")
            #expect(scene.isTouched(0, 0))
        }
    }

    /// A panel has a dark ground; where there is no room for one beside the face, there is none.
    @Test(arguments: Array(FrameOverlayTests.sizes.dropFirst(2)), [0.5, 0.7, 0.85, 1])
    func aPanelNeverCoversItsFace(size: (Int, Int), part: Double) {
        let (width, height) = size
        let side = Int(Double(min(width, height)) * part)
        for (x, y) in [(0, 0), ((width - side) / 2, (height - side) / 2), (width - side, height - side)] {
            let scene = Scene(width, height)
            scene.draw(frame([face(0, Float(x), Float(y), Float(side))]))
            // The label may lie inside the face, along its top or its bottom.
            let inset = side / 4
            let inside = scene.touched(x + inset / 3..<x + side - inset / 3, y + inset..<y + side - inset)
            #expect(inside == 0, "face of \(side) at (\(x), \(y))")
        }
    }

    @Test func statusesLookDifferent() {
        let pictures = ([.ok, .noFace, .dropped, .decodeError, .skipped, nil] as [FrameStatus?]).map {
            status in
            let scene = Scene(64, 48)
            scene.draw(frame([], status: status))
            return scene.pixels
        }
        #expect(Set(pictures).count == pictures.count)
    }

    @Test func aSkippedFaceHasADashedBox() {
        let scene = Scene(640, 360)
        scene.draw(frame([face(0, 250, 120, 120)]))
        let solid = (250..<370).map { scene.canvas[$0, 120].blue }
        scene.draw(frame([face(0, 250, 120, 120, status: .skipped)], status: .skipped))
        let dashed = (250..<370).map { scene.canvas[$0, 120].blue }
        #expect(dashed.filter { $0 < 120 }.count > solid.filter { $0 < 120 }.count + 20)
    }

    @Test func aLiveFaceDoesNotFlicker() {
        func picture(_ status: FrameStatus, hasScores: Bool = true) -> Scene {
            let scene = Scene(640, 360)
            var live = face(0, 250, 120, 120, status: status)
            if !hasScores { (live.label, live.expression, live.actionUnits) = (nil, nil, nil) }
            scene.draw(frame([live], status: status))
            return scene
        }
        func line(_ scene: Scene) -> [UInt8] { (250..<370).map { scene.canvas[$0, 120].blue } }
        let ok = picture(.ok)
        #expect(picture(.held).pixels == ok.pixels)
        // Seen, and not encoded: the same box and scores, and a number that is not filled.
        let dropped = picture(.dropped)
        #expect(line(dropped) == line(ok))
        let changed = zip(dropped.pixels, ok.pixels).count { $0 != $1 }
        #expect((1..<4 * 900).contains(changed), "\(changed)")
        // Not encoded yet.
        #expect(line(picture(.dropped, hasScores: false)) != line(ok))
    }

    @Test(arguments: [2, 3, 5, 9]) func severalFacesDoNotHideEachOther(count: Int) {
        let scene = Scene(1280, 720)
        // A group in rows, as in a photograph.
        let columns = min(count, 5)
        let faces = (0..<count).map { index in
            face(index, Float(60 + index % columns * 240), Float(150 + index / columns * 280), 130)
        }
        scene.draw(frame(faces))
        for face in faces {
            let (x, y) = (Int(face.box.x), Int(face.box.y))
            #expect(scene.touched(x + 8..<x + 122, y + 8..<y + 122) == 0, "face \(face.id)")
            #expect(scene.touched(x..<x + 100, y - 16..<y - 4) > 0.5, "the label of face \(face.id)")
        }
    }

    @Test func facesKeepTheirColours() {
        let scene = Scene(640, 360)
        scene.draw(frame([face(0, 60, 120, 100), face(1, 400, 120, 100)]))
        let colours = (scene.canvas[110, 120], scene.canvas[450, 120])
        scene.draw(frame([face(1, 400, 120, 100)], number: 2))
        #expect(scene.canvas[450, 120] == colours.1)
        #expect(colours.0 != colours.1)
    }

    @Test func theSameFramesGiveTheSamePicture() {
        func pictures() -> [UInt8] {
            let scene = Scene(640, 360)
            for number in 1...30 {
                scene.draw(
                    frame([face(0, 200 + Float(number % 3), 100, 140), face(3, 20, 20, 90)], number: number))
            }
            return scene.pixels
        }
        #expect(pictures() == pictures())
    }

    @Test func panelsStandStillWhileFacesTremble() {
        let scene = Scene(640, 360)
        var panels: Set<[UInt8]> = []
        for number in 1...20 {
            scene.draw(
                frame([face(0, 250 + Float(number % 3), 120 + Float(number % 2), 120)], number: number))
            panels.insert((200..<300).map { scene.canvas[450, $0].red })
        }
        #expect(panels.count == 1)
    }

    @Test func boxesThatMakeNoSenseAreDrawnAsFarAsTheyDo() {
        let scene = Scene(320, 240)
        let boxes: [(Float, Float, Float, Float)] = [
            (0, 0, 320, 240), (-1e9, -1e9, 2e9, 2e9), (310, 230, 500, 500), (-50, -50, 20, 20),
            (100, 100, 0, 0),
            (100, 100, -40, -40), (5000, 5000, 10, 10), (159.5, 119.5, 1, 1),
        ]
        for (index, box) in boxes.enumerated() {
            var strange = face(index, 0, 0, 0)
            strange.box = FaceRectangle(x: box.0, y: box.1, width: box.2, height: box.3)
            scene.draw(frame([strange], number: index + 1))
            scene.draw(frame([strange, face(100, 100, 60, 80)], number: index + 1))
        }
        for size in [(1, 1), (2, 1), (7, 300), (300, 7)] {
            Scene(size.0, size.1).draw(frame([face(0, 0, 0, 5)], status: .noFace))
        }
    }

    @Test func thousandsOfFacesAreForgotten() {
        let scene = Scene(64, 48)
        for number in 1...3000 { scene.draw(frame([face(number, 10, 10, 20)], number: number)) }
        #expect(scene.touched > 0)
    }
}
