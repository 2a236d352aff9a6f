import Foundation
import Mien
import MienReport
import MienTimeline

/// `mien plot`: a table in, a figure for a paper out.
struct PlotCommand: Subcommand {
    static let name = "plot"
    static let summary = "a table as a figure for a paper: PNG, SVG or PDF"
    static let usage = """
        TABLE.csv [-o OUT.png|OUT.svg|OUT.pdf] [options]

        Draws one face's expressions and action units over time, smoothed, in colours that people with any
        colour vision tell apart. Where the face has no reading the figure is empty. SVG and PDF hold shapes, not pixels.
        Without -o the figure of clip.csv is clip.png in the current directory.

        Examples:
          mien plot clip.csv
          mien plot clip.csv --face 1 -ss 1:30 -t 20 -o figure2.svg
          mien plot clip.csv --expressions both --width 85 -o column.pdf
        """
    static let operands = Operands(files: [.table])
    static let options = [
        Option("-o", "--output", value: "OUT", help: "the figure; its ending says what it is"),
        Option("-y", help: "overwrite it if it is there"),
        Option("--face", value: "N", help: "the face_id to draw. Default: the face with the most rows"),
        Option("-ss", value: "T", help: "start at T (seconds, or h:mm:ss)"),
        Option("-t", value: "T", help: "draw T seconds (or h:mm:ss)"),
        Option("--raw", help: "draw the raw columns instead of the smoothed ones"),
        Option(
            "--expressions", value: "stacked|curves|both|none",
            help: "how expressions are drawn. Default: stacked"),
        Option("--no-au", help: "leave the action units out"),
        Option("--title", value: "TEXT", help: "a heading. Default: none"),
        Option("--width", value: "MM", help: "the width in millimetres, 60 to 1000. Default: 170"),
        Option("--dpi", value: "N", help: "pixels to the inch of a PNG, 36 to 1200. Default: 300"),
    ]

    private let table: String
    private let output: OutputFile
    private let format: String
    private var figure = FigureOptions()

    init(_ arguments: Arguments) throws {
        guard let table = arguments.operands.first, arguments.operands.count == 1 else {
            throw UsageError("expected one table, as in mien plot clip.csv")
        }
        self.table = table
        let stem =
            table == "-" ? "plot" : ((table as NSString).lastPathComponent as NSString).deletingPathExtension
        let path = arguments.string("--output") ?? stem + ".png"
        format = (path as NSString).pathExtension.lowercased()
        guard Figure.formats.contains(format) else {
            throw UsageError("-o \(path): expected a name that ends with .png, .svg or .pdf")
        }
        output = try OutputFile(path, overwrites: arguments.has("-y"), inputs: [table])
        figure.face = try arguments.integer("--face", in: 0...Int.max)
        figure.start = try arguments.seconds("-ss")
        figure.duration = try arguments.seconds("-t")
        if figure.duration == 0 { throw UsageError("-t 0: expected more than 0 seconds") }
        figure.isSmoothed = !arguments.has("--raw")
        let choices = FigureOptions.Expressions.allCases.map(\.rawValue)
        if let choice = try arguments.choice("--expressions", of: choices) {
            figure.expressions = FigureOptions.Expressions(rawValue: choice) ?? .stacked
        }
        figure.showsUnits = !arguments.has("--no-au")
        if figure.expressions == .none, !figure.showsUnits {
            throw UsageError("--expressions none and --no-au: nothing is left to draw")
        }
        figure.title = arguments.string("--title")
        figure.width = try Self.number(arguments, "--width", in: 60...1000) ?? figure.width
        figure.resolution = try Self.number(arguments, "--dpi", in: 36...1200) ?? figure.resolution
    }

    func run() throws -> ExitCode {
        let figure = try Figure(table: table, options: figure)
        try output.write { try figure.write(format: format, to: $0) }
        Console.say("\(output.path): face \(figure.face)")
        return .done
    }

    private static func number(
        _ arguments: Arguments, _ key: String, in range: ClosedRange<Double>
    ) throws(UsageError) -> Double? {
        guard let number = try arguments.number(key) else { return nil }
        guard range.contains(number) else {
            throw UsageError(
                "\(key) \(number): expected a number from \(Int(range.lowerBound)) to \(Int(range.upperBound))"
            )
        }
        return number
    }
}
