import Foundation
import Mien

/// What a cached feature belongs to, as a number: the file as it is now, and the moment in it.
///
/// The file's name, size and time of modification stand for its content: reading gigabytes of video to find out
/// that nothing has changed would cost what the cache saves.
package enum CacheKey {
    /// The key of a sample of the file with this stamp.
    package static func key(_ sample: FaceSample, stamp: String) -> Int64 {
        var text = (sample.path as NSString).lastPathComponent + "|" + stamp
        switch sample.moment {
        case .whole: text += "|whole"
        case .frame(let frame): text += "|frame \(frame)"
        case .time(let time): text += "|time \(time)"
        }
        if sample.isCrop { text += "|crop" }
        if let face = sample.face {
            text += "|face \(face.id)"
            if let box = face.box { text += " \(box.x) \(box.y) \(box.width) \(box.height)" }
        }
        return Int64(bitPattern: hash(text))
    }

    /// Size and time of modification of a file.
    package static func stamp(of path: String) -> String {
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        let size = (attributes?[.size] as? NSNumber)?.int64Value ?? -1
        let date = (attributes?[.modificationDate] as? Date)?.timeIntervalSince1970 ?? 0
        return "\(size)|\(Int64(date * 1e6))"
    }

    /// FNV-1a, 64 bits, finished so that all bits depend on all others: 600,000 keys collide once in 100 million
    /// caches.
    package static func hash(_ text: String) -> UInt64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        hash = (hash ^ hash >> 33) &* 0xff51_afd7_ed55_8ccd
        hash = (hash ^ hash >> 33) &* 0xc4ce_b9fe_1a85_ec53
        return hash ^ hash >> 33
    }

    package static func digits(_ hash: UInt64) -> String {
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
