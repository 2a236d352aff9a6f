import Foundation
import MienHeads
import MienTraining
import TestSupport
import Testing

@Suite struct LabelTableTests {
    @Test func rowsBecomeSamples() throws {
        let folder = try TemporaryFolder()
        for name in ["a.mp4", "b.mp4", "photos/1.jpg", "photos/2.jpg", "c, d.mp4"] {
            try folder.file(name, "x")
        }
        let path = try folder.file(
            "labels.csv",
            "\u{FEFF}path,frame,label,subject\r\na.mp4,3,happiness,anna\r\nb.mp4,,4,ben\r\n\r\n"
                + "\"c, d.mp4\",12,Anger,anna\r\nphotos/1.jpg,,0,\"Ben \"\"B\"\"\"\r\nphotos/2.jpg,,-1,cleo")
        let result = try LabelTable.read(path, task: .expression)
        #expect(result.samples.map(\.moment) == [.frame(3), .whole, .frame(12), .whole])
        #expect(
            result.samples.map { ($0.path as NSString).lastPathComponent } == [
                "a.mp4", "b.mp4", "c, d.mp4", "1.jpg",
            ])
        #expect((0..<4).map { result.labels.expression($0) } == [4, 4, 1, 0])
        #expect(result.subjects == [0, 1, 0, 2])
        #expect(Set(result.videos).count == 4)
        #expect(result.skipped.map(\.count) == [1])
    }

    @Test func votesAndActionUnits() throws {
        let folder = try TemporaryFolder()
        try folder.file("a.mp4", "x")
        let votes = try folder.file(
            "votes.csv",
            "path,time,neutral,anger,disgust,fear,happiness,sadness,surprise,other\n"
                + "a.mp4,1.5,1,0,0,0,3,0,0,0\na.mp4,2,0,0,0,0,0,0,0,0\n")
        let soft = try LabelTable.read(votes, task: .expression)
        #expect(soft.samples.map(\.moment) == [.time(1.5)])
        var row = [Float](repeating: 0, count: 8)
        soft.labels.target(0, into: &row)
        #expect(row == [0.25, 0, 0, 0, 0.75, 0, 0, 0])
        let units = try folder.file(
            "units.csv", "path,frame,AU1,AU12,au26\na.mp4,1,1,0.25,\na.mp4,2,-1,nan,0\n")
        let labels = try LabelTable.read(units, task: .actionUnits).labels
        #expect(labels.isActive(0, unit: 0) == true && labels.isActive(0, unit: 6) == false)
        #expect(labels.isActive(0, unit: 11) == nil && labels.isActive(1, unit: 11) == false)
        #expect(labels.isActive(1, unit: 0) == nil && labels.isActive(0, unit: 1) == nil)
    }

    @Test func malformedRowsAreNamedAndCounted() throws {
        let folder = try TemporaryFolder()
        try folder.file("a.mp4", "x")
        let rows = [
            "a.mp4,1,happy", "a.mp4,0,anger", "a.mp4,1,fear,2", "none.mp4,1,anger", "a.mp4,1,8.0",
            "a.mp4,2,fear", "a.mp4,3",
        ]
        let path = try folder.file("labels.csv", "path,frame,label\n" + rows.joined(separator: "\n"))
        let text = message { () throws(TrainingError) in _ = try LabelTable.read(path, task: .expression) }
        let names = HeadTask.expression.labels.joined(separator: ", ")
        #expect(
            text == """
                \(path): 5 of 7 rows are malformed
                  \(path):2: found label "happy", expected one of \(names), or 0 to 7, or -1 or nothing for none
                  \(path):3: found frame "0", expected a whole number of 1 or more
                  \(path):4: found 4 cells, expected 3 as in the header; a cell with a separator in it needs quotes
                  \(path):5: found path "none.mp4", expected an image or video; there is no \(folder.path)/none.mp4
                  \(path):6: found label "8.0", expected one of \(names), or 0 to 7, or -1 or nothing for none
                """)
        let rest = try LabelTable.read(path, task: .expression, allowsMalformed: true)
        #expect(rest.samples.count == 1)
        #expect(rest.skipped.map(\.count) == [1, 5])
    }

    @Test func manyMalformedRowsAreNotAllShown() throws {
        let folder = try TemporaryFolder()
        try folder.file("a.mp4", "x")
        let path = try folder.file("l.csv", "path,label\n" + String(repeating: "a.mp4,x\n", count: 25))
        let text = message { () throws(TrainingError) in _ = try LabelTable.read(path, task: .expression) }
        #expect(text.hasPrefix("\(path): 25 of 25 rows are malformed\n"))
        #expect(text.hasSuffix("\n  and 15 more"))
    }

    @Test func aHeaderWithoutLabelsIsNamed() throws {
        let folder = try TemporaryFolder()
        let path = try folder.file("l.csv", "path,mood\nx,1\n")
        #expect(
            message { () throws(TrainingError) in _ = try LabelTable.read(path, task: .expression) }.contains(
                "the header is \"path,mood\", expected a column \"label\" or \"expression\""))
        let none = try folder.file("n.csv", "label\n1\n")
        #expect(
            message { () throws(TrainingError) in _ = try LabelTable.read(none, task: .expression) }.contains(
                "expected a column \"path\""))
    }

    @Test func foldersThatStandForLabelsAreNotVideos() throws {
        let folder = try TemporaryFolder()
        var text = "path,label\n"
        for label in ["anger", "fear"] {
            for index in 0..<3 {
                try folder.file("\(label)/\(index).jpg", "x")
                text += "\(label)/\(index).jpg,\(label)\n"
            }
        }
        let result = try LabelTable.read(folder.file("l.csv", text), task: .expression)
        #expect(Set(result.videos).count == 6)
        #expect(result.notes.count == 1)
    }
}

