import MienVideo

/// Turns frames into rows and crops: the faces of each frame, or the frame as a whole.
package protocol CropProducer: AnyObject {
    /// Takes the next frame. Its rows, and those of frames held back before it, go to `filler` in order.
    func process(_ frame: VideoFrame, into filler: BatchFiller) throws

    /// Takes the end of the input: hands over everything still held back.
    func finish(into filler: BatchFiller) throws

    /// The part of the processor time that went into cutting out crops, in seconds.
    var cropSeconds: Double { get }
}

extension CropProducer {
    package var cropSeconds: Double { 0 }
}
