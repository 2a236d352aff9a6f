import MienVideo

/// Turns frames into rows and crops: the faces of each frame, or the frame as a whole.
package protocol CropProducer: AnyObject {
    /// Takes the next frame. The rows of this frame, or of those before it that were waited with, go to `sink` in order;
    /// each frame is ended there once, with rows or without.
    func process(_ frame: VideoFrame, into sink: RowSink) throws

    /// Takes the end of the input: hands over everything that was waited with.
    func finish(into sink: RowSink) throws

    /// The part of the processor time that went into cutting out crops, in seconds.
    var cropSeconds: Double { get }
}

extension CropProducer {
    package func finish(into sink: RowSink) throws {}

    package var cropSeconds: Double { 0 }
}
