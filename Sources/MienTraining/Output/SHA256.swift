import Foundation

/// SHA-256 (FIPS 180-4), so that a training record names its data as `sha256sum` does.
package struct SHA256 {
    private var state: [UInt32] = [
        0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab,
        0x5be0_cd19,
    ]
    private var pending: [UInt8] = []
    private var count: UInt64 = 0

    private static let constants: [UInt32] = {
        // The fractional parts of the cube roots of the first 64 primes.
        var primes: [Int] = []
        var candidate = 2
        while primes.count < 64 {
            if !primes.contains(where: { candidate % $0 == 0 }) { primes.append(candidate) }
            candidate += 1
        }
        return primes.map { prime in
            // The largest r with r^3 <= prime 2^96 has the root's first 32 fractional bits at its end.
            var root: UInt64 = 0
            for bit in stride(from: UInt64(34), through: 0, by: -1) {
                let trial = root | 1 << bit
                let square = trial.multipliedFullWidth(by: trial)
                let (low, middle) = (square.low.multipliedFullWidth(by: trial), square.high &* trial)
                let high = middle &+ low.high
                if high < UInt64(prime) << 32 || (high == UInt64(prime) << 32 && low.low == 0) {
                    root = trial
                }
            }
            return UInt32(truncatingIfNeeded: root)
        }
    }()

    package init() {}

    package mutating func update(_ bytes: some Collection<UInt8>) {
        count += UInt64(bytes.count)
        pending.append(contentsOf: bytes)
        let whole = pending.count / 64 * 64
        guard whole > 0 else { return }
        pending.withUnsafeBufferPointer { buffer in
            for start in stride(from: 0, to: whole, by: 64) {
                Self.compress(&state, UnsafeBufferPointer(rebasing: buffer[start..<start + 64]))
            }
        }
        pending.removeFirst(whole)
    }

    /// The hash as 64 hexadecimal digits.
    package consuming func finish() -> String {
        let bits = count * 8
        let padding = 1 + (119 - pending.count % 64) % 64
        var tail = [UInt8](repeating: 0, count: padding)
        tail[0] = 0x80
        for shift in stride(from: UInt64(56), through: 0, by: -8) { tail.append(UInt8(bits >> shift & 0xff)) }
        update(tail)
        return state.map { String(format: "%08x", $0) }.joined()
    }

    /// The hash of a file.
    package static func file(_ path: String) throws(TrainingError) -> String {
        var hash = SHA256()
        do {
            let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
            defer { try? file.close() }
            while let piece = try file.read(upToCount: 1 << 20), !piece.isEmpty { hash.update(piece) }
        } catch {
            throw .file(path: path, reason: "cannot be read: \(error.localizedDescription)")
        }
        return hash.finish()
    }

    private static func compress(_ state: inout [UInt32], _ block: UnsafeBufferPointer<UInt8>) {
        withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 64) { w in
            for i in 0..<16 {
                let (a, b) = (UInt32(block[4 * i]) << 24, UInt32(block[4 * i + 1]) << 16)
                w[i] = a | b | UInt32(block[4 * i + 2]) << 8 | UInt32(block[4 * i + 3])
            }
            for i in 16..<64 {
                let s0 = rotated(w[i - 15], 7) ^ rotated(w[i - 15], 18) ^ w[i - 15] >> 3
                let s1 = rotated(w[i - 2], 17) ^ rotated(w[i - 2], 19) ^ w[i - 2] >> 10
                w[i] = w[i - 16] &+ s0 &+ w[i - 7] &+ s1
            }
            var (a, b, c, d) = (state[0], state[1], state[2], state[3])
            var (e, f, g, h) = (state[4], state[5], state[6], state[7])
            constants.withUnsafeBufferPointer { k in
                for i in 0..<64 {
                    let s1 = rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25)
                    let t1 = h &+ s1 &+ (e & f ^ ~e & g) &+ k[i] &+ w[i]
                    let s0 = rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22)
                    let t2 = s0 &+ (a & b ^ a & c ^ b & c)
                    (h, g, f, e) = (g, f, e, d &+ t1)
                    (d, c, b, a) = (c, b, a, t1 &+ t2)
                }
            }
            for (index, value) in [a, b, c, d, e, f, g, h].enumerated() {
                state[index] = state[index] &+ value
            }
        }
    }

    private static func rotated(_ x: UInt32, _ by: UInt32) -> UInt32 { x >> by | x << (32 - by) }
}
