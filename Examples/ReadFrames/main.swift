import Mien

// Reads frames from memory, one by one: here grey pictures that hold no face. A camera's library, a game engine or a
// decoder of one's own would give them.
let reader = try Analyzer().frameReader()
let (width, height) = (320, 240)
for index in 0..<5 {
    let pixels = [UInt8](repeating: UInt8(100 + index), count: 4 * width * height)
    let frame = try Frame(
        timestamp: Double(index) / 25, width: width, height: height, format: .bgra, pixels: pixels)
    for row in try reader.read(frame) { print(row.frame, row.status.rawValue) }
}
