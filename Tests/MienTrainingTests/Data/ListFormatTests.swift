import Foundation
import MienHeads
import MienTraining
import TestSupport
import Testing

/// Lists of labels as pandas, R, spreadsheets and other systems leave them.
@Suite struct ListFormatTests {
    private static let lists: [(String, String)] = [
        ("pandas", "path,frame,label\na.mp4,1.0,4.0\na.mp4,2.0,1.0\na.mp4,3.0,\na.mp4,4.0,0.0\n"),
        (
            "pandas with its index",
            ",path,frame,label\n0,a.mp4,1,4\n1,a.mp4,2,1\n2,a.mp4,3,NaN\n3,a.mp4,4,0\n"
        ),
        (
            "Excel",
            "path,frame,label\r\na.mp4,1,happiness\r\na.mp4,2,Anger\r\n,,\r\na.mp4,3,\r\na.mp4,4,neutral\r\n,,\r\n"
        ),
        (
            "Excel, empty columns",
            "path,frame,label,,\r\na.mp4,1,4,,\r\na.mp4,2,1\r\na.mp4,3\r\na.mp4,4,0,,\r\n,,,,\r\n"
        ),
        (
            "Excel, German",
            "\u{FEFF}path;frame;label\r\na.mp4;1,0;4,0\r\na.mp4;2;1\r\na.mp4;3;\r\na.mp4;4;0\r\n;;\r\n"
        ),
        (
            "Excel, said",
            "sep=;\r\npath;frame;label\r\na.mp4;1;4\r\na.mp4;2;1\r\na.mp4;3;#N/A\r\na.mp4;4;0\r\n"
        ),
        ("Excel, Macintosh", "path,frame,label\ra.mp4,1,4\ra.mp4,2,1\ra.mp4,3,\ra.mp4,4,0\r"),
        ("tabs", "path\tframe\tlabel\na.mp4\t1\thappiness\na.mp4\t2\tanger\na.mp4\t3\t\na.mp4\t4\tneutral"),
        (
            "R",
            "\"path\",\"frame\",\"label\"\n\"a.mp4\",1,\"happiness\"\n\"a.mp4\",2,\"anger\"\n\"a.mp4\",3,NA\n\"a.mp4\",4,\"neutral\"\n"
        ),
        (
            "R, write.table",
            "\"path\" \"frame\" \"label\"\n\"1\" \"a.mp4\" 1 4\n\"2\" \"a.mp4\" 2 1\n\"3\" \"a.mp4\" 3 NA\n\"4\" \"a.mp4\" 4 0\n"
        ),
        ("spaces", " path , frame, label\n\n a.mp4 , 1, 4 \n\"a.mp4\" ,2, 1\na.mp4,3, \na.mp4,4,0\n\n\n"),
    ]

    private static let others: [([UInt8], String)] = [
        ([0x50, 0x4B, 3, 4, 20, 0], "a workbook of Excel or LibreOffice"),
        ([0xD0, 0xCF, 0x11, 0xE0], "a workbook of an older Excel"),
        ([0x1F, 0x8B, 8], "compressed with gzip"),
        (Array("PAR1\u{15}".utf8), "a Parquet file"),
        ([0, 0, 0, 0x20] + Array("ftypisom".utf8), "binary data"),
        (Array("<!doctype html>".utf8), "a web page"),
        (
            Array("path,label\n\"a.mp4,1\nb.mp4,2\n".utf8),
            "line 2: a quote that is opened here and not closed"
        ),
        (
            Array("filepath,label\na.mp4,1\n".utf8),
            "the header is \"filepath,label\", expected a column \"path\""
        ),
        (Array("Vidoe,label\na.mp4,1\n".utf8), "did you mean \"video\" by \"Vidoe\"?"),
        (Array("path,lable\na.mp4,1\n".utf8), "did you mean \"label\" by \"lable\"?"),
        (Array("path,label\n\"a.mp4\",\"1,000\"\n".utf8), "found label \"1,000\", expected one of neutral"),
        (
            Array("path,frame,label\na.mp4,1.23457E+12,1\n".utf8),
            "found frame \"1.23457E+12\", expected a whole number"
        ),
        (Array("path,label\n".utf8), "none of its 0 rows has a label"),
    ]

