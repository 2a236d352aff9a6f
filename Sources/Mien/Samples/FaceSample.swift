import Foundation
import MienTimeline

/// One thing to embed: an image, a face at a moment of a video, or all of a video.
package struct FaceSample: Sendable, Equatable {
    package enum Moment: Sendable, Equatable {
        /// The image, or every frame of the video.
        case whole
        /// The position among the decoded frames, from 1 as in tables.
        case frame(Int)
        /// Seconds from the first frame; the frame nearest to it is meant.
        case time(Double)
    }

    /// The face that an earlier run called `id`. Where its box is known, the face in that place is meant whatever
    /// it is called now: numbers change with the tracker and with where a run starts.
    package struct Face: Sendable, Equatable {
        package var id: Int
        package var box: FaceRectangle?

        package init(id: Int, box: FaceRectangle? = nil) {
            self.id = id
            self.box = box
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

    /// Whether it is an image, by the ending of its name.
    package var isStill: Bool {
        let endings: Set = [
            "jpg", "jpeg", "jpe", "jfif", "png", "bmp", "tif", "tiff", "webp", "pgm", "ppm", "jp2", "avif",
        ]
        return moment == .whole && endings.contains((path as NSString).pathExtension.lowercased())
    }
}

/// What became of one sample.
package struct SampleEmbedding {
    /// The position of the sample among those asked for; 0 where a whole video was.
    package let index: Int
    /// The frame, from 1.
    package let frame: Int
    /// Seconds from the first frame.
    package let timestamp: Double
    /// `ok` with an embedding, `noFace` or `decodeError` without.
    package let status: FrameStatus
    package let faceID: Int?
    package let box: FaceRectangle?
    /// As many numbers as the encoder's embeddings have.
    package let embedding: [Float]?
}
