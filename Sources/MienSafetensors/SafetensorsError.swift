/// What can go wrong while tensors are read and written. Each message names the file, the tensor and what
/// was expected.
package enum SafetensorsError: Error, Equatable, CustomStringConvertible {
    /// The file cannot be opened, mapped or read.
    case cannotRead(path: String, reason: String)
    /// The file cannot be created, written or renamed.
    case cannotWrite(path: String, reason: String)
    /// The file as a whole is not a safetensors file.
    case malformedFile(path: String, reason: String)
    /// The header describes one tensor wrongly.
    case malformedTensor(path: String, tensor: String, reason: String)
    /// The file has no tensor of this name.
    case missingTensor(path: String, tensor: String)
    case wrongShape(path: String, tensor: String, found: [Int], expected: [Int])
    case wrongType(path: String, tensor: String, found: String, expected: String)
    /// Rows were asked for that the tensor does not have.
    case missingRows(path: String, tensor: String, found: Int, wanted: Range<Int>)

    package var description: String {
        switch self {
        case .cannotRead(let path, let reason):
            "\(path): cannot be read: \(reason)"
        case .cannotWrite(let path, let reason):
            "\(path): cannot be written: \(reason)"
        case .malformedFile(let path, let reason):
            "\(path): not a valid safetensors file: \(reason)"
        case .malformedTensor(let path, let tensor, let reason):
            "\(path): tensor \"\(tensor)\": \(reason)"
        case .missingTensor(let path, let tensor):
            "\(path): tensor \"\(tensor)\" is missing"
        case .wrongShape(let path, let tensor, let found, let expected):
            "\(path): tensor \"\(tensor)\" has shape \(found), expected \(expected)"
        case .wrongType(let path, let tensor, let found, let expected):
            "\(path): tensor \"\(tensor)\" has type \(found), expected \(expected)"
        case .missingRows(let path, let tensor, let found, let wanted):
            "\(path): tensor \"\(tensor)\" has \(found) rows, expected at least \(wanted.upperBound)"
        }
    }
}
