import MienVideo

/// Where a pipeline's frames come from: a file, a loop over one, a test.
package protocol FrameStream: AnyObject {
    /// The next frame, or nil at the end.
    func next() throws -> VideoFrame?
}

extension VideoReader: FrameStream {}
