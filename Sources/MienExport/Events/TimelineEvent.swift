/// An interval in which a face shows something.
package struct TimelineEvent: Sendable, Equatable {
    package var face: Int
    package var label: EventLabel
    /// Where it begins and ends, in microseconds from the first frame. The end is the time of the first frame that
    /// is not part of it.
    package var start: Int64
    package var end: Int64
    package var firstFrame: Int
    package var lastFrame: Int
    /// The number of readings in it.
    package var samples: Int
    /// The highest and the mean score, in the table's integers.
    package var peak: Int32
    package var mean: Int32
}
