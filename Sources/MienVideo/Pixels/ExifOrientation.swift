import CFFmpeg

/// The EXIF orientation of pictures in which FFmpeg does not look for it: PNG (`eXIf`), WebP (`EXIF`) and TIFF, whose
/// own directory has the same form. FFmpeg's JPEG decoder reads its own.
package enum ExifOrientation {
    /// The orientation that the file in `packet` asks for; nil if it asks for none.
    static func orientation(of packet: borrowing Packet, codec: AVCodecID) -> Orientation? {
        let fields = packet.pointer.pointee
        let file = UnsafeRawBufferPointer(start: fields.data, count: Int(fields.size))
        switch codec {
        case AV_CODEC_ID_PNG: return png(file)
        case AV_CODEC_ID_WEBP: return webP(file)
        case AV_CODEC_ID_TIFF: return tiff(file)
        default: return nil
        }
    }

    /// That of a PNG file: a signature of eight bytes, then chunks of length, name, data and checksum.
    package static func png(_ file: UnsafeRawBufferPointer) -> Orientation? {
        let reader = ByteReader(file, isBigEndian: true)
        var place = 8
        while let length = reader.integer(at: place, bytes: 4), let name = reader.name(at: place + 4) {
            if name == "eXIf" { return exif(reader.part(place + 8, length)) }
            if name == "IEND" { return nil }
            place += 12 + length
        }
        return nil
    }

    /// That of a WebP file: a header of twelve bytes, then chunks of name, length and data, of even length.
    package static func webP(_ file: UnsafeRawBufferPointer) -> Orientation? {
        let reader = ByteReader(file, isBigEndian: false)
        var place = 12
        while let name = reader.name(at: place), let length = reader.integer(at: place + 4, bytes: 4) {
            if name == "EXIF" { return exif(reader.part(place + 8, length)) }
            place += 8 + length + length % 2
        }
        return nil
    }

    /// That of EXIF data: a TIFF file, sometimes after the six bytes that it has in JPEG.
    private static func exif(_ data: UnsafeRawBufferPointer) -> Orientation? {
        data.starts(with: Array("Exif\0\0".utf8))
            ? tiff(UnsafeRawBufferPointer(rebasing: data.dropFirst(6))) : tiff(data)
    }

    /// That of a TIFF file: tag 274 of its first directory.
    package static func tiff(_ file: UnsafeRawBufferPointer) -> Orientation? {
        guard file.count > 8, file[0] == file[1], file[0] == UInt8(ascii: "I") || file[0] == UInt8(ascii: "M")
        else { return nil }
        let reader = ByteReader(file, isBigEndian: file[0] == UInt8(ascii: "M"))
        guard reader.integer(at: 2, bytes: 2) == 42, let directory = reader.integer(at: 4, bytes: 4),
            let count = reader.integer(at: directory, bytes: 2)
        else { return nil }
        for index in 0..<count {
            let entry = directory + 2 + 12 * index
            guard let tag = reader.integer(at: entry, bytes: 2) else { return nil }
            // A value of two bytes stands in the first of the four.
            if tag == 274, reader.integer(at: entry + 2, bytes: 2) == 3 {
                return reader.integer(at: entry + 8, bytes: 2).flatMap { Orientation(exif: $0) }
            }
        }
        return nil
    }
}

/// Numbers and names in a file that may hold anything.
private struct ByteReader {
    private let bytes: UnsafeRawBufferPointer
    private let isBigEndian: Bool

    init(_ bytes: UnsafeRawBufferPointer, isBigEndian: Bool) {
        (self.bytes, self.isBigEndian) = (bytes, isBigEndian)
    }

    func integer(at place: Int, bytes count: Int) -> Int? {
        guard place >= 0, place <= bytes.count - count else { return nil }
        return (0..<count).reduce(0) { value, index in
            value << 8 | Int(bytes[place + (isBigEndian ? index : count - 1 - index)])
        }
    }

    func name(at place: Int) -> String? {
        guard place >= 0, place <= bytes.count - 4 else { return nil }
        return String(decoding: bytes[place..<place + 4], as: UTF8.self)
    }

    /// `count` bytes from `place` on, or as many as there are.
    func part(_ place: Int, _ count: Int) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: bytes[min(place, bytes.count)..<min(place + count, bytes.count)])
    }
}
