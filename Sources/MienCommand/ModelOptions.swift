import Mien

/// The options that choose a model, the same for every command that takes one.
struct ModelOptions {
    static let options = [
        Option("--model", value: "DIR", help: "the model folder; default: the one that is built in"),
        Option(
            "--precision", value: "fp32|int8",
            help:
                "the numbers the encoder computes with; int8 is about twice as fast and\na little less exact. Default: as the weights are stored"
        ),
        Option("--threads", value: "N", help: "cores for the encoder; default: all. Changes no result"),
    ]

    let folder: String?
    let threads: Int?
    let precision: Precision?

    init(_ arguments: Arguments) throws(UsageError) {
        folder = arguments.string("--model")
        threads = try arguments.integer("--threads", in: 1...1024)
        precision = try arguments.choice("--precision", of: Precision.allCases.map(\.rawValue))
            .flatMap(Precision.init)
    }

    func load() throws(MienError) -> Model {
        let model =
            if let folder {
                try Model(folder: folder, threads: threads, precision: precision)
            } else {
                try Model.embedded(threads: threads, precision: precision)
            }
        if let assumption = model.assumption { Console.say(assumption) }
        return model
    }
}
