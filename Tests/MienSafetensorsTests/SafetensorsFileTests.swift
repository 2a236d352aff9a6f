import Foundation
import MienSafetensors
import MienTensor
import TestSupport
import Testing

@Suite struct SafetensorsFileTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// A file with this header and so many bytes of data.
    private func bytes(_ header: String, data: Int) -> [UInt8] {
        let json = Array(header.utf8)
        return (0..<8).map { UInt8(truncatingIfNeeded: json.count >> (8 * $0)) } + json
            + [UInt8](repeating: 0, count: data)
    }

    private func message(_ header: String, data: Int) throws -> String {
        let path = try folder.file("bad.safetensors", bytes(header, data: data))
        let error = #expect(throws: SafetensorsError.self) { try SafetensorsFile(path: path) }
        let text = try #require(error).description
        #expect(text.hasPrefix(path))
        return text
    }

    @Test(arguments: [
        (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]"#, 8, "lacks a '}'"),
        (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}} x"#, 8, "after its end"),
        (
            #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,12]}}"#, 8,
            "8 bytes of data, expected 12: it is cut short"
        ),
        (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}"#, 8, "\"a\": lies at bytes 8 to 0"),
        (#"{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}"#, 8, "\"a\": has 8 bytes, expected 12"),
        (#"{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,8]}}"#, 8, "no whole number"),
        (#"{"a":{"dtype":"F32","shape":[2.0],"data_offsets":[0,8]}}"#, 8, "lacks a ']'"),
        (#"{"a":{"dtype":"F32","shape":[4611686018427387904,2],"data_offsets":[0,8]}}"#, 8, "impossible"),
        (#"{"a":{"dtype":"F32","shape":[0,4611686018427387904,2],"data_offsets":[0,0]}}"#, 0, "impossible"),
        (#"{"a":{"dtype":"F32","shape":[99999999999999999999],"data_offsets":[0,8]}}"#, 8, "too large"),
        (#"{"a":{"dtype":"F99","shape":[2],"data_offsets":[0,8]}}"#, 8, "unknown dtype \"F99\""),
        (#"{"a":{"shape":[2],"data_offsets":[0,8]}}"#, 8, "\"a\": has no dtype"),
        (#"{"a":{"dtype":"F32","data_offsets":[0,8]}}"#, 8, "\"a\": has no shape"),
        (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0]}}"#, 8, "\"a\": has no data_offsets"),
        (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"x":1}}"#, 8, "unknown key \"x\""),
        (
            #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"a":{"dtype":"F32","shape":[0],"data_offsets":[8,8]}}"#,
            8, "\"a\" appears twice"
        ),
        (
            #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}"#,
            12, "\"b\": overlaps"
        ),
        (
            #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"U8","shape":[3],"data_offsets":[9,12]}}"#,
            12, "\"b\": leaves a gap"
        ),
        (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#, 9, "9 bytes of data, expected 8"),
        (#"{"__metadata__":{"x":1}}"#, 0, "lacks a '\"'"),
        ("{\"\u{1}\":1}", 0, "control character"),
        (#"{"\ud800":1}"#, 0, "surrogate"),
        (#"{"\q":1}"#, 0, "unknown escape"),
        (#"[]"#, 0, "lacks a '{'"),
        ("", 0, "lacks a '{'"),
    ])
    func aWrongHeaderIsNamed(header: String, data: Int, expected: String) throws {
        let text = try message(header, data: data)
        #expect(text.contains(expected), "\(text)")
    }

    @Test(arguments: [
        ([], "0 bytes"), ([1, 2, 3], "3 bytes"), ([9, 0, 0, 0, 0, 0, 0, 0, 0x7B], "only 1 follow"),
        ([UInt8](repeating: 0xFF, count: 16), "at most 100000000"),
        (
            Array("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n".utf8),
            "a Git LFS pointer, which stands for the file: run 'git lfs pull'"
        ),
        (Array("\n<!DOCTYPE html>\n<title>Sign in</title>".utf8), "a web page"),
        (
            Array("Access to model x is restricted".utf8),
            "text, \"Access to model x is restricted\": download"
        ),
        (
            [0x50, 0x4B, 3, 4, 0, 0, 8, 8, 0, 0],
            "a zip file, as PyTorch's .bin, .pt and .ckpt are: convert it"
        ),
        ([0x80, 2, 0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46], "a pickle of Python"),
        ([0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3], "compressed with gzip: unpack it"),
        (
            [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A],
            "an HDF5 file, weights for TensorFlow; convert them"
        ),
    ])
    func aFileThatIsTooShortIsNamed(bytes: [UInt8], expected: String) throws {
        let path = try folder.file("short.safetensors", bytes)
        let error = try #require(#expect(throws: SafetensorsError.self) { try SafetensorsFile(path: path) })
        #expect(error.description.contains(expected), "\(error)")
    }

    @Test func aMissingFileAndAFolderAreNamed() throws {
        #expect(throws: SafetensorsError.cannotRead(path: "/none", reason: "No such file or directory")) {
            try SafetensorsFile(path: "/none")
        }
        #expect(
            throws: SafetensorsError.cannotRead(path: folder.url.path, reason: "it is not a regular file")
        ) {
            try SafetensorsFile(path: folder.url.path)
        }
    }

    @Test func missingWrongAndShortTensorsAreNamed() throws {
        let header =
            #"{"a":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]},"n":{"dtype":"U8","shape":[],"data_offsets":[8,9]}}"#
        let path = try folder.file("f.safetensors", bytes(header, data: 9))
        let file = try SafetensorsFile(path: path)
        #expect(throws: SafetensorsError.missingTensor(path: path, tensor: "b")) { _ = try file.floats("b") }
        #expect(throws: SafetensorsError.wrongShape(path: path, tensor: "a", found: [2, 1], expected: [2])) {
            _ = try file.floats("a", shape: [2])
        }
        #expect(
            throws: SafetensorsError.wrongType(
                path: path, tensor: "n", found: "U8", expected: "F32, F16 or BF16")
        ) { _ = try file.floats("n") }
        #expect(throws: SafetensorsError.wrongType(path: path, tensor: "a", found: "F32", expected: "F64")) {
            _ = try file.doubles("a")
        }
        #expect(throws: SafetensorsError.missingRows(path: path, tensor: "a", found: 2, wanted: 1..<3)) {
            var buffer = FloatBuffer(count: 2)
            var span = buffer.mutableSpan
            try file.floats("a", rows: 1..<3, into: &span)
        }
        #expect(try file.integers("n") == [0])
    }

    @Test func elementsNeedNotBeAligned() throws {
        var file = bytes(
            #"{"n":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"a":{"dtype":"F32","shape":[1],"data_offsets":[1,5]}}"#,
            data: 5)
        file.replaceSubrange(file.count - 4..<file.count, with: [0, 0, 0xC0, 0x3F])
        let read = try SafetensorsFile(path: folder.file("f.safetensors", file))
        let a = try read.floats("a")
        #expect(a.span[0] == 1.5)
    }

    @Test func escapesInNamesAreRead() throws {
        let header =
            #"{"__metadata__":{"k":"\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00"},"\u0061":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}"#
        let file = try SafetensorsFile(path: folder.file("f.safetensors", bytes(header, data: 0)))
        #expect(file.tensors.keys.sorted() == ["a"])
        #expect(file.metadata == ["k": "\"\\/\u{8}\u{C}\n\r\té😀"])
    }

    @Test func mutatedFilesNeverCrash() throws {
        let header =
            #"{"__metadata__":{"a":"b"},"x":{"dtype":"F16","shape":[2,3],"data_offsets":[0,12]},"y":{"dtype":"I64","shape":[1],"data_offsets":[12,20]}} "#
        let original = bytes(header, data: 20)
        let tokens: [[UInt8]] = ["\"", "{", "}", "[", "]", ",", ":", "9", "-", "\\u", "0", "null", "é"]
            .map { Array($0.utf8) }
        var generator = Random(seed: 1)
        var opened = 0
        for _ in 0..<1500 {
            var mutant = original
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                let place = Int.random(in: 0..<mutant.count, using: &generator)
                switch Int.random(in: 0..<5, using: &generator) {
                case 0: mutant[place] = UInt8.random(in: 0...255, using: &generator)
                case 1: mutant[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
                case 2: mutant.remove(at: place)
                case 3: mutant.insert(contentsOf: tokens.randomElement(using: &generator)!, at: place)
                default: mutant.removeLast(min(mutant.count - 8, place & 15))
                }
            }
            let path = try folder.file("mutant.safetensors", mutant)
            guard let file = try? SafetensorsFile(path: path) else { continue }
            opened += 1
            for (name, tensor) in file.tensors {
                if let floats = try? file.floats(name) { #expect(floats.count == tensor.count) }
                _ = try? file.integers(name)
                _ = try? file.doubles(name)
                var row = FloatBuffer(count: 0)
                var span = row.mutableSpan
                try? file.floats(name, rows: 0..<0, into: &span)
            }
        }
        #expect(opened > 0)
    }
}
