import Foundation
import MienSafetensors
import MienTensor
import TestSupport
import Testing

@Suite struct SafetensorsWriterTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test func whatIsWrittenIsRead() throws {
        let path = folder.path("t.safetensors")
        var writer = SafetensorsWriter(metadata: ["é\n\"\\": "\u{1}"])
        writer.add(name: "a", shape: [3, 1], floats: FloatBuffer([1, -0.0, .infinity]).span)
        writer.add(name: "b\"", shape: [2], integers: [.min, .max])
        writer.add(name: "c", shape: [], doubles: [0.1])
        writer.add(name: "d", shape: [0, 4], floats: FloatBuffer(count: 0).span)
        try writer.write(to: path)

        let file = try SafetensorsFile(path: path)
        #expect(file.metadata == ["é\n\"\\": "\u{1}"])
        let a = try file.floats("a", shape: [3, 1])
        #expect((0..<3).map { a.span[$0].bitPattern } == [1, -0.0, Float.infinity].map(\.bitPattern))
        #expect(try file.integers("b\"") == [.min, .max])
        #expect(try file.doubles("c") == [0.1])
        #expect(file.tensors["d"]?.shape == [0, 4])
        for tensor in file.tensors.values { #expect(tensor.byteRange.lowerBound % tensor.type.size == 0) }
    }

    @Test func rowsAreReadInPieces() throws {
        let path = folder.path("t.safetensors")
        var writer = SafetensorsWriter()
        writer.add(name: "a", shape: [5, 2, 2], floats: FloatBuffer((0..<20).map(Float.init)).span)
        try writer.write(to: path)
        var rows = FloatBuffer(count: 8)
        var span = rows.mutableSpan
        try SafetensorsFile(path: path).floats("a", rows: 2..<4, into: &span)
        #expect((0..<8).map { rows.span[$0] } == (8..<16).map(Float.init))
    }

    @Test func aFailedWriteLeavesNothing() throws {
        let path = folder.path("taken")
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        let error = #expect(throws: SafetensorsError.self) { try SafetensorsWriter().write(to: path) }
        #expect(try #require(error).description.hasPrefix("\(path): cannot be written: "))
        #expect(folder.names == ["taken"])
        #expect(throws: SafetensorsError.self) { try SafetensorsWriter().write(to: "/none/t.safetensors") }
    }

    @Test(arguments: [0, 1, 3, 2000])
    func aStreamHoldsAllRows(count: Int) throws {
        let path = folder.path("s.safetensors")
        let width = 129
        let writer = try SafetensorsStreamWriter(
            path: path, tensor: "embeddings", width: width, integerColumns: ["frame", "face"],
            doubleColumns: ["time"])
        for row in 0..<count {
            try writer.append(
                FloatBuffer((0..<width).map { Float(row * width + $0) }).span,
                integers: [Int64(row), -1], doubles: [Double(row) / 3])
        }
        #expect(!folder.names.contains("s.safetensors"))
        try writer.finish(metadata: ["source": "clip.mp4"])
        #expect(folder.names == ["s.safetensors"])

        let file = try SafetensorsFile(path: path)
        #expect(file.metadata == ["source": "clip.mp4"])
        let floats = try file.floats("embeddings", shape: [count, width])
        #expect((0..<count * width).allSatisfy { floats.span[$0] == Float($0) })
        #expect(try file.integers("frame") == (0..<count).map(Int64.init))
        #expect(try file.integers("face") == (0..<count).map { _ in -1 })
        #expect(try file.doubles("time") == (0..<count).map { Double($0) / 3 })
        for tensor in file.tensors.values { #expect(tensor.byteRange.lowerBound % tensor.type.size == 0) }
    }

    @Test func anAbandonedStreamLeavesNothing() throws {
        do {
            let writer = try SafetensorsStreamWriter(
                path: folder.path("s.safetensors"), tensor: "a", width: 1)
            try writer.append(FloatBuffer([1]).span)
        }
        #expect(folder.names.isEmpty)
    }

    @Test func metadataThatDoesNotFitIsAnError() throws {
        let writer = try SafetensorsStreamWriter(
            path: folder.path("s.safetensors"), tensor: "a", width: 1, metadataBytes: 10)
        #expect(throws: SafetensorsError.self) {
            try writer.finish(metadata: ["k": String(repeating: "x", count: 1000)])
        }
    }
}
