import MienTimeline

/// What a run was and what came of it: the content of `NAME.meta.json` beside the table.
///
/// It says nothing about when or where the run took place unless the caller fills that in, so that the same run
/// gives the same bytes.
public struct RunMetadata: Sendable, Codable, Equatable {
    /// The version of this format.
    public static let currentFormat = 1

    // In the order of the file.

    /// The version of the format, ``currentFormat``.
    public var format = Self.currentFormat
    /// The version of mien.
    public var mien: String
    /// When the run took place, ISO 8601; nil unless the caller wants it recorded.
    public var created: String?
    /// What was analysed.
    public var input: Input
    /// The video stream, or nil if it could not be opened.
    public var video: Video?
    /// What analysed it.
    public var model: Model
    /// The options of the run by their long names without dashes, defaults included.
    public var options: [String: MetadataValue] = [:]
    /// What was written.
    public var counts = Counts()
    /// Whether the run was stopped from outside, so that the table may lack rows.
    public var interrupted = false
    /// Why the input ended before its end, or nil if it did not.
    public var endedEarly: String?
    /// What the user should know about the numbers, one sentence each.
    public var warnings: [String] = []
    /// What action units are told relative to, in the order of the faces; nil unless the run has a baseline.
    public var baselines: [FaceBaseline]?
    /// The columns of the table.
    public var columns = TableColumn.all

    /// Creates metadata.
    public init(mien: String, input: Input, model: Model) {
        self.mien = mien
        self.input = input
        self.model = model
    }

    enum CodingKeys: String, CodingKey {
        case format, mien, created, input, video, model, options, counts, interrupted
        case endedEarly = "ended_early"
        case warnings, baselines, columns
    }
}

extension RunMetadata {
    /// An input.
    public struct Input: Sendable, Codable, Equatable {
        /// The path or address as the user gave it.
        public var path: String
        /// The last part of the path.
        public var name: String
        /// The size in bytes, or nil if it has none.
        public var bytes: Int64?
        /// The SHA-256 of the content in hexadecimal, or nil if it was not computed.
        public var sha256: String?
        /// When it was last modified, in whole seconds since 1970, or nil if it is no file.
        public var modified: Int64?
        /// The SHA-256 of pieces spread over the content, which tells whether a file is the same without reading
        /// all of it, or nil if it is no file.
        public var sampleSHA256: String?

        enum CodingKeys: String, CodingKey {
            case name, path, bytes, modified, sha256
            case sampleSHA256 = "sample_sha256"
        }

        /// Creates the description of an input.
        public init(path: String, name: String, bytes: Int64? = nil, sha256: String? = nil) {
            self.path = path
            self.name = name
            self.bytes = bytes
            self.sha256 = sha256
        }
    }

    /// A model.
    public typealias Model = ModelRecord

    /// The baseline of a face.
    public struct FaceBaseline: Sendable, Codable, Equatable {
        /// The face, or nil for every face.
        public var face: Int?
        /// Its baseline.
        public var baseline: Baseline

        /// Creates the baseline of a face.
        public init(face: Int?, baseline: Baseline) {
            self.face = face
            self.baseline = baseline
        }
    }

    /// A ratio of integers.
    public struct Ratio: Sendable, Codable, Equatable {
        /// The numerator.
        public var num: Int64
        /// The denominator, not 0.
        public var den: Int64

        /// Creates a ratio.
        public init(num: Int64, den: Int64) {
            self.num = num
            self.den = den
        }
    }

    /// A size in pixels.
    public struct Size: Sendable, Codable, Equatable {
        /// The width.
        public var width: Int
        /// The height.
        public var height: Int

        /// Creates a size.
        public init(width: Int, height: Int) {
            self.width = width
            self.height = height
        }
    }

    /// A video stream.
    public struct Video: Sendable, Codable, Equatable {
        /// The width of an upright frame in pixels; boxes are in these.
        public var width: Int
        /// The height of an upright frame in pixels.
        public var height: Int
        /// How far frames were turned to be upright, in degrees clockwise: 0, 90, 180 or 270.
        public var rotation: Int
        /// The size as it is stored, where pixels are no squares; `width` and `height` are those with square ones.
        public var stored: Size?
        /// The width of a stored pixel over its height, where pixels are no squares.
        public var pixelAspect: Ratio?
        /// The number of the stream among the file's video streams, from 0, where there are several.
        public var stream: Int?
        /// The codec, as FFmpeg names it.
        public var codec: String
        /// The seconds that one unit of `pts` stands for.
        public var timeBase: Ratio
        /// The container's idea of the frame rate in frames/s; timestamps do not depend on it.
        public var averageRate: Double?
        /// Where timestamps come from: the container, or how they were derived.
        public var timeSource: String
        /// The matrix that turned YUV into RGB, and whether it was stated or assumed.
        public var colorMatrix: String?
        /// The seconds from the start of the file, as players count, to the first frame, where `timestamp` is 0:
        /// more than 0 where sound begins before the picture. Nil if timestamps do not tell.
        public var firstFrame: Double?

        /// Creates the description of a stream.
        public init(
            width: Int, height: Int, rotation: Int, codec: String, timeBase: Ratio,
            averageRate: Double? = nil, timeSource: String, colorMatrix: String? = nil,
            firstFrame: Double? = nil
        ) {
            self.width = width
            self.height = height
            self.rotation = rotation
            self.codec = codec
            self.timeBase = timeBase
            self.averageRate = averageRate
            self.timeSource = timeSource
            self.colorMatrix = colorMatrix
            self.firstFrame = firstFrame
        }

        enum CodingKeys: String, CodingKey {
            case width, height, rotation, stored, stream, codec
            case pixelAspect = "pixel_aspect"
            case timeBase = "time_base"
            case averageRate = "average_rate"
            case timeSource = "time_source"
            case colorMatrix = "color_matrix"
            case firstFrame = "first_frame"
        }
    }

    /// How many of what.
    public struct Counts: Sendable, Codable, Equatable {
        /// Rows of the table.
        public var rows = 0
        /// Frames in the table.
        public var frames = 0
        /// Different faces in the table.
        public var faces = 0
        /// Rows of each status.
        public var status: [String: Int] = [:]
        /// Frames in which the decoder reported errors.
        public var damagedFrames = 0
        /// Packets that could not be decoded at all.
        public var lostPackets = 0

        /// Creates counts of nothing.
        public init() {}

        /// Creates the counts of a table and of what the decoder reported.
        public init(_ table: TableCounts, damagedFrames: Int = 0, lostPackets: Int = 0) {
            rows = table.rows
            frames = table.frames
            faces = table.faces.count
            for status in FrameStatus.allCases {
                self.status[status.rawValue] = table[status]
            }
            self.damagedFrames = damagedFrames
            self.lostPackets = lostPackets
        }

        enum CodingKeys: String, CodingKey {
            case rows, frames, faces, status
            case damagedFrames = "damaged_frames"
            case lostPackets = "lost_packets"
        }
    }
}
