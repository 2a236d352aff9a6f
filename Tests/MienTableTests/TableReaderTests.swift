import Foundation
import MienTable
import MienTimeline
import TestSupport
import Testing

private func edited(_ table: [UInt8], _ edit: (String) -> String) -> [UInt8] {
    Array(edit(String(decoding: table, as: UTF8.self)).utf8)
}

@Suite struct TableReaderTests {
    @Test(arguments: 1...6) func roundTrip(seed: Int) throws {
        var random = Random(seed: UInt64(seed))
        let rows = try smooth(random.timeline(frames: 500, faces: 4, every: 1 + seed % 3))
        let bytes = try table(rows)
        let back = try readings(bytes)
        #expect(back.count == rows.count)
        for (row, read) in zip(rows, back) {
            #expect(row.frame == read.frame && row.faceID == read.faceID && row.pts == read.pts)
            #expect(row.status == read.status)
            #expect(read.timestamp.isNaN ? row.timestamp.isNaN : abs(row.timestamp - read.timestamp) <= 5e-7)
            #expect(row.smoothedExpression?.dominant == read.smoothedExpression?.dominant)
            if let a = row.smoothedActionUnits, let b = read.smoothedActionUnits {
                #expect(ActionUnit.allCases.allSatisfy { abs(a[$0] - b[$0]) <= 6e-7 })
            } else {
                #expect(row.smoothedActionUnits == nil && read.smoothedActionUnits == nil)
            }
        }
        #expect(try table(back) == bytes)
    }

    @Test func readsFilesInPieces() throws {
        var random = Random(seed: 9)
        let bytes = try table(smooth(random.timeline(frames: 2000, faces: 2)))
        let directory = try TemporaryFolder()
        let path = directory.path("table.csv")
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        let reader = try TableReader(path: path)
        var rows: [FaceReading] = []
        while let row = try reader.next() { rows.append(row.reading) }
        #expect(try table(rows) == bytes)
        #expect(reader.bytesRead == bytes.count)
        #expect(reader.line == rows.count + 1)
    }

    @Test func passesOnColumnsThatPeopleAdd() throws {
        let bytes = try edited(table([.example])) {
            $0.replacing("\n", with: ",X\n").replacing("s_au26,X", with: "s_au26,label,\"my, note\"")
                .replacing(",X\n", with: ",smile,\"she said \"\"hm\"\"\nand left\"\r\n")
        }
        let reader = try TableReader(bytes: bytes, name: "t")
        #expect(reader.extraColumns == ["label", "my, note"])
        let row = try #require(try reader.next())
        #expect(row["label"] == "smile")
        #expect(row["my, note"] == "she said \"hm\"\nand left")
        #expect(row["other"] == nil)
        #expect(row.expressionLabel == .happiness)
        #expect(row.smoothedExpressionLabel == .neutral)
        #expect(try table([row.reading]) == table([.example]))
        #expect(try reader.next() == nil)
    }

    @Test func understandsWhatOtherProgramsSave() throws {
        let original = try table([.example])
        let saved = edited(original) { text in
            let header = TableWriterTests.header.split(separator: ",").map { "\"\($0)\"" }
            let cells = text.split(separator: "\n")[1].split(separator: ",", omittingEmptySubsequences: false)
            // A spreadsheet's byte order mark and CRLF, R's quotes, pandas' numbers, columns the other way round.
            let row = cells.map { cell in
                switch cell {
                case "-9000": "-9000.0"
                case "0.000000": "0.0"
                case "0.010000": "1e-02"
                case "happiness": "\"happiness\""
                default: String(cell)
                }
            }
            return "\u{FEFF}" + header.reversed().joined(separator: ",") + "\r\n"
                + row.reversed().joined(separator: ",") + "\r\n\r\n"
        }
        #expect(try table(readings(saved)) == original)
        let missing = try edited(
            table([FaceReading(frame: 1, faceID: nil, timestamp: 0, status: .noFace)])
        ) { $0.replacing(",,", with: ",NA,").replacing(",,", with: ",NaN,") }
        #expect(try readings(missing)[0].expression == nil)
    }

