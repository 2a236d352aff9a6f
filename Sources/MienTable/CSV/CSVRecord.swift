/// A record of a table: its cells as text and as numbers.
///
/// Besides our own tables this reads what pandas, R and spreadsheets make of them when they save: other numbers of
/// decimals, exponents, decimal commas, "512.0" for an integer, "NA" for nothing.
package struct CSVRecord: Sendable {
    struct Cell: Sendable {
        /// Where it is in the text, without the quotes around it.
        var range: Range<Int>
        /// Whether there are doubled quotes inside.
        var isEscaped = false
    }

    /// A cell as an integer.
    package enum IntegerCell: Sendable, Equatable {
        case missing
        case value(Int64)
        /// A number whose last digits a spreadsheet dropped, as in 1.23457E+12.
        case rounded
        case none
    }

    /// The line it begins on, from 1.
    package let line: Int
    /// The number of cells that the file has for it.
    package let foundCount: Int
    /// What is read of, with other text around it.
    let text: [UInt8]
    let cells: [Cell]
    /// Where it is in `text`, without the end of its line.
    let range: Range<Int>
    /// Whether commas separate cells: then one inside a number may also separate thousands.
    let hasCommas: Bool

    /// The number of cells, at least as many as the header has.
    package var count: Int { cells.count }

    /// The text of a cell; bytes that are not UTF-8 are taken as Windows-1252.
    package subscript(column: Int) -> String {
        let cell = cells[column]
        let text = string(cell.range)
        return cell.isEscaped ? text.replacing("\"\"", with: "\"") : text
    }

    /// The start of a cell, for messages.
    package func excerpt(_ column: Int) -> String {
        let text = self[column]
        return text.count > 40 ? text.prefix(40) + "..." : text
    }

    /// Whether a cell is empty.
    package func isEmpty(_ column: Int) -> Bool { cells[column].range.isEmpty }

    /// Whether a cell stands for a missing value.
    package func isMissing(_ column: Int) -> Bool {
        switch cells[column].range.count {
        case 0: true
        case 2: matches("NA", column)
        case 3: matches("NaN", column) || matches("nan", column) || matches("N/A", column)
        case 4: ["NULL", "null", "None", "<NA>", "#N/A"].contains { matches($0, column) }
        default: false
        }
    }

    /// Whether a cell is this ASCII text.
    package func matches(_ word: String, _ column: Int) -> Bool {
        let range = cells[column].range
        guard word.utf8.count == range.count else { return false }
        var position = range.lowerBound
        for byte in word.utf8 {
            guard text[position] == byte else { return false }
            position += 1
        }
        return true
    }

    /// Whether two records have the same bytes in a cell.
    package func hasSameCell(_ column: Int, as other: CSVRecord) -> Bool {
        text[cells[column].range].elementsEqual(other.text[other.cells[column].range])
    }

    /// A cell as a finite number, or nil if it is none.
    package func number(_ column: Int) -> Double? { number(in: cells[column].range) }

    /// A cell as an integer.
    package func integer(_ column: Int) -> IntegerCell {
        let range = cells[column].range
        let isNegative = range.first.map { text[$0] == UInt8(ascii: "-") } ?? false
        var position = range.lowerBound + (isNegative ? 1 : 0)
        guard position < range.upperBound, digit(position) != nil else {
            return isMissing(column) ? .missing : .none
        }
        var value: Int64 = 0
        while position < range.upperBound, let digit = digit(position) {
            let (tens, tooManyTens) = value.multipliedReportingOverflow(by: 10)
            let (sum, tooMuch) =
                isNegative ? tens.subtractingReportingOverflow(digit) : tens.addingReportingOverflow(digit)
            guard !tooManyTens, !tooMuch else { return .none }
            value = sum
            position += 1
        }
        guard position < range.upperBound else { return .value(value) }
        return integerWithFraction(range, wholePart: value, from: position)
    }

    /// The rest of an integer that a program wrote as "512.0" or with an exponent.
    private func integerWithFraction(_ range: Range<Int>, wholePart: Int64, from point: Int) -> IntegerCell {
        var position = point
        var decimals = 0
        if isPoint(position) {
            if mayBeThousands(range, comma: position) { return .none }
            position += 1
            while position < range.upperBound, digit(position) != nil { position += 1 }
            decimals = position - point - 1
        }
        guard position < range.upperBound else {
            return (point + 1..<position).allSatisfy { digit($0) == 0 } ? .value(wholePart) : .none
        }
        let isUpperCase = text[position] == UInt8(ascii: "E")
        guard isUpperCase || text[position] == UInt8(ascii: "e"), let value = number(in: range),
            let exponent = Int(string(position + 1..<range.upperBound)), value.rounded() == value
        else { return .none }
        // Programs write all the digits that count, up to 15, and a small e. Spreadsheets round to six.
        guard abs(value) < 1e15, decimals >= exponent || !isUpperCase else { return .rounded }
        return .value(Int64(value))
    }

    private func number(in cell: Range<Int>) -> Double? {
        var position = cell.lowerBound
        let isNegative = position < cell.upperBound && text[position] == UInt8(ascii: "-")
        if isNegative { position += 1 }
        var digits: Int64 = 0
        var count = 0
        var point: Int?
        while position < cell.upperBound, count <= 15 {
            if let digit = digit(position) {
                digits = digits &* 10 &+ digit
                count += 1
            } else if isPoint(position), point == nil {
                point = position
            } else {
                break
            }
            position += 1
        }
        guard position == cell.upperBound, 1...15 ~= count else { return slowNumber(cell) }
        if let point, mayBeThousands(cell, comma: point) { return nil }
        // Both are exact in Double, so their quotient is the nearest number to the text.
        let value = Double(digits) / powersOfTen[point.map { cell.upperBound - $0 - 1 } ?? 0]
        return isNegative ? -value : value
    }

    /// Whether a comma between numbers may separate thousands: 1,234 in a file of which commas separate the cells.
    private func mayBeThousands(_ cell: Range<Int>, comma: Int) -> Bool {
        guard hasCommas, text[comma] == UInt8(ascii: ","), cell.upperBound - comma == 4 else { return false }
        let digits = text[cell.lowerBound..<comma].drop { $0 == UInt8(ascii: "-") }
        return !digits.elementsEqual([UInt8(ascii: "0")]) && !digits.isEmpty
    }

    private func slowNumber(_ cell: Range<Int>) -> Double? {
        // Double would also take hexadecimal numbers and "infinity".
        let isPlain = cell.allSatisfy { position in
            switch text[position] {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"),
                UInt8(ascii: "."), UInt8(ascii: ","), UInt8(ascii: "e"), UInt8(ascii: "E"):
                true
            default: false
            }
        }
        guard isPlain, cell.count <= 64 else { return nil }
        guard let value = Double(string(cell).replacing(",", with: ".")), value.isFinite else { return nil }
        return value
    }

    @inline(__always)
    private func digit(_ position: Int) -> Int64? {
        let value = text[position] &- UInt8(ascii: "0")
        return value <= 9 ? Int64(value) : nil
    }

    @inline(__always)
    private func isPoint(_ position: Int) -> Bool {
        text[position] == UInt8(ascii: ".") || text[position] == UInt8(ascii: ",")
    }

    private func string(_ range: Range<Int>) -> String {
        String(validating: text[range], as: UTF8.self) ?? windows1252(text[range])
    }
}

/// Text in the encoding of Windows for Western Europe, which a program may have written before UTF-8 was usual.
private func windows1252(_ bytes: ArraySlice<UInt8>) -> String {
    // 0x80 to 0x9F; what is not used there stays as it is.
    let special: [UInt32] = [
        0x20AC, 0x81, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152,
        0x8D,
        0x017D, 0x8F, 0x90, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161,
        0x203A,
        0x0153, 0x9D, 0x017E, 0x0178,
    ]
    var text = ""
    for byte in bytes {
        let value = 0x80...0x9F ~= byte ? special[Int(byte) - 0x80] : UInt32(byte)
        if let scalar = Unicode.Scalar(value) { text.unicodeScalars.append(scalar) }
    }
    return text
}

private let powersOfTen: InlineArray<16, Double> = [
    1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
]
