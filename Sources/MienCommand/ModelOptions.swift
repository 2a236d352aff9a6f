import Mien

/// The options that choose a model, the same for every command that takes one.
struct ModelOptions {
    static let options = [
        Option("--model", value: "DIR", help: "the model folder; default: the one that is built in"),
        Option("--threads", value: "N", help: "cores for the encoder; default: all. Changes no result"),
    ]

    let folder: String?
    let threads: Int?

    init(_ arguments: Arguments) throws(UsageError) {
        folder = arguments.string("--model")
        threads = try arguments.integer("--threads", in: 1...1024)
    }

    func load() throws(MienError) -> Model {
        if let folder {
            try Model(folder: folder, threads: threads)
        } else {
            try Model.embedded(threads: threads)
        }
    }
}
