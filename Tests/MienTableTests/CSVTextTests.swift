import MienTable
import Testing

@Suite struct CSVTextTests {
    @Test(arguments: [
        ("plain.mp4", "plain.mp4"), ("", ""), ("a b", "a b"), ("a,b", "\"a,b\""),
        ("say \"a\"", "\"say \"\"a\"\"\""),
        ("a\nb", "\"a\nb\""), ("a\r\nb", "\"a\r\nb\""),
        // A comma and a quote that carry a combining accent.
        ("a,\u{301}b", "\"a,\u{301}b\""), ("a\"\u{301}b", "\"a\"\"\u{301}b\""),
    ]) func aCellIsQuotedWhereItMustBe(text: String, cell: String) {
        #expect(Array(CSVText.cell(text).unicodeScalars) == Array(cell.unicodeScalars))
    }
}
