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

/// The number of bytes to change, insert, remove or swap with the next one to get from one to the other
/// (Damerau and Levenshtein, each part edited once).
private func editDistance(_ a: [UInt8], _ b: [UInt8]) -> Int {
    var before: [Int] = []
    var last = Array(0...b.count)
    for i in a.indices {
        var row = [i + 1]
        for j in b.indices {
            var distance = min(last[j] + (a[i] == b[j] ? 0 : 1), last[j + 1] + 1, row[j] + 1)
            if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
                distance = min(distance, before[j - 1] + 1)
            }
            row.append(distance)
        }
        (before, last) = (last, row)
    }
    return last[b.count]
}
