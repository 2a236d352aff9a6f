import Foundation
import MienImage
import MienVideo

/// A frame without its image, which the reader may use again.
struct Row: Equatable {
    var index: Int
    var pts: Int64?
    var timestamp: Double
    var isDamaged: Bool
    var width: Int
    var height: Int
    var pixels: Int
}

/// All frames of an input.
struct Reading {
    var rows: [Row] = []
    var properties: VideoProperties
    var report: VideoReport

    init(_ input: String, options: VideoOptions = VideoOptions()) throws {
        let reader = try VideoReader(input, options: options)
        properties = reader.properties
        while let frame = try reader.next() {
            rows.append(
                Row(
                    index: frame.index, pts: frame.pts, timestamp: frame.timestamp,
                    isDamaged: frame.isDamaged,
                    width: frame.image.width, height: frame.image.height, pixels: checksum(frame.image)))
        }
        report = reader.report
    }
}

/// Tells images apart, padding left out.
func checksum(_ image: Image) -> Int {
    var hasher = Hasher()
    for y in 0..<image.height {
        hasher.combine(
            bytes: UnsafeRawBufferPointer(
                start: image.baseAddress + y * image.bytesPerRow, count: 3 * image.width))
    }
    return hasher.finalize()
}

func firstImage(_ input: String) throws -> Image {
    let reader = try VideoReader(input)
    guard let frame = try reader.next() else { throw ToolFailure(text: "\(input): no frame") }
    return frame.image
}

/// The largest difference between a pixel and a colour.
func distance(_ pixel: (red: UInt8, green: UInt8, blue: UInt8), _ colour: [Int]) -> Int {
    zip([pixel.red, pixel.green, pixel.blue], colour).map { abs(Int($0) - $1) }.max() ?? 0
}