    /// A table as spreadsheets save it: another separator and decimal mark, quotes, CRLF, columns moved, empty lines.
    @Test(arguments: [
        (";", ",", false), ("\t", ".", false), (",", ".", true), (",", ",", true), (";", ".", true),
        ("\t", ",", true),
    ])
    func readsWhatASpreadsheetMadeOfATable(separator: String, point: String, isQuoted: Bool) throws {
        var random = Random(seed: 5)
        let original = try table(smooth(random.timeline(frames: 40, faces: 2)))
        let lines = String(decoding: original, as: UTF8.self).split(separator: "\n")
        var saved = isQuoted ? "" : "\u{FEFF}"
        for line in lines {
            var cells = line.split(separator: ",", omittingEmptySubsequences: false).map { cell in
                let isNumber = cell.allSatisfy { "0123456789.-".contains($0) }
                return isNumber ? String(cell).replacing(".", with: point) : String(cell)
            }
            if isQuoted { cells = cells.map { "\"\($0)\"" } }
            cells.insert(isQuoted ? "\"\"" : "", at: 0)
            // A spreadsheet leaves out empty cells at the end, or adds some.
            var row =
                cells[6...].joined(separator: separator) + separator
                + cells[..<6].joined(separator: separator)
            if !isQuoted { row += separator + separator }
            saved += row + "\r\n"
        }
        saved += String(repeating: separator, count: 53) + "\r\n\r\n"
        #expect(try table(readings(Array(saved.utf8))) == original)
        let text = String(saved.drop { $0 == "\u{FEFF}" })
        let units = Data([0xFF, 0xFE]) + (try #require(text.data(using: .utf16LittleEndian)))
        #expect(try table(readings([UInt8](units))) == original)
    }

    @Test func emptyCellsMayBeLeftOutAtTheEnd() throws {
        let bytes = try edited(table([FaceReading(frame: 1, faceID: nil, timestamp: 0, status: .noFace)])) {
            $0.replacing(/,+\n$/, with: "\r\n")
        }
        #expect(try readings(bytes).map(\.status) == [.noFace])
    }

    @Test(
        arguments: [
            ("-9000", -9000, 0), ("-9000.0", -9000, 0), ("-9e3", -9000, 0), ("1.23457E+12", nil, 1),
            ("1,23457E+12", nil, 1), ("1.5E+15", nil, 1), ("1.5e+12", 1_500_000_000_000, 0),
            ("1.5E+01", 15, 0),
            ("1.234567890123e+12", 1_234_567_890_123, 0), ("NA", nil, 0), ("", nil, 0),
        ] as [(String, Int64?, Int)])
    func aRoundedTimestampIsMissing(cell: String, expected: Int64?, rounded: Int) throws {
        let bytes = try edited(table([.example])) { $0.replacing("-9000", with: "\"\(cell)\"") }
        let reader = try TableReader(bytes: bytes, name: "t.csv")
        #expect(try reader.next()?.reading.pts == expected)
        #expect(reader.roundedTimestamps == rounded && (reader.warning != nil) == (rounded > 0))
    }

    @Test func keepsALabelThatSomebodyCorrected() throws {
        let bytes = try edited(table([.example])) {
            $0.replacing("happiness,0", with: "anger,0")
        }
        let row = try #require(try TableReader(bytes: bytes, name: "t").next())
        #expect(row.expressionLabel == .anger)
        #expect(row.reading.expression?.dominant == .happiness)
    }

    @Test(
        arguments: [
            (
                "ok", "fine",
                "line 2: status is \"fine\", expected ok, no_face, skipped, held, dropped, decode_error"
            ),
            ("0.010000", "1.010000", "line 2: AU02 is \"1.010000\", expected a probability from 0 to 1"),
            ("0.010000", "x", "line 2: AU02 is \"x\", expected a probability from 0 to 1"),
            ("0.010000", "0x1p-3", "line 2: AU02 is \"0x1p-3\", expected a probability from 0 to 1"),
            ("0.010000", "1e999", "line 2: AU02 is \"1e999\", expected a probability from 0 to 1"),
            (
                "0.010000", "",
                "line 2: 1 of the 12 cells from AU01 to AU26 are empty, expected all of them or none"
            ),
            ("\n1,", "\n0,", "line 2: frames count from 1, expected rows sorted by frame and face_id"),
            ("\n1,0", "\n1,-2", "line 2: face_id is \"-2\", expected a face's number or -1"),
            ("\n1,", "\n,", "line 2: frame is \"\", expected the number of a frame"),
            ("-9000", "99999999999999999999", "line 2: pts is \"99999999999999999999\", expected an integer"),
            ("happiness,0", "smile,0", "expected neutral, anger, disgust"),
            ("-3.46", "\"-3.46\"x", "line 2: text after a closing quote, expected a separator"),
            ("-3.46,", "", "line 2: 52 cells, expected 53 as in the header"),
            (
                "frame,face_id", "frame,face",
                "line 1: no column face_id (did you mean it by \"face\"?); found the columns \"frame\", \"face\","
            ),
            ("pts", "PTS", "line 1: no column pts (did you mean it by \"PTS\"?); found the columns"),
            ("AU02", "AU01", "line 1: the column AU01 is there twice"),
        ])
    func saysWhatIsWrong(find: String, replace: String, message: String) throws {
        let bytes = try edited(table([.example])) {
            $0.replacing(find, with: replace, maxReplacements: 1)
        }
        let error = #expect(throws: TimelineError.self) { try readings(bytes, name: "my.csv") }
        #expect(error?.description.contains(message) == true, "\(String(describing: error))")
        #expect(error?.description.hasPrefix("my.csv, line ") == true)
    }

    @Test func saysWhereATableWasCutShort() throws {
        var random = Random(seed: 3)
        let bytes = try table(random.timeline(frames: 5, faces: 1))
        let lines = bytes.split(separator: UInt8(ascii: "\n")).map(\.count)
        for length in stride(from: 0, to: bytes.count, by: 7) {
            let cut = Array(bytes[..<length])
            let whole = cut.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
            do {
                let reader = try TableReader(bytes: cut, name: "t")
                while true {
                    do {
                        guard try reader.next() != nil else { break }
                    } catch TimelineError.cutShort(_, let line) {
                        #expect(line == cut.count { $0 == UInt8(ascii: "\n") } + 1)
                        break
                    }
                }
                #expect(reader.bytesRead == whole)
            } catch {
                #expect(length <= lines[0])
            }
        }
    }

    @Test func refusesRowsOutOfOrder() throws {
        let rows = try edited(
            table([2, 3].map { FaceReading(frame: $0, faceID: 0, timestamp: 0, status: .ok) })
        ) { $0.replacing("\n3,0", with: "\n2,0") }
        #expect(throws: TimelineError.self) { try readings(rows) }
    }

    @Test func filesThatAreNotThere() {
        #expect(throws: TimelineError.cannotOpen(path: "/nonexistent/a.csv", code: ENOENT)) {
            try TableReader(path: "/nonexistent/a.csv")
        }
        #expect(throws: TimelineError.cannotRead(path: "/", code: EISDIR)) { try TableReader(path: "/") }
        #expect(throws: TimelineError.malformedTable(path: "t", line: 1, problem: "expected a header")) {
            try TableReader(bytes: [], name: "t")
        }
    }

    @Test(arguments: 1...20) func nothingCrashesIt(seed: Int) throws {
        var random = Random(seed: UInt64(seed))
        let good = try table(random.timeline(frames: 12, faces: 2))
        let fragments = [
            "\"", ",", ";", "\t", "\n", "\r", "-", ".", "NaN", "1e9", "1E+12", "1,000",
            "99999999999999999999",
            "\u{FEFF}", "\0", "sep=;\n",
        ]
        for _ in 0..<150 {
            var bytes = good
            for _ in 0...Int.random(in: 0..<4, using: &random) where !bytes.isEmpty {
                // Half of the time below the header, or nothing else would ever be reached.
                let low =
                    random.chance(0.8) ? min(TableWriterTests.header.utf8.count + 1, bytes.count - 1) : 0
                let place = Int.random(in: low..<bytes.count, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes.remove(at: place)
                case 2: bytes.insert(contentsOf: fragments.randomElement(using: &random)!.utf8, at: place)
                default: bytes.removeLast(bytes.count - max(place, 1))
                }
            }
            // Whatever can be read can be smoothed and written.
            guard let rows = try? readings(bytes) else { continue }
            _ = try table(smooth(rows))
        }
    }

    /// Whatever the bytes, a list is read or refused, and soon.
    @Test(arguments: 1...8) func anyBytesAreReadOrRefused(seed: Int) throws {
        var random = Random(seed: UInt64(seed))
        let alphabet: [UInt8] = Array("ab1,;\t \"\n\r.-eE".utf8) + [0, 0xEF, 0xBB, 0xBF, 0xFF, 0xFE, 0xD8]
        for _ in 0..<400 {
            let count = Int.random(in: 0..<300, using: &random)
            var bytes = (0..<count).map { _ in alphabet.randomElement(using: &random)! }
            if random.chance(0.3) { bytes.insert(contentsOf: [0xFF, 0xFE], at: 0) }
            guard let reader = try? CSVReader(bytes: bytes, name: "t") else { continue }
            var records = 0
            while let record = try? reader.next() {
                records += 1
                #expect(record.count >= reader.header.count && record.line <= bytes.count + 1)
                for column in 0..<record.count {
                    _ = (record[column], record.number(column), record.integer(column))
                }
            }
            #expect(records <= bytes.count)
        }
    }
}
