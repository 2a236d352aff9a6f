import MienTimeline

/// A face to embed: a moment of a video, and which of the faces in it.
package struct FaceSample: Sendable {
    package enum Moment: Sendable {
        /// The position among the decoded frames, from 1 as in tables.
        case frame(Int)
        /// Seconds from the first frame; the frame nearest to it is meant.
        case time(Double)
    }

    package enum Choice: Sendable {
        case largest
        /// The face that an earlier run called `id`. Where its box is known, the face in that place is meant
        /// whatever it is called now: numbers change with the tracker and with where a run starts.
        case known(id: Int, box: FaceRectangle?)
    }

    package var moment: Moment
    package var choice: Choice

    package init(moment: Moment, choice: Choice) {
        self.moment = moment
        self.choice = choice
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
