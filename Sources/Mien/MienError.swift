import Foundation
import MienTimeline

/// Why a run could not start or had to end. Every message names the file, the thing and what was expected.
public enum MienError: LocalizedError, CustomStringConvertible, Equatable {
    /// A field of the ``Configuration`` is out of range.
    case configuration(String)
    /// The input could not be opened or read.
    case input(String)
    /// The model folder could not be used.
    case model(String)
    /// The output could not be written.
    case output(String)
    /// Nobody reads the pipe any more that the output goes to, as after `| head`: no fault of anybody's.
    case closedPipe(String)

    /// The message, for `localizedDescription`.
    public var errorDescription: String? { description }

    /// The message.
    public var description: String {
        switch self {
        case .configuration(let message), .input(let message), .model(let message), .output(let message),
            .closedPipe(let message):
            message
        }
    }
}

extension MienError {
    /// Gives an error of any module its place among the reasons a run can end for.
    init(_ error: any Error) {
        self =
            switch error {
            case let error as MienError: error
            case let error as TimelineError:
                error.isClosedPipe ? .closedPipe("\(error)") : .output("\(error)")
            default: .input("\(error)")
            }
    }
}
