/// Finds the word that was meant by one that is misspelt.
package enum Spelling {
    /// The one of `words` that is nearest to `word`, or nil if none is near. Case and marks between words do not count,
    /// and nothing is near a word of more than 64 letters.
    package static func nearest(to word: String, in words: some Sequence<String>) -> String? {
        let plain = letters(word)
        guard plain.count <= 64 else { return nil }
        let scored = words.map { candidate in
            let other = letters(candidate)
            guard other.count <= 64 else { return (candidate, Int.max) }
            // A word that was broken off is as near as one with a wrong letter.
            return (candidate, plain.count > 2 && other.hasPrefix(plain) ? 1 : distance(plain, other))
        }
        guard let best = scored.min(by: { $0.1 < $1.1 }) else { return nil }
        // A third of the letters may be wrong, and one of two or three; a word of one letter is no misspelling.
        return plain.count > 1 && best.1 <= max(1, plain.count / 3) ? best.0 : nil
    }

    /// `: did you mean 'WORD'?` for the nearest of `words`, or `otherwise` if none is near.
    package static func hint(
        _ word: String, in words: some Sequence<String>, otherwise: String = ""
    ) -> String {
        nearest(to: word, in: words).map { ": did you mean '\($0)'?" } ?? otherwise
    }

    private static func letters(_ word: String) -> String {
        word.lowercased().filter { !" _-.".contains($0) }
    }

    /// The letters to insert, remove, replace or swap with their neighbours to make one word of the other.
    static func distance(_ first: String, _ second: String) -> Int {
        let (a, b) = (Array(first), Array(second))
        var rows = [Array(0...b.count)]
        for i in a.indices {
            var row = [i + 1]
            for j in b.indices {
                var best = min(rows[i][j + 1] + 1, row[j] + 1, rows[i][j] + (a[i] == b[j] ? 0 : 1))
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
                    best = min(best, rows[i - 1][j - 1] + 1)
                }
                row.append(best)
            }
            rows.append(row)
        }
        return rows[a.count][b.count]
    }
}

extension [String] {
    /// The words as in a sentence: `a, b or c`.
    package var alternatives: String {
        count < 2 ? joined() : dropLast().joined(separator: ", ") + " or " + self[count - 1]
    }
}
