/// The format, size and rate to ask a camera for.
package struct CameraMode: Equatable {
    /// FFmpeg's name of the format; nil leaves the choice to FFmpeg.
    package var inputFormat: String?
    package var size: PictureSize?
    package var rate: Double?

    /// Options for FFmpeg's camera input.
    var options: [String: String] {
        var options: [String: String] = [:]
        options["input_format"] = inputFormat
        options["video_size"] = size?.description
        options["framerate"] = rate.map { "\($0)" }
        return options
    }

    /// Chooses for `wanted` of what `formats` offers.
    ///
    /// Without a wanted format: an uncompressed one, which has no compression's damage and costs no decoding,
    /// unless only a compressed one is as fast as wanted, which is usual at large sizes. Without a wanted rate,
    /// 30 frames a second are.
    ///
    /// - Parameter current: The size that is set now, which stays if none is wanted.
    /// - Returns: nil if a wanted format or size is not offered.
    package init?(_ wanted: CameraMode, of formats: [CameraFormat], current: PictureSize?) {
        // A driver that lists nothing may still stream.
        guard !formats.isEmpty else {
            self = wanted
            return
        }
        func size(in format: CameraFormat, _ size: PictureSize) -> CameraSize? {
            format.sizes.first { $0.includes(size) }
        }
        let usable = formats.filter { format in
            guard let name = format.inputFormat else { return false }
            if let asked = wanted.inputFormat, asked != name { return false }
            guard let asked = wanted.size, !format.sizes.isEmpty else { return true }
            return size(in: format, asked) != nil
        }
        guard !usable.isEmpty else { return nil }
        let rate = wanted.rate ?? 30
        func speed(_ format: CameraFormat) -> Double {
            guard let size = (wanted.size ?? current).flatMap({ size(in: format, $0) }) else { return 0 }
            return min(size.rates.first ?? 0, rate)
        }
        // Of those that are equally fast the first that is not compressed, and then the first: drivers list the best first.
        let best = usable.map(speed).max() ?? 0
        let fastest = usable.filter { speed($0) > best - 0.5 }
        let chosen =
            fastest.first { !$0.isCompressed } ?? fastest.first { $0.inputFormat == "mjpeg" } ?? fastest[0]
        self.init(inputFormat: chosen.inputFormat, size: wanted.size, rate: wanted.rate)
    }

    package init(inputFormat: String? = nil, size: PictureSize? = nil, rate: Double? = nil) {
        (self.inputFormat, self.size, self.rate) = (inputFormat, size, rate)
    }

    /// The mode in words: `mjpeg 640x480 at 30 frames/s`.
    var words: String {
        [inputFormat, size?.description, rate.map { "at \($0.asRate) frames/s" }].compactMap(\.self)
            .joined(separator: " ")
    }
}
