import MienCommand
import MienCore
import Testing

@Suite struct ArgumentsTests {
    static let options = [
        Option("-o", "--output", value: "OUT", help: ""), Option("-y", help: ""),
        Option("-ss", value: "T", help: ""),
        Option("--batch", value: "N", help: ""), Option("--task", value: "expression|au", help: ""),
        Option("--faces", value: "all|largest|N", help: ""),
    ]

    @Test func sortsOptionsFromOperands() throws {
        let arguments = try Arguments(
            ["a.mp4", "-o", "-", "-y", "--batch=8", "-ss", "1:02.5", "-", "--", "-odd.mp4"],
            options: Self.options)
        #expect(arguments.operands == ["a.mp4", "-", "-odd.mp4"])
        #expect(arguments.string("--output") == "-")
        #expect(arguments.has("-y"))
        #expect(try arguments.integer("--batch", in: 1...100) == 8)
        #expect(try arguments.seconds("-ss") == 62.5)
    }

    @Test(
        arguments: [
            (["--bathc", "8"], "unknown option '--bathc': did you mean '--batch'?"),
            (["-output", "a"], "unknown option '-output': did you mean '--output'?"),
            (["--Task=au"], "unknown option '--Task': did you mean '--task'?"),
            (["--fast"], "unknown option '--fast'"), (["-z"], "unknown option '-z'"),
            (
                ["--task", "expresion"],
                "--task expresion: did you mean 'expression'? expected expression or au"
            ),
            (["--task=joy"], "--task joy: expected expression or au"),
            (["--task", ""], "--task : expected expression or au"),
            (["-o"], "option '-o' needs a value: -o OUT"),
            (["-y=1"], "unknown option '-y=1'"),
            (["--batch", "many"], "--batch many: expected a whole number from 1 to 100"),
            (["--batch", "0"], "--batch 0: expected a whole number from 1 to 100"),
            (["-ss", "-3"], "-ss -3: expected a time such as 12.5, 90 or 1:02:03.5"),
        ] as [([String], String)]) func saysWhatIsWrong(words: [String], message: String)
    {
        let error = #expect(throws: UsageError.self) {
            let arguments = try Arguments(words, options: Self.options)
            _ = try arguments.integer("--batch", in: 1...100)
            _ = try arguments.seconds("-ss")
        }
        #expect(error?.description == message)
    }

    @Test(
        arguments: [
            ("anotate", "annotate"), ("annotaet", "annotate"), ("reprot", "report"), ("Embed", "embed"),
            ("merg", "merge"), ("dance", nil), ("", nil), ("x", nil),
        ] as [(String, String?)]) func findsTheWordThatWasMeant(word: String, meant: String?)
    {
        let words = ["annotate", "report", "embed", "export", "merge"]
        #expect(Spelling.nearest(to: word, in: words) == meant)
    }

    @Test func alternativesReadAsASentence() {
        #expect(["a"].alternatives == "a")
        #expect(["a", "b"].alternatives == "a or b")
        #expect(["a", "b", "c"].alternatives == "a, b or c")
    }

    @Test(
        arguments: [
            ("0", 0), ("12.5", 12.5), ("90", 90), ("1:02", 62), ("1:00:02.25", 3602.25), ("", nil),
            ("a", nil), ("1:", nil),
            ("1:60", nil), ("-1", nil), ("1:2:3:4", nil), ("nan", nil), ("inf", nil), ("1.5:00", nil),
        ] as [(String, Double?)]) func readsTimes(text: String, seconds: Double?)
    {
        #expect(TimeArgument.seconds(text) == seconds)
    }
}
