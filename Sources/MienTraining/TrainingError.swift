import MienHeads
import MienSafetensors
import MienTimeline

/// What can go wrong in training and evaluation. Each message names the file, the thing in it and what was
/// expected.
package enum TrainingError: Error, CustomStringConvertible {
    /// A safetensors file cannot be read or written, or a tensor of it is wrong.
    case tensor(SafetensorsError)
    /// Heads or a manifest cannot be read or written.
    case heads(HeadsError)
    /// A table or a list cannot be read.
    case table(TimelineError)
    /// A file or folder cannot be read or written.
    case file(path: String, reason: String)
    /// The data set as a whole cannot be used as asked.
    case data(path: String, reason: String)
    /// Rows that say something no row can say. `rows` holds the first few.
    case malformed(path: String, rows: [MalformedRow], count: Int, of: Int)
    /// An option whose value makes no sense, or not with these data.
    case option(name: String, reason: String)
    /// Training ran away: a loss, a gradient or a weight is not finite, or the loss exploded.
    case diverged(epoch: Int, batch: Int, tensor: String, reason: String)
    /// A checkpoint belongs to other data or options.
    case checkpoint(path: String, reason: String)

    package var description: String {
        switch self {
        case .tensor(let error): error.description
        case .heads(let error): error.description
        case .table(let error): error.description
        case .file(let path, let reason), .data(let path, let reason), .checkpoint(let path, let reason):
            "\(path): \(reason)"
        case .malformed(let path, let rows, let count, let total):
            "\(path): \(count) of \(total) rows \(count == 1 ? "is" : "are") malformed"
                + rows.map { "\n  \($0)" }.joined()
                + (count > rows.count ? "\n  and \(count - rows.count) more" : "")
        case .option(let name, let reason):
            "\(name): \(reason)"
        case .diverged(let epoch, let batch, let tensor, let reason):
            "training stopped in epoch \(epoch), batch \(batch): \(tensor) \(reason); a lower --learning-rate or "
                + "--sam-rho usually helps, unless the features themselves are broken"
        }
    }
}

/// A row of a text file that cannot be understood.
package struct MalformedRow: Sendable, Equatable, CustomStringConvertible {
    package var path: String
    /// The line of the file, from 1.
    package var line: Int
    package var found: String
    package var expected: String

    package init(path: String, line: Int, found: String, expected: String) {
        self.path = path
        self.line = line
        self.found = found
        self.expected = expected
    }

    package var description: String { "\(path):\(line): found \(found), expected \(expected)" }
}

/// Gives the errors of the modules below the type of this one.
func wrapping<Value: ~Copyable>(_ body: () throws(SafetensorsError) -> Value) throws(TrainingError) -> Value {
    do throws(SafetensorsError) {
        return try body()
    } catch {
        throw .tensor(error)
    }
}

func wrapping<Value: ~Copyable>(_ body: () throws(HeadsError) -> Value) throws(TrainingError) -> Value {
    do throws(HeadsError) {
        return try body()
    } catch {
        throw .heads(error)
    }
}

func wrapping<Value: ~Copyable>(_ body: () throws(TimelineError) -> Value) throws(TrainingError) -> Value {
    do throws(TimelineError) {
        return try body()
    } catch {
        throw .table(error)
    }
}
