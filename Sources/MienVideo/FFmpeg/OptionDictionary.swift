import CFFmpeg

/// FFmpeg's dictionary of options: a call takes what it knows and leaves the rest.
struct OptionDictionary: ~Copyable {
    var pointer: OpaquePointer?

    init(_ options: [String: String]) {
        for (name, value) in options { av_dict_set(&pointer, name, value, 0) }
    }

    deinit {
        var pointer = pointer
        av_dict_free(&pointer)
    }

    /// The name of an option that nothing took.
    var leftover: String? {
        guard let entry = av_dict_get(pointer, "", nil, AV_DICT_IGNORE_SUFFIX) else { return nil }
        return String(cString: entry.pointee.key)
    }
}