@Suite struct AnnotatedTableTests {
    private let header =
        "frame,face_id,timestamp,confidence,success,pts,status,face_x,face_y,face_w,face_h,expression"

    @Test func anAddedLabelColumnComesFirst() throws {
        let folder = try TemporaryFolder()
        let video = try folder.file("clip.mp4", "x")
        try folder.file("clip.meta.json", "{\"input\": {\"path\": \"/elsewhere/clip.mp4\"}}")
        let table = try folder.file(
            "clip.csv",
            header + ",label\n1,0,0.000000,0.9,1,0,ok,1,2,30,40,neutral,anger\n"
                + "2,-1,0.040000,,0,1,no_face,,,,,,\n3,0,0.080000,0.9,1,2,ok,1,2,30,40,neutral,\n"
                + "3,1,0.080000,0.9,1,2,ok,5,6,30,40,fear,fear\n")
        let result = try AnnotatedTable.read(table, task: .expression)
        #expect(result.samples.map(\.moment) == [.frame(1), .frame(3)])
        #expect(result.samples.allSatisfy { $0.path == video })
        #expect(result.samples[1].face == .init(id: 1, box: .init(x: 5, y: 6, width: 30, height: 40)))
        #expect((0..<2).map { result.labels.expression($0) } == [1, 3])
        #expect(result.times == [0, 0.08])
        #expect(result.tracks == [0, 1])
        #expect(result.skipped.map(\.count) == [1, 1])
    }

    @Test func withoutOneTheCorrectedColumnCounts() throws {
        let folder = try TemporaryFolder()
        let video = try folder.file("other.mp4", "x")
        let table = try folder.file("t.csv", header + "\n1,0,0.0,0.9,1,0,ok,1,2,30,40,sadness\n")
        let result = try AnnotatedTable.read(table, task: .expression, media: video)
        #expect(result.labels.expression(0) == 5)
        #expect(
            message { () throws(TrainingError) in _ = try AnnotatedTable.read(table, task: .expression) }
                .contains("or --media VIDEO"))
    }
}

@Suite struct AffWild2Tests {
    private func tree(_ folder: TemporaryFolder) throws {
        let root = "Aff-Wild2"
        try folder.file(
            "\(root)/EXPR_Recognition_Challenge/Train_Set/v1.txt",
            "Neutral,Anger,Disgust,Fear,Happiness,Sadness,Surprise,Other\n0\n4\n-1\n7\n3\n")
        try folder.file("\(root)/EXPR_Recognition_Challenge/Train_Set/v2_left.txt", "Neutral,...\r\n1\r\n")
        try folder.file("\(root)/EXPR_Recognition_Challenge/Train_Set/v2_right.txt", "Neutral,...\n2\n")
        try folder.file(
            "\(root)/AU_Detection_Challenge/Validation_Set/v3.txt",
            "AU1,AU2,AU4,AU6,AU7,AU10,AU12,AU15,AU23,AU24,AU25,AU26\n1,0,0,0,0,0,1,0,0,0,0,1\n"
                + "1,0,0,0,0,0,1,0,0,0,0,-1\n")
        for image in [
            "v1/00001", "v1/00002", "v1/00003", "v1/00005", "v2_left/00001", "v2_right/00001", "v3/00001",
            "v3/00002", "v9/00001", "v9/00003",
        ] {
            try folder.file("\(root)/cropped_aligned/\(image).jpg", "x")
        }
    }

