import MienTimeline

// Numbers as text, without locales and without allocating: what printf's "%d" and "%.6f" give in the C locale,
// except that there is no negative zero.

extension MutableSpan<UInt8> {
    /// Puts one byte at `end` and moves `end` past it.
    @inlinable @inline(__always)
    package mutating func put(byte: UInt8, at end: inout Int) {
        self[end] = byte
        end += 1
    }

    /// Puts text at `end`. Those of a row are all short enough to be stored without the heap.
    @inlinable @inline(__always)
    package mutating func put(_ text: String, at end: inout Int) {
        for byte in text.utf8 {
            self[end] = byte
            end += 1
        }
    }

    /// Puts an integer at `end`.
    @inlinable @inline(__always)
    package mutating func put(_ number: Int64, at end: inout Int) {
        if number < 0 { put(byte: UInt8(ascii: "-"), at: &end) }
        put(digits: number.magnitude, atLeast: 1, at: &end)
    }

    /// Puts `fixedPoint` / 10^`decimals` at `end`, with exactly that many decimals.
    @inlinable @inline(__always)
    package mutating func put(fixedPoint: Int64, decimals: Int, at end: inout Int) {
        guard decimals > 0 else { return put(fixedPoint, at: &end) }
        if fixedPoint < 0 { put(byte: UInt8(ascii: "-"), at: &end) }
        put(digits: fixedPoint.magnitude, atLeast: decimals + 1, at: &end)
        // Make room for the point among the digits.
        var i = end
        while i > end - decimals {
            self[i] = self[i - 1]
            i -= 1
        }
        self[i] = UInt8(ascii: ".")
        end += 1
    }

    @inlinable package mutating func put(digits number: UInt64, atLeast width: Int, at end: inout Int) {
        var length = 1
        var power: UInt64 = 10
        while length < width || (length < 20 && number >= power) {
            length += 1
            power = length < 20 ? power &* 10 : power
        }
        var rest = number
        var i = end + length
        while i > end {
            i -= 1
            let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
            self[i] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: digit)
            rest = quotient
        }
        end += length
    }
}
