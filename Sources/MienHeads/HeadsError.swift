import MienSafetensors

/// What can go wrong while heads and manifests are read and written. Each message names the file, the thing
/// in it and what was expected.
package enum HeadsError: Error, Equatable, CustomStringConvertible {
    /// The file of the heads cannot be read, or a tensor of it is missing or has the wrong shape or type.
    case tensor(SafetensorsError)
    /// The file has neither expression nor action unit tensors.
    case noHead(path: String)
    /// A tensor is there that no head has, so the file was made for something else.
    case unexpectedTensor(path: String, tensor: String)
    /// The heads were trained on embeddings of another width.
    case wrongWidth(path: String, tensor: String, found: [Int], width: Int)
    /// A tensor holds numbers that no trained head has.
    case badValue(path: String, tensor: String, index: Int, value: Float, expected: String)
    /// The manifest cannot be read or written.
    case manifestFile(path: String, reason: String)
    /// The manifest has a key whose value is not what it should be.
    case manifestValue(path: String, key: String, found: String, expected: String)

    package var description: String {
        switch self {
        case .tensor(let error):
            error.description
        case .noHead(let path):
            "\(path): no tensor \"expression.output.weight\" or \"au.output.weight\", expected at least one "
                + "head, as mien train writes it"
        case .unexpectedTensor(let path, let tensor):
            "\(path): tensor \"\(tensor)\" belongs to no head; expected \"expression.\" or \"au.\" followed by "
                + "\"layers.N.linear\", \"layers.N.norm\" (N counting from 0) or \"output\""
        case .wrongWidth(let path, let tensor, let found, let width):
            "\(path): tensor \"\(tensor)\" has shape \(found), expected [\(found.first ?? 0), \(width)]: the "
                + "encoder's embeddings have \(width) elements"
        case .badValue(let path, let tensor, let index, let value, let expected):
            "\(path): tensor \"\(tensor)\", element \(index): \(value), expected \(expected)"
        case .manifestFile(let path, let reason):
            "\(path): \(reason)"
        case .manifestValue(let path, let key, let found, let expected):
            "\(path): \(key): found \(found), expected \(expected)"
        }
    }
}
