import Foundation
import MienHeads
import TestSupport
import Testing

@Suite struct ModelManifestTests {
    @Test func aMissingKeyTakesItsDefault() throws {
        let folder = try TemporaryFolder()
        let manifest = try ModelManifest(path: folder.file("mien.json", "{}"))
        #expect(manifest == ModelManifest())
        #expect(manifest.calibration.expressionTemperature == 1)
        #expect(manifest.calibration.actionUnitThresholds == Array(repeating: 0.5, count: 12))
        #expect(manifest.smoothing.expressionSeconds == 0.6 && manifest.smoothing.expressionVotes)
        #expect(manifest.smoothing.actionUnitSeconds == 0.23)
        #expect(manifest.licence == nil)
    }

    @Test(arguments: [
        (#"{"expression_seconds": 3.4}"#, 3.4, false),
        (#"{"expression_seconds": 1, "expression_method": "vote"}"#, 1, true),
        (#"{"expression_seconds": 1, "expression_method": "mean"}"#, 1, false),
        (#"{"au_seconds": 1}"#, 0.6, true),
    ])
    func aWindowWithoutAMethodIsAMean(smoothing: String, seconds: Double, votes: Bool) throws {
        let folder = try TemporaryFolder()
        let path = try folder.file("mien.json", #"{"smoothing": \#(smoothing)}"#)
        let manifest = try ModelManifest(path: path)
        #expect(manifest.smoothing.expressionSeconds == seconds)
        #expect(manifest.smoothing.expressionVotes == votes)
        try manifest.write(to: path)
        #expect(try ModelManifest(path: path) == manifest)
    }

    @Test func unknownKeysSurviveOnEveryLevel() throws {
        let text = """
            {"format": 1, "future": {"a": [1, 2.5, null, true, "x"]}, "crop": {"eye_distance": 0.369, "shape": "oval"},
             "calibration": {"expression_temperature": 1.25, "method": "grid"}, "smoothing": {"kernel": "box"},
             "labels": {"language": "en"}, "provenance": {"data": "mine"}, "licence": "MIT"}
            """
        let folder = try TemporaryFolder()
        let manifest = try ModelManifest(path: folder.file("mien.json", text))
        let copy = folder.path + "/copy.json"
        try manifest.write(to: copy)
        #expect(try ModelManifest(path: copy) == manifest)
        #expect(manifest.unknown["future"] == ["a": [1, 2.5, .null, true, "x"]])
        #expect(manifest.crop.unknown["shape"] == "oval")
        #expect(manifest.crop.eyeDistance == 0.369)
        #expect(manifest.calibration.unknown["method"] == "grid")
        #expect(manifest.unknownLabels["language"] == "en")
        #expect(manifest.provenance["data"] == "mine")
        let written = try String(contentsOfFile: copy, encoding: .utf8)
        #expect(written.contains("\"oval\"") && written.contains("\"box\""))
    }

    @Test func writingTwiceGivesTheSameBytes() throws {
        var manifest = ModelManifest(name: "mine")
        manifest.provenance = ["b": 1, "a": ["z": 1.5, "y": "x/y"]]
        #expect(manifest.document.text() == manifest.document.text())
        #expect(manifest.document.text().contains("x/y"))
        let coded = try JSONDecoder().decode(ModelManifest.self, from: JSONEncoder().encode(manifest))
        #expect(coded == manifest)
    }

    @Test(arguments: [
        (#"{"format": 2}"#, "format: found 2, expected a format up to 1, which this version reads"),
        (#"{"name": 3}"#, "name: found 3, expected a string"),
        (#"[]"#, "the document: found [], expected an object"),
        (
            #"{"labels": {"expression": ["neutral", "anger"]}}"#,
            "labels.expression: found 2 labels, expected neutral, anger, disgust, fear, happiness, sadness, "
                + "surprise, other in this order"
        ),
        (
            #"{"labels": {"au": ["AU01", "AU02", "AU05"]}}"#,
            "labels.au: found \"AU05\" at index 2, expected AU01, AU02, AU04, AU06, AU07, AU10, AU12, AU15, AU23, "
                + "AU24, AU25, AU26 in this order"
        ),
        (
            #"{"calibration": {"au_thresholds": [0.5]}}"#,
            "calibration.au_thresholds: found [0.5], expected a list of 12 numbers, each a number from 0.0 to "
                + "1.0"
        ),
        (
            #"{"calibration": {"expression_temperature": 0}}"#,
            "calibration.expression_temperature: found 0, expected a number from 0.001 to 1000.0"
        ),
        (#"{"crop": {"roll": "yes"}}"#, "crop.roll: found \"yes\", expected true or false"),
        (#"{"crop": 1}"#, "crop: found 1, expected an object"),
        (
            #"{"smoothing": {"au_seconds": -1}}"#,
            "smoothing.au_seconds: found -1, expected a number from 0.0 to 3600.0"
        ),
    ])
    func aWrongValueIsNamed(text: String, message: String) throws {
        let folder = try TemporaryFolder()
        let path = try folder.file("mien.json", text)
        do throws(HeadsError) {
            _ = try ModelManifest(path: path)
            Issue.record("no error for \(text)")
        } catch {
            #expect(error.description == "\(path): \(message)")
        }
    }

    @Test func brokenJSONIsNamed() throws {
        let folder = try TemporaryFolder()
        let path = try folder.file("mien.json", "{\"name\": ")
        do throws(HeadsError) {
            _ = try ModelManifest(path: path)
            Issue.record("no error")
        } catch {
            #expect(error.description.hasPrefix("\(path): not valid JSON"))
        }
        #expect(throws: HeadsError.self) { _ = try ModelManifest(path: folder.path + "/none.json") }
    }
}