    @Test func framesAreThoseWithLabelAndImage() throws {
        let folder = try TemporaryFolder()
        try tree(folder)
        let root = folder.path + "/Aff-Wild2"
        #expect(AffWild2.matches(folder: root))
        let result = try AffWild2.read(root, task: .expression, part: .train)
        #expect(
            result.names == [
                "v1/00001.jpg", "v1/00002.jpg", "v1/00005.jpg", "v2_left/00001.jpg", "v2_right/00001.jpg",
            ])
        #expect((0..<5).map { result.labels.expression($0) } == [0, 4, 3, 1, 2])
        #expect(result.videos == [0, 0, 0, 1, 1], "left and right are one recording")
        #expect(result.tracks == [0, 0, 0, 1, 2])
        #expect(result.times == [0, 1 / 30.0, 4 / 30.0, 0, 0])
        #expect(result.skipped.map(\.count) == [1, 1])
        #expect(result.samples.allSatisfy { $0.isCrop })
        // The folders may lie one level deeper.
        let deeper = try AffWild2.read(folder.path, task: .expression, part: .train)
        #expect(deeper.names == result.names)
    }

    @Test func anyMissingUnitMakesTheFrameInvalid() throws {
        let folder = try TemporaryFolder()
        try tree(folder)
        let result = try AffWild2.read(folder.path + "/Aff-Wild2", task: .actionUnits, part: .validation)
        #expect(result.names == ["v3/00001.jpg"])
        #expect(result.labels.isActive(0, unit: 6) == true && result.labels.isActive(0, unit: 1) == false)
    }

    @Test func malformedRowsAreNamed() throws {
        let folder = try TemporaryFolder()
        try tree(folder)
        let path = try folder.file(
            "Aff-Wild2/EXPR_Recognition_Challenge/Train_Set/v1.txt", "Neutral,...\n0\n\n9\n")
        let text = message { () throws(TrainingError) in
            _ = try AffWild2.read(folder.path + "/Aff-Wild2", task: .expression, part: .train)
        }
        #expect(text.contains("2 of 5 rows are malformed"))
        #expect(text.contains("\(path):3: found \"\", expected an expression from 0 to 7, or -1"))
        #expect(text.contains("\(path):4: found \"9\""))
    }

    @Test func theTestSetHasImagesOnly() throws {
        let folder = try TemporaryFolder()
        try tree(folder)
        let result = try AffWild2.unlabelled(folder.path + "/Aff-Wild2", task: .expression)
        #expect(result.names == ["v3/00001.jpg", "v3/00002.jpg", "v9/00001.jpg", "v9/00003.jpg"])
    }

    @Test func submissionsHaveTheChallengesFormat() throws {
        let folder = try TemporaryFolder()
        var probabilities = [Float](repeating: 0, count: 16)
        probabilities[4] = 1
        probabilities[8 + 7] = 1
        let expression = Submission(
            task: .expression, names: ["v9/00001.jpg", "v9/00003.jpg"], probabilities: probabilities,
            thresholds: [])
        let path = folder.path + "/s.txt"
        let count = try expression.write(to: path, template: nil)
        #expect(count == 2)
        let header = "image_location,Neutral,Anger,Disgust,Fear,Happiness,Sadness,Surprise,Other\n"
        #expect(
            try String(contentsOfFile: path, encoding: .utf8) == header + "v9/00001.jpg,4\nv9/00003.jpg,7\n")
        let template = try folder.file("t.csv", header + "v9/00001.jpg\nv9/00002.jpg\nv9/00004.jpg\n")
        let filled = try expression.write(to: path, template: template)
        #expect(filled == 3)
        #expect(
            try String(contentsOfFile: path, encoding: .utf8)
                == header + "v9/00001.jpg,4\nv9/00002.jpg,4\nv9/00004.jpg,7\n")
        let units = Submission(
            task: .actionUnits, names: ["v/00001.jpg"], probabilities: (0..<12).map { Float($0) / 11 },
            thresholds: Array(repeating: 0.5, count: 12))
        _ = try units.write(to: path, template: nil)
        #expect(
            try String(contentsOfFile: path, encoding: .utf8)
                == "image_location,AU1,AU2,AU4,AU6,AU7,AU10,AU12,AU15,AU23,AU24,AU25,AU26\n"
                + "v/00001.jpg,0,0,0,0,0,0,1,1,1,1,1,1\n")
    }
}
