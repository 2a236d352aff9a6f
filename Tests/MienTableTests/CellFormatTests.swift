import Foundation
import MienTimeline
import TestSupport
import Testing

private func text(_ write: (inout MutableSpan<UInt8>, inout Int) -> Void) -> String {
    var bytes = [UInt8](repeating: 0, count: 64)
    var end = 0
    var span = bytes.mutableSpan
    write(&span, &end)
    return String(decoding: bytes[..<end], as: UTF8.self)
}

private func fixed(_ value: Double, _ decimals: Int) -> String {
    let fixed = fixedPoint(value, scale: [1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6][decimals])!
    return text { $0.put(fixedPoint: fixed, decimals: decimals, at: &$1) }
}

private func fixed(_ value: Float, _ decimals: Int) -> String {
    let fixed = fixedPoint(value, scale: [1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6][decimals])!
    return text { $0.put(fixedPoint: fixed, decimals: decimals, at: &$1) }
}

private func expected(_ value: Double, _ decimals: Int) -> String {
    let text = String(format: "%.\(decimals)f", value)
    // We never write a negative zero.
    return text.hasPrefix("-") && text.allSatisfy { "-0.".contains($0) } ? String(text.dropFirst()) : text
}

@Suite struct CellFormatTests {
    @Test func doublesEqualPrintf() {
        var random = Random(seed: 1)
        // Ties, their neighbours, and numbers of every size that a timestamp can have.
        var values = [0, -0.0, 1, -1, 0.5e-6, -0.5e-6, 1.5e-6, 2.5e-6, 1e-7, 0.0000005, 0.1234565, 4.35e8]
        values += [0.9999995, 0.9999994999, 123456.0000005, 3600.1, 1e9, 4.4e9, 0.285, -0.35]
        for _ in 0..<20_000 {
            let magnitude = pow(10, Double.random(in: -8...9, using: &random))
            let value = Double.random(in: -1...1, using: &random) * magnitude
            let tie = ((value * 1e6).rounded(.down) + 0.5) / 1e6
            values += [value, tie, tie.nextUp, tie.nextDown]
        }
        for value in values {
            #expect(fixed(value, 6) == expected(value, 6), "\(value)")
            #expect(fixed(value, 2) == expected(value, 2), "\(value)")
        }
    }

    @Test func floatsEqualPrintf() {
        var random = Random(seed: 2)
        var values: [Float] = [0, -0.0, 1, 0.5, 0.0000005, 1.1920929e-7, 0.1234565, 0.9999999, 16383.995]
        for _ in 0..<20_000 {
            values.append(Float.random(in: 0...1, using: &random))
            values.append(Float.random(in: -20_000...20_000, using: &random))
        }
        // Exact ties: multiples of 1/128 have an odd seventh decimal of 5.
        values += (0..<128).map { Float($0) / 128 }
        for value in values {
            #expect(fixed(value, 6) == expected(Double(value), 6), "\(value)")
            #expect(fixed(value, 2) == expected(Double(value), 2), "\(value)")
        }
    }

    @Test(arguments: [0, 1, 9, 10, 99, 100, -1, -10, 1234567890123, Int64.max, Int64.min, Int64.min + 1])
    func integers(number: Int64) {
        #expect(text { $0.put(number, at: &$1) } == "\(number)")
    }

    @Test(arguments: [Int64.max, Int64.min, 0, -1, 1_000_000, 999_999])
    func extremes(number: Int64) {
        let digits = String(number.magnitude)
        let padded = String(repeating: "0", count: max(0, 7 - digits.count)) + digits
        let point = (number < 0 ? "-" : "") + padded.dropLast(6) + "." + padded.suffix(6)
        #expect(text { $0.put(fixedPoint: number, decimals: 6, at: &$1) } == point)
    }

    @Test(arguments: [Double.nan, .infinity, -.infinity, 1e300, .greatestFiniteMagnitude])
    func whatDoesNotFitIsNothing(value: Double) {
        #expect(fixedPoint(value, scale: 1e6) == nil)
        #expect(fixedPoint(Float(value), scale: 1e6) == nil)
    }
}
