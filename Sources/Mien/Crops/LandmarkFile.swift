import MienFaces
import MienSafetensors

/// The points of every mesh of a run, in a file of their own: `landmarks` [rows, 1434], F32, with `frame` and `face`
/// beside it.
///
/// A row is x, y and z of 478 points in pixels of the upright frame. They go to the disk as they come; the file has its name
/// when the run has read its last frame.
struct LandmarkFile {
    private let writer: SafetensorsStreamWriter

    init(path: String) throws(MienError) {
        do {
            writer = try SafetensorsStreamWriter(
                path: path, tensor: "landmarks", width: 3 * FaceMeshNetwork.points,
                integerColumns: ["frame", "face"])
        } catch {
            throw .output("\(error)")
        }
    }

    func append(
        _ points: UnsafeBufferPointer<Float>, frame: Int, face: Int
    ) throws(MienError) {
        do {
            try writer.append(points.span, integers: [Int64(frame), Int64(face)])
        } catch {
            throw .output("\(error)")
        }
    }

    func finish() throws(MienError) {
        do {
            try writer.finish(metadata: [
                "mien": mienVersion,
                "landmarks":
                    "x, y, z of 478 points in pixels of the upright frame; z relative, away from the camera",
            ])
        } catch {
            throw .output("\(error)")
        }
    }
}
