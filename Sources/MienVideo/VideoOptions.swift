/// What to read of a video.
package struct VideoOptions: Sendable {
    /// Where to start, in seconds from the first frame; nil for the beginning.
    package var start: Double?
    /// How much to read, in seconds; nil for all that follows.
    package var duration: Double?
    /// How long a source may stay silent, in seconds. Local files are waited for without a limit.
    package var timeout = 15.0

    package init() {}
}
