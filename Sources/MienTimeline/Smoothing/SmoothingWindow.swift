/// The stretch of time around a moment over which probabilities are averaged: pure arithmetic, no state.
///
/// A sample belongs to the window of a moment if it is no more than `past` microseconds before it and no more
/// than `future` after it. A sample exactly half the window's width away from the middle is outside, so that a
/// window of 3.4 s at 30 frames/s covers 101 frames, fifty on either side, and one of 0.23 s covers seven.
package struct SmoothingWindow: Sendable, Equatable {
    /// How far the window reaches back, in microseconds, inclusive.
    package let past: Int64
    /// How far the window reaches ahead, in microseconds, inclusive: what a row has to wait for.
    package let future: Int64

    /// The window with its moment in the middle; 0 s covers the moment alone.
    package static func centered(microseconds width: Int64) -> Self {
        let reach = max(width - 1, 0) / 2
        return Self(past: reach, future: reach)
    }

    /// The window that ends with its moment, for live use: it looks back the whole width and never ahead.
    package static func causal(microseconds width: Int64) -> Self {
        Self(past: max(width - 1, 0), future: 0)
    }

    /// The moments covered by the window of `moment`.
    package func around(_ moment: Int64) -> ClosedRange<Int64> {
        moment - past...moment + future
    }

    /// Whether nothing that happens from now on can change the window of `moment`, given that the clock stands
    /// at `now` and that all rows of earlier frames, and the moment's own, are known.
    package func isComplete(_ moment: Int64, now: Int64) -> Bool {
        future == 0 || now - moment > future
    }
}
