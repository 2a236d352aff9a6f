import Foundation
import Mien

// Uses a model folder, such as `mien model import` makes: OwnModel FOLDER VIDEO
guard CommandLine.arguments.count == 3 else { fatalError("usage: OwnModel FOLDER VIDEO") }
let model = try Model(folder: URL(fileURLWithPath: CommandLine.arguments[1]))
print("\(model.name): embeddings of \(model.embeddingWidth) numbers")
try model.embed(CommandLine.arguments[2]) { face in
    print(face.frame, "face \(face.faceID ?? -1):", face.values.prefix(3))
}
