import Mien
import MienHeads
import MienTraining

extension ExitCode {
    /// The exit code that goes with an error of training or evaluation.
    init(_ error: TrainingError) {
        switch error {
        case .option: self = .usage
        case .heads: self = .model
        case .tensor, .file, .data, .malformed, .diverged, .checkpoint, .table: self = .input
        }
    }
}

/// Runs a subcommand's work and says what became of errors that training knows and annotating does not.
func reportingTrainingErrors(_ body: () throws -> ExitCode) throws -> ExitCode {
    do {
        return try body()
    } catch let error as TrainingError {
        Console.say("\(error)")
        return ExitCode(error)
    } catch let error as HeadsError {
        Console.say("\(error)")
        return .model
    } catch let error as ModelEmbedder.Interrupted {
        Console.say("\(error)")
        return .interrupted
    }
}

/// Checks of values that the training does itself are still about the command line.
func usage<Value>(_ body: () throws(TrainingError) -> Value) throws(UsageError) -> Value {
    do throws(TrainingError) {
        return try body()
    } catch {
        throw UsageError("\(error)")
    }
}
