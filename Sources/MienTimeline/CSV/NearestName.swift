/// The name that somebody may have meant by one that is not known: of the same letters but for case and marks between
/// words, or spelled nearly the same. Nil if none is near.
package func nearestName(to name: String, among known: [String]) -> String? {
    func letters(_ name: String) -> [UInt8] {
        name.lowercased().utf8.filter { !" _-.".utf8.contains($0) }
    }
    let wanted = letters(name)
    guard (1...64).contains(wanted.count) else { return nil }
    var nearest: (name: String, distance: Int)?
    for candidate in known {
        let distance = editDistance(wanted, letters(candidate))
        // A slip in each three letters.
        guard distance <= min(wanted.count, candidate.utf8.count) / 3 else { continue }
        if distance < nearest?.distance ?? .max { nearest = (candidate, distance) }
    }
    return nearest?.name
}

/// The number of bytes to change, insert or remove to get from one to the other (Levenshtein).
private func editDistance(_ a: [UInt8], _ b: [UInt8]) -> Int {
    var row = Array(0...b.count)
    for (i, byte) in a.enumerated() {
        var diagonal = row[0]
        row[0] = i + 1
        for j in b.indices {
            let change = diagonal + (byte == b[j] ? 0 : 1)
            diagonal = row[j + 1]
            row[j + 1] = min(change, row[j] + 1, row[j + 1] + 1)
        }
    }
    return row[b.count]
}
