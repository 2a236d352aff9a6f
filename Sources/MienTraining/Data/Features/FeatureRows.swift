import CKernels
import Glibc
import MienSafetensors
import MienTensor

/// The rows of a [N, width] tensor, wherever they are: in memory if they are few, else in their file.
///
/// Rows of a file are read one by one with `pread`, not through a mapping. A shuffled epoch touches every page
/// of the file, and pages of a mapping count as this process's memory until somebody gives them back; with
/// `pread` they stay in the system's cache, which shrinks when memory is needed, and this process holds two
/// batches however large the set is.
package final class FeatureRows: Sendable {
    /// The file.
    package let path: String
    /// The name of the tensor.
    package let tensor: String
    package let count: Int
    package let width: Int

    /// Up to this many bytes, as single-precision numbers, are kept in memory.
    package static let residentLimit = 256 << 20

    private enum Storage {
        case memory(Resident)
        case file(descriptor: Int32, start: Int, type: ElementType)
    }
    private final class Resident: Sendable {
        let rows: FloatBuffer
        init(_ rows: consuming FloatBuffer) { self.rows = rows }
    }
    private let storage: Storage

    /// Opens the tensor called `features` or `embeddings` of the safetensors file at `path`.
    package init(
        _ file: SafetensorsFile, residentLimit: Int = FeatureRows.residentLimit
    ) throws(TrainingError) {
        path = file.path
        guard let name = ["features", "embeddings"].first(where: { file.tensors[$0] != nil }) else {
            throw .data(
                path: path,
                reason: "no tensor \"features\" or \"embeddings\", expected one of shape [N, width]")
        }
        tensor = name
        let description = try wrapping { () throws(SafetensorsError) in try file.description(of: name) }
        guard description.shape.count == 2, description.shape[1] > 0 else {
            throw .data(
                path: path, reason: "tensor \"\(name)\" has shape \(description.shape), expected [N, width]")
        }
        guard [.f32, .f16, .bf16].contains(description.type) else {
            throw .tensor(
                .wrongType(
                    path: path, tensor: name, found: description.type.rawValue, expected: "F32, F16 or BF16"))
        }
        count = description.shape[0]
        width = description.shape[1]
        if 4 * count * width <= residentLimit {
            storage = .memory(Resident(try wrapping { () throws(SafetensorsError) in try file.floats(name) }))
        } else {
            let descriptor = open(file.path, O_RDONLY | O_CLOEXEC)
            guard descriptor >= 0 else {
                throw .file(path: path, reason: "cannot be read: \(String(cString: strerror(errno)))")
            }
            storage = .file(
                descriptor: descriptor, start: description.byteRange.lowerBound, type: description.type)
        }
    }

    deinit {
        if case .file(let descriptor, _, _) = storage { close(descriptor) }
    }

    /// Whether the rows are in memory.
    package var isResident: Bool {
        if case .memory = storage { true } else { false }
    }

    /// Copies one row to `destination`, which has room for ``width`` elements.
    package func read(_ row: Int, into destination: UnsafeMutablePointer<Float>) throws(TrainingError) {
        precondition((0..<count).contains(row), "\(path) has no row \(row) of \(count)")
        switch storage {
        case .memory(let resident):
            destination.update(from: resident.rows.baseAddress + row * width, count: width)
        case .file(let descriptor, let start, let type):
            let bytes = width * type.size
            // Half-precision rows are read into the upper half of their place and widened from there.
            let raw = UnsafeMutableRawPointer(destination) + (4 * width - bytes)
            try read(descriptor, start + row * bytes, raw, bytes)
            let kernels = mien_rows_kernels_for(mien_isa_default()).pointee
            switch type {
            case .f16: widen(raw, destination, kernels.float_from_f16)
            case .bf16: widen(raw, destination, kernels.float_from_bf16)
            default: break
            }
        }
    }

    private func widen(
        _ raw: UnsafeMutableRawPointer, _ destination: UnsafeMutablePointer<Float>,
        _ convert: (UnsafeRawPointer?, Int, UnsafeMutablePointer<Float>?) -> Void
    ) {
        withUnsafeTemporaryAllocation(byteCount: 2 * width, alignment: 16) { copy in
            copy.copyMemory(from: UnsafeRawBufferPointer(start: raw, count: 2 * width))
            convert(copy.baseAddress, width, destination)
        }
    }

    private func read(
        _ descriptor: Int32, _ offset: Int, _ raw: UnsafeMutableRawPointer, _ bytes: Int
    ) throws(TrainingError) {
        var done = 0
        while done < bytes {
            let got = pread(descriptor, raw + done, bytes - done, offset + done)
            if got < 0 && errno == EINTR { continue }
            guard got > 0 else {
                let reason = got == 0 ? "it ends early" : String(cString: strerror(errno))
                throw .file(path: path, reason: "cannot be read at byte \(offset + done): \(reason)")
            }
            done += got
        }
    }
}
