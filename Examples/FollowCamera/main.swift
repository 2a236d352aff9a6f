import Foundation
import Mien

// Follows a camera until it ends or the program is interrupted: FollowCamera v4l2:///dev/video0
guard CommandLine.arguments.count == 2 else { fatalError("usage: FollowCamera SOURCE") }
var configuration = LiveConfiguration()
configuration.source.isRealtime = true
let progress = try Analyzer().follow(CommandLine.arguments[1], configuration: configuration) { reading in
    guard let face = reading.faceID, let expression = reading.smoothedExpression?.dominant else { return }
    print(reading.timestamp, "face \(face):", expression)
}
print("\(progress.frames) frames, \(progress.droppedFrames) dropped")