    /// Labels of a.mp4 in frames 1, 2 and 4, none in frame 3, as other programs write them.
    @Test(arguments: lists)
    func listsAreReadAsOtherProgramsWriteThem(name: String, text: String) throws {
        let folder = try TemporaryFolder()
        try folder.file("a.mp4", "x")
        var files = [Data(text.utf8)]
        for encoding in [String.Encoding.utf16LittleEndian, .utf16BigEndian] {
            let mark: [UInt8] = encoding == .utf16LittleEndian ? [0xFF, 0xFE] : [0xFE, 0xFF]
            let units = try #require(text.drop { $0 == "\u{FEFF}" }.data(using: encoding))
            files += [Data(mark) + units, units]
        }
        for file in files {
            let path = folder.path + "/labels.csv"
            try file.write(to: URL(fileURLWithPath: path))
            let result = try LabelTable.read(path, task: .expression)
            #expect(result.samples.map(\.moment) == [.frame(1), .frame(2), .frame(4)])
            #expect((0..<3).map { result.labels.expression($0) } == [4, 1, 0])
        }
    }

    @Test func unitsAreReadAsOtherProgramsWriteThem() throws {
        let folder = try TemporaryFolder()
        try folder.file("a.mp4", "x")
        let path = try folder.file(
            "l.csv", "path;time;AU01;AU12;AU25\na.mp4;0,5;0,25;1,0;True\na.mp4;1;-1,0;<NA>;1,2E-05\n")
        let result = try LabelTable.read(path, task: .actionUnits)
        #expect(result.samples.map(\.moment) == [.time(0.5), .time(1)])
        var row = [Float](repeating: 0, count: 12)
        result.labels.target(0, into: &row)
        #expect(row[0] == 0.25 && row[6] == 1 && row[10] == 1)
        result.labels.target(1, into: &row)
        #expect(row[0].isNaN && row[6].isNaN && row[10] == 1.2e-5)
    }

    @Test(arguments: others) func whatIsNoListIsSaidToBeSo(bytes: [UInt8], expected: String) throws {
        let folder = try TemporaryFolder()
        try folder.file("a.mp4", "x")
        let path = folder.path + "/l.csv"
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        let found = message { () throws(TrainingError) in
            _ = try DataSource(path: path).labelledSamples(task: .expression)
        }
        #expect(found.hasPrefix(path) && found.contains(expected), "\(found)")
    }

    @Test func pathsAreFoundHoweverTheyAreSpelled() throws {
        let folder = try TemporaryFolder()
        let files = ["Mu\u{308}ller/Ame\u{301}lie.mp4", "J\u{F6}rg/\u{E9}.mp4", "plain/a b.mp4"]
        for file in files { try folder.file(file, "x") }
        let rows = [
            "M\u{FC}ller/Am\u{E9}lie.mp4", "Jo\u{308}rg/e\u{301}.mp4", "plain\\a b.mp4",
            "J\u{F6}rg\\\u{E9}.mp4",
        ]
        let path = try folder.file("l.csv", "path,label\n" + rows.map { "\($0),1\n" }.joined())
        let found = try LabelTable.read(path, task: .expression).samples.map(\.path)
        let expected = [files[0], files[1], files[2], files[1]].map { folder.path + "/" + $0 }
        #expect(zip(found, expected).allSatisfy { $0.utf8.elementsEqual($1.utf8) }, "\(found)")
        // A list from a Windows without UTF-8.
        let old =
            Array("path,subject,label\nJ".utf8) + [0xF6] + Array("rg/".utf8) + [0xE9]
            + Array(".mp4,".utf8) + [0x80] + Array(",1\n".utf8)
        try Data(old).write(to: URL(fileURLWithPath: path))
        #expect(
            try LabelTable.read(path, task: .expression).samples[0].path.hasSuffix("J\u{F6}rg/\u{E9}.mp4"))
        // A file whose name on the disk is not UTF-8 cannot be opened, and is said to be so.
        let raw = Array((folder.path + "/plain/M").utf8) + [0xFC] + Array(".mp4".utf8) + [0]
        let descriptor = raw.withUnsafeBytes {
            open($0.baseAddress!.assumingMemoryBound(to: CChar.self), O_CREAT | O_WRONLY, 0o600)
        }
        close(descriptor)
        try folder.file("l.csv", "path,label\nplain/M\u{FC}.mp4,1\n")
        let said = message { () throws(TrainingError) in _ = try LabelTable.read(path, task: .expression) }
        #expect(said.contains("M\u{FC}.mp4 on the disk is not UTF-8 text: rename it there"), "\(said)")
    }

    @Test func aLongListStaysFast() throws {
        let folder = try TemporaryFolder()
        try folder.file("a.mp4", "x")
        let rows = (1...200_000).map { "a.mp4,\($0),anna,\($0 % 8)\n" }.joined()
        let path = try folder.file("l.csv", "path,frame,subject,label\n" + rows)
        var count = 0
        let seconds = try ContinuousClock().measure {
            count = try LabelTable.read(path, task: .expression).samples.count
        }
        #expect(count == 200_000 && seconds < .seconds(20))
    }
}
