/// A camera of this machine, and what it offers.
package struct Camera: Sendable, Codable, Equatable {
    /// The node, such as `/dev/video0`. It can be another the next time the camera is plugged in.
    package var path: String
    /// What the camera calls itself.
    package var name: String
    /// A link to the node by the camera's make and serial number, which stays: below /dev/v4l/by-id.
    package var stablePath: String?
    /// What it offers; empty where it could not be asked.
    package var formats: [CameraFormat]
    /// Why it cannot be used now.
    package var problem: CameraProblem?

    package init(
        path: String, name: String, stablePath: String? = nil, formats: [CameraFormat],
        problem: CameraProblem? = nil
    ) {
        (self.path, self.name, self.stablePath) = (path, name, stablePath)
        (self.formats, self.problem) = (formats, problem)
    }
}

/// Why a camera cannot be used.
package enum CameraProblem: Sendable, Codable, Equatable {
    /// This user may not open it.
    case notPermitted
    /// Another program uses it.
    case busy
    /// It fails otherwise; the system's words.
    case failing(String)
}

/// A pixel format that a camera offers.
package struct CameraFormat: Sendable, Codable, Equatable {
    /// The kernel's four letters, such as `YUYV` or `MJPG`.
    package var code: String
    /// The driver's words.
    package var description: String
    package var isCompressed: Bool
    package var sizes: [CameraSize]

    package init(code: String, description: String, isCompressed: Bool, sizes: [CameraSize]) {
        (self.code, self.description) = (code, description)
        (self.isCompressed, self.sizes) = (isCompressed, sizes)
    }

    /// FFmpeg's name of the format, as its option `input_format` wants it, where it reads it.
    package var inputFormat: String? { Self.inputFormats[code] }

    private static let inputFormats = [
        "YUYV": "yuyv422", "UYVY": "uyvy422", "MJPG": "mjpeg", "JPEG": "mjpeg", "NV12": "nv12",
        "YU12": "yuv420p",
        "YV12": "yuv420p", "422P": "yuv422p", "GREY": "gray", "BGR3": "bgr24", "RGB3": "rgb24",
        "H264": "h264",
        "HEVC": "hevc",
    ]
}

/// A size that a camera offers in some format, or a range of sizes.
package struct CameraSize: Sendable, Codable, Equatable {
    package var width: Int
    package var height: Int
    /// The largest of a range of sizes that begins with this one.
    package var largest: [Int]?
    /// Frames a second, the highest first; empty where the camera does not say.
    package var rates: [Double]

    package init(width: Int, height: Int, largest: [Int]? = nil, rates: [Double]) {
        (self.width, self.height, self.largest, self.rates) = (width, height, largest, rates)
    }

    func includes(_ size: PictureSize) -> Bool {
        guard let largest else { return width == size.width && height == size.height }
        return (width...max(width, largest[0])).contains(size.width)
            && (height...max(height, largest[1])).contains(size.height)
    }
}

/// The width and height of a picture in pixels.
package struct PictureSize: Sendable, Codable, Equatable, CustomStringConvertible {
    package var width: Int
    package var height: Int

    package init(width: Int, height: Int) { (self.width, self.height) = (width, height) }

    package var description: String { "\(width)x\(height)" }
}

extension Camera {
    /// What the camera offers, in a line: `YUYV 640x480 (30, 15), 320x240 (30); MJPG ...`.
    package var offer: String {
        let formats = formats.map { format in
            let sizes = format.sizes.map { size in
                let range = size.largest.map { " to \($0[0])x\($0[1])" } ?? ""
                let rates = size.rates.map(\.asRate).joined(separator: ", ")
                return "\(size.width)x\(size.height)\(range)" + (rates.isEmpty ? "" : " at \(rates)")
            }
            return "\(format.code) \(sizes.joined(separator: ", "))"
        }
        return formats.joined(separator: "; ")
    }
}

extension Double {
    /// A number of frames a second, without decimals that say nothing: `30`, `29.97`.
    package var asRate: String {
        let hundredths = (self * 100).rounded() / 100
        return hundredths == hundredths.rounded() ? "\(Int(hundredths))" : "\(hundredths)"
    }
}
