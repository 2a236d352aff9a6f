import Foundation
import MienHeads

/// One thing to embed: an image, a moment of a video, or all of a video.
package struct LabelledSample: Sendable, Equatable {
    package enum Moment: Sendable, Equatable {
        /// The image, or every frame of the video.
        case whole
        /// A frame of the video, from 1.
        case frame(Int)
        /// Seconds from the first frame.
        case time(Double)
    }

    /// A face that an earlier run found.
    package struct Face: Sendable, Equatable {
        package var id: Int
        /// The upright box in pixels; nil if the table does not have it.
        package var box: Box?

        package init(id: Int, box: Box? = nil) {
            self.id = id
            self.box = box
        }
    }

    package struct Box: Sendable, Equatable {
        package var x: Double
        package var y: Double
        package var width: Double
        package var height: Double

        package init(x: Double, y: Double, width: Double, height: Double) {
            self.x = x
            self.y = y
            self.width = width
            self.height = height
        }
    }

    /// The image or video.
    package var path: String
    package var moment: Moment
    /// Which face; nil is the largest.
    package var face: Face?
    /// Whether the image already is a cropped face, to be embedded as it is.
    package var isCrop = false

    package init(path: String, moment: Moment, face: Face? = nil, isCrop: Bool = false) {
        self.path = path
        self.moment = moment
        self.face = face
        self.isCrop = isCrop
    }
}

extension LabelledSample {
    /// Whether it is an image, by the ending of its name.
    package var isStill: Bool {
        let endings: Set = [
            "jpg", "jpeg", "jpe", "jfif", "png", "bmp", "tif", "tiff", "webp", "pgm", "ppm", "jp2", "avif",
        ]
        return moment == .whole && endings.contains((path as NSString).pathExtension.lowercased())
    }
}

/// Samples and what a label file says about them.
package struct LabelledSamples: Sendable {
    /// The file or folder of the labels.
    package var path: String
    package var samples: [LabelledSample]
    package var labels: Labels
    /// The subject of each sample; nil if the labels do not say.
    package var subjects: [Int64]?
    /// The video of each sample, or what comes nearest: the folder of an image.
    package var videos: [Int64]
    /// What is smoothed over time on its own: one face in one video; nil is the video.
    package var tracks: [Int64]?
    /// The seconds of each sample; nil if unknown. What an embedder finds out comes before this.
    package var times: [Double]?
    /// What each sample is called in submission files.
    package var names: [String]?
    /// Labelled frames that cannot be used, for which reason, and how many.
    package var skipped: [(reason: String, count: Int)] = []
    /// What the user should know, one sentence each.
    package var notes: [String] = []
}

/// Numbers for names, in order of appearance.
struct Numbering<Name: Hashable> {
    private var numbers: [Name: Int64] = [:]

    mutating func number(_ name: Name) -> Int64 {
        if let number = numbers[name] { return number }
        let number = Int64(numbers.count)
        numbers[name] = number
        return number
    }
}
