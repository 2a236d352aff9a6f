// Cells as numbers. Besides our own tables this reads what pandas, R and spreadsheets make of them when they
// save: other numbers of decimals, exponents, "512.0" for an integer, "NA" for nothing.

extension Span<UInt8> {
    /// Whether the cell stands for a missing value.
    func isMissing(_ cell: Range<Int>) -> Bool {
        switch cell.count {
        case 0: true
        case 2: matches("NA", cell)
        case 3: matches("NaN", cell) || matches("nan", cell)
        default: false
        }
    }

    /// Whether the cell is this ASCII text.
    func matches(_ text: String, _ cell: Range<Int>) -> Bool {
        guard text.utf8.count == cell.count else { return false }
        var position = cell.lowerBound
        for byte in text.utf8 {
            guard self[position] == byte else { return false }
            position += 1
        }
        return true
    }

    /// The text of the cell; bytes that are not UTF-8 are replaced.
    func text(_ cell: Range<Int>) -> String {
        String(decoding: cell.map { self[$0] }, as: UTF8.self)
    }

    /// The text of the cell with doubled quotes made single.
    func unescaped(_ cell: RecordScanner.Cell) -> String {
        let text = text(cell.range)
        guard cell.isEscaped else { return text }
        return text.replacing("\"\"", with: "\"")
    }

    /// The cell as an integer, or nil if it is none.
    func integer(_ cell: Range<Int>) -> Int64? {
        var position = cell.lowerBound
        let isNegative = position < cell.upperBound && self[position] == UInt8(ascii: "-")
        if isNegative { position += 1 }
        guard position < cell.upperBound, digit(position) != nil else { return nil }
        var value: Int64 = 0
        while position < cell.upperBound, let digit = digit(position) {
            let (tens, tooManyTens) = value.multipliedReportingOverflow(by: 10)
            let (sum, tooMuch) =
                isNegative ? tens.subtractingReportingOverflow(digit) : tens.addingReportingOverflow(digit)
            guard !tooManyTens, !tooMuch else { return nil }
            value = sum
            position += 1
        }
        guard position < cell.upperBound else { return value }
        guard self[position] == UInt8(ascii: ".") else { return nil }
        return (position + 1..<cell.upperBound).allSatisfy { self[$0] == UInt8(ascii: "0") } ? value : nil
    }

    /// The cell as a finite number, or nil if it is none.
    func number(_ cell: Range<Int>) -> Double? {
        var position = cell.lowerBound
        let isNegative = position < cell.upperBound && self[position] == UInt8(ascii: "-")
        if isNegative { position += 1 }
        var digits: Int64 = 0
        var count = 0
        var decimals = 0
        var hasPoint = false
        while position < cell.upperBound, count <= 15 {
            if let digit = digit(position) {
                digits = digits &* 10 &+ digit
                count += 1
                decimals += hasPoint ? 1 : 0
            } else if self[position] == UInt8(ascii: "."), !hasPoint {
                hasPoint = true
            } else {
                break
            }
            position += 1
        }
        guard position == cell.upperBound, 1...15 ~= count else { return slowNumber(cell) }
        // Both are exact in Double, so their quotient is the nearest number to the text.
        let value = Double(digits) / powersOfTen[decimals]
        return isNegative ? -value : value
    }

    private func slowNumber(_ cell: Range<Int>) -> Double? {
        // Double would also take hexadecimal numbers and "infinity".
        let plain = cell.allSatisfy { position in
            switch self[position] {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"),
                UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"):
                true
            default: false
            }
        }
        guard plain, cell.count <= 64, let value = Double(text(cell)), value.isFinite else { return nil }
        return value
    }

    @inline(__always)
    private func digit(_ position: Int) -> Int64? {
        let value = self[position] &- UInt8(ascii: "0")
        return value <= 9 ? Int64(value) : nil
    }
}

private let powersOfTen: InlineArray<16, Double> = [
    1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
]
