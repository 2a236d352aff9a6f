/// A number with the noun it counts: "1 frame", "2 frames", "0 faces".
package func counted(_ count: Int, _ noun: String) -> String {
    "\(count) \(noun)\(count == 1 ? "" : "s")"
}
