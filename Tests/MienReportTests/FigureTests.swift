import Foundation
import MienReport
import TestSupport
import Testing

@Suite struct FigureTests {
    private let folder: TemporaryFolder
    private let path: String

    init() throws {
        folder = try TemporaryFolder()
        path = folder.path("clip.csv")
        try Data(table(timeline(frames: 500, faces: 3))).write(to: URL(fileURLWithPath: path))
    }

    private func draw(
        _ format: String, sink: MemorySink = MemorySink(), _ change: (inout FigureOptions) -> Void = { _ in }
    ) throws -> [UInt8] {
        var options = FigureOptions()
        change(&options)
        try Figure(table: path, options: options).write(format: format, to: sink)
        return sink.bytes
    }

    @Test(arguments: FigureOptions.Expressions.allCases) func isDrawnInEveryWay(
        _ how: FigureOptions.Expressions
    ) throws {
        for isSmoothed in [true, false] {
            let bytes = try draw("png") {
                $0.expressions = how
                $0.isSmoothed = isSmoothed
                $0.resolution = 72
                $0.title = "A title"
            }
            #expect(bytes.starts(with: [0x89, 0x50, 0x4E, 0x47]))
            // The width in the header: 170 mm at 72 dots to the inch.
            #expect(bytes[16..<20].reduce(0) { $0 << 8 | Int($1) } == 482)
        }
        #expect(try draw("pdf") { $0.expressions = how }.starts(with: Array("%PDF".utf8)))
    }

    @Test func vectorsStayVectors() throws {
        let text = String(decoding: try draw("svg") { $0.showsUnits = false }, as: UTF8.self)
        #expect(text.contains("<svg"))
        #expect(text.contains("width=\"481.889764pt\""))
        #expect(text.contains("<path"))
        #expect(!text.contains("<image"))
        // Letters are shapes, so that no reader needs the font.
        #expect(text.contains("<symbol") || text.contains("glyph"))
        // The heat map is one small picture.
        let units = String(decoding: try draw("svg") { $0.expressions = .none }, as: UTF8.self)
        #expect(units.components(separatedBy: "<image").count == 2)
        #expect(units.utf8.count < 200_000)
    }

    @Test func theSameFigureHasTheSameBytes() throws {
        #expect(try draw("png") == draw("png"))
        #expect(try draw("png") { $0.face = 1 } != draw("png") { $0.face = 2 })
        #expect(try draw("png") { $0.start = 2 } != draw("png"))
        #expect(try draw("png") { $0.duration = 5 } != draw("png"))
    }

    @Test func longTablesMakeSmallFigures() throws {
        try Data(table(timeline(frames: 20_000, faces: 1))).write(to: URL(fileURLWithPath: path))
        #expect(try draw("svg") { $0.expressions = .both }.count < 4_000_000)
    }

    @Test func saysWhatIsNotThere() throws {
        func message(_ change: (inout FigureOptions) -> Void) throws -> String {
            let error = #expect(throws: ReportError.self) { try draw("png", change) }
            return "\(try #require(error))"
        }
        #expect(try message { $0.face = 7 }.contains("no face 7"))
        #expect(try message { $0.start = 100 }.contains("no smoothed readings from 100.0 s"))
        #expect(throws: ReportError.self) { try draw("bmp") }
        try Data(table([reading(1, face: nil, at: 0, status: .noFace)])).write(to: URL(fileURLWithPath: path))
        #expect(try message { _ in }.contains("no face in the table"))
        #expect(throws: ReportError.self) {
            try Figure(table: folder.path("no.csv"), options: FigureOptions())
        }
    }

    @Test(arguments: Figure.formats) func aFullDiskIsSaid(format: String) throws {
        #expect(throws: ReportError.timeline(.cannotWrite(path: "memory", code: ENOSPC))) {
            try draw(format, sink: MemorySink(limit: 64)) { $0.resolution = 72 }
        }
    }

    @Test func oneRowIsAFigure() throws {
        try Data(table([reading(1, at: 0)])).write(to: URL(fileURLWithPath: path))
        #expect(try draw("png") { $0.expressions = .both }.count > 1000)
    }

    @Test(
        arguments: [
            (0.0, 7.5, 8, ["0", "1", "2", "3", "4", "5", "6", "7"]), (0, 1, 4, ["0.0", "0.5", "1.0"]),
            (12.3, 12.4, 4, ["12.30", "12.35", "12.40"]), (0, 3600, 6, ["0", "1000", "2000", "3000"]),
            (-1, 1, 2, ["-1", "0", "1"]),
        ] as [(Double, Double, Int, [String])]) func ticksAreRound(
            low: Double, high: Double, count: Int, labels: [String]
        )
    {
        let ticks = Ticks(low...high, count: count)
        #expect(ticks.values.map(ticks.label) == labels)
    }

    @Test func theScaleGoesFromLightToDark() {
        let scale = (0...10).map { Palette.light.colour(of: Float($0) / 10) }
        let lightness = scale.map { Int($0.red) + Int($0.green) + Int($0.blue) }
        #expect(lightness == lightness.sorted(by: >))
        #expect(scale[0] == Palette.light.scale[0])
        #expect(scale[10].css == "#0b2545")
        #expect(Set(Palette.light.expressions.map(\.css)).count == 8)
    }
}
