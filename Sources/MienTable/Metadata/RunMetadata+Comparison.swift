import MienTimeline

extension RunMetadata {
    /// What keeps a run described by `other` from giving the table of this one, or nil if nothing does: the
    /// version of mien, the model, an option or the input. Where the input lies does not matter.
    package func difference(from other: RunMetadata) -> String? {
        if mien != other.mien { return "it is of mien \(mien), this is \(other.mien)" }
        if model.sha256 != other.model.sha256 {
            return "its model is \(model.label), not \(other.model.label)"
        }
        for name in Set(options.keys).union(other.options.keys).sorted() {
            let value = (options[name] ?? .none).asRead
            let wanted = (other.options[name] ?? .none).asRead
            if value != wanted { return "its \(name) is \(value.text), this run's \(wanted.text)" }
        }
        if input.bytes != other.input.bytes || input.sampleSHA256 != other.input.sampleSHA256 {
            return "it is of another content of \(other.input.path)"
        }
        if input.modified != other.input.modified {
            return "\(other.input.path) has been modified since"
        }
        return nil
    }
}

extension ModelRecord {
    /// The name and enough of the hash to tell two models apart.
    fileprivate var label: String { "\(name) (\(sha256?.prefix(12) ?? "no hash"))" }
}

extension MetadataValue {
    /// The value that is read back where this one was written: JSON has one kind of number, and no infinity.
    fileprivate var asRead: MetadataValue {
        guard case .number(let number) = self else { return self }
        if let integer = Int(exactly: number) { return .integer(integer) }
        return number.isFinite ? self : .text(number.isNaN ? "nan" : number > 0 ? "inf" : "-inf")
    }

    fileprivate var text: String {
        switch self {
        case .none: "not given"
        case .flag(let flag): "\(flag)"
        case .integer(let integer): "\(integer)"
        case .number(let number): "\(number)"
        case .text(let text): text
        case .list(let list): list.map(\.text).joined(separator: ",")
        }
    }
}
