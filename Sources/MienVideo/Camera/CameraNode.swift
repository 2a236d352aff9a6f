import CCamera
import Glibc

/// An open camera node, to be asked what it is. Asking needs no ownership: it disturbs no other program.
struct CameraNode: ~Copyable {
    /// Why a path could not be opened as a camera.
    enum Failure: Error, Equatable { case missing, notPermitted, busy, notCamera, failing(String) }

    let path: String
    let name: String
    private let descriptor: Int32

    init(_ path: String) throws(Failure) {
        let descriptor = mien_camera_open(path)
        guard descriptor >= 0 else {
            switch -descriptor {
            case ENOENT, ENODEV, ENXIO, ENOTDIR: throw .missing
            case EACCES, EPERM: throw .notPermitted
            case EBUSY: throw .busy
            default: throw .failing(String(cString: strerror(-descriptor)))
            }
        }
        var capabilities: UInt32 = 0
        var status: Int32 = 0
        let card = withUnsafeTemporaryAllocation(of: CChar.self, capacity: 33) { buffer in
            status = mien_camera_capabilities(descriptor, buffer.baseAddress, &capabilities)
            return String(cString: buffer.baseAddress!)
        }
        guard status == 0, mien_camera_is_capture(capabilities) != 0 else {
            close(descriptor)
            switch status {
            case 0, ENOTTY, EINVAL: throw .notCamera
            case ENODEV: throw .missing
            default: throw .failing(String(cString: strerror(status)))
            }
        }
        (self.path, name, self.descriptor) = (path, card, descriptor)
    }

    deinit { close(descriptor) }

    /// The size that is set now.
    var currentSize: PictureSize? {
        var size: (UInt32, UInt32) = (0, 0)
        let status = withUnsafeMutableBytes(of: &size) {
            mien_camera_current(descriptor, $0.assumingMemoryBound(to: UInt32.self).baseAddress)
        }
        return status == 0 && size.0 > 0
            ? PictureSize(width: Int(size.0), height: Int(size.1)) : nil
    }

    /// Whether another program uses the camera.
    var isBusy: Bool { mien_camera_probe(descriptor) == EBUSY }

    /// All it offers.
    var formats: [CameraFormat] {
        var formats: [CameraFormat] = []
        // Drivers that never end a list have been seen.
        for index in 0..<UInt32(64) {
            var fourcc: UInt32 = 0
            var isCompressed: Int32 = 0
            var status: Int32 = 0
            let description = withUnsafeTemporaryAllocation(of: CChar.self, capacity: 32) { buffer in
                status = mien_camera_format(descriptor, index, &fourcc, buffer.baseAddress, &isCompressed)
                return String(cString: buffer.baseAddress!)
            }
            guard status == 0 else { break }
            formats.append(
                CameraFormat(
                    code: Self.letters(fourcc), description: description, isCompressed: isCompressed != 0,
                    sizes: sizes(of: fourcc)))
        }
        return formats
    }

    private func sizes(of fourcc: UInt32) -> [CameraSize] {
        var sizes: [CameraSize] = []
        for index in 0..<UInt32(64) {
            var bounds: (UInt32, UInt32, UInt32, UInt32) = (0, 0, 0, 0)
            let status = withUnsafeMutableBytes(of: &bounds) { bytes in
                let numbers = bytes.assumingMemoryBound(to: UInt32.self).baseAddress!
                return mien_camera_size(descriptor, fourcc, index, numbers, numbers + 2)
            }
            guard status == 0 else { break }
            let isRange = bounds.0 != bounds.2 || bounds.1 != bounds.3
            sizes.append(
                CameraSize(
                    width: Int(bounds.0), height: Int(bounds.1),
                    largest: isRange ? [Int(bounds.2), Int(bounds.3)] : nil,
                    rates: rates(of: fourcc, width: bounds.2, height: bounds.3)))
        }
        return sizes
    }

    private func rates(of fourcc: UInt32, width: UInt32, height: UInt32) -> [Double] {
        var rates: [Double] = []
        for index in 0..<UInt32(64) {
            var (numerator, denominator): (UInt32, UInt32) = (0, 0)
            let status = mien_camera_interval(
                descriptor, fourcc, width, height, index, &numerator, &denominator)
            guard status == 0, numerator > 0, denominator > 0 else { break }
            let rate = Double(denominator) / Double(numerator)
            if !rates.contains(rate) { rates.append(rate) }
        }
        return rates.sorted(by: >)
    }

    private static func letters(_ fourcc: UInt32) -> String {
        String(
            decoding: (0..<4).map { UInt8(truncatingIfNeeded: fourcc >> (8 * UInt32($0))) & 0x7f },
            as: UTF8.self
        )
        .trimmingSuffix { $0 == " " }
    }
}

extension String {
    fileprivate func trimmingSuffix(while predicate: (Character) -> Bool) -> String {
        String(self[..<(lastIndex { !predicate($0) }.map(index(after:)) ?? startIndex)])
    }
}
