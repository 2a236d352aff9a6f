import MienSafetensors

/// What can be wrong with a model folder. Each message names the file, the key or tensor, and what was
/// expected.
package enum CLIPError: Error, Equatable, CustomStringConvertible {
    /// A file cannot be opened or read.
    case cannotRead(path: String, reason: String)
    /// The folder lacks a file.
    case missingFile(folder: String, expected: String)
    /// A file does not hold what its name says.
    case malformed(path: String, reason: String)
    /// A configuration file has a value that cannot be used.
    case wrongValue(path: String, key: String, found: String, expected: String)
    /// The checkpoint's tensors carry none of the known names.
    case unknownNames(path: String, expected: String)
    /// The checkpoint has a tensor that belongs to another architecture.
    case unsupported(path: String, tensor: String, reason: String)
    /// A tensor is missing, malformed, or of the wrong shape or type.
    case tensor(SafetensorsError)

    package var description: String {
        switch self {
        case .cannotRead(let path, let reason):
            "\(path): cannot be read: \(reason)"
        case .missingFile(let folder, let expected):
            "\(folder): has no \(expected)"
        case .malformed(let path, let reason):
            "\(path): \(reason)"
        case .wrongValue(let path, let key, let found, let expected):
            "\(path): \"\(key)\" is \(found), expected \(expected)"
        case .unknownNames(let path, let expected):
            "\(path): is not a CLIP vision checkpoint: expected \(expected)"
        case .unsupported(let path, let tensor, let reason):
            "\(path): tensor \"\(tensor)\": \(reason)"
        case .tensor(let error):
            error.description
        }
    }
}
