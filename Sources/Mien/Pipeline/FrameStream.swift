import MienVideo

/// Where a pipeline's frames come from: a file, a loop over one, a test.
package protocol FrameStream: AnyObject {
    /// The next frame, or nil at the end.
    func next() throws -> VideoFrame?

    /// The part of the processor time of ``next()`` that went into turning frames into pictures, in seconds.
    var conversionSeconds: Double { get }
}

extension FrameStream {
    package var conversionSeconds: Double { 0 }
}

extension VideoReader: FrameStream {}
