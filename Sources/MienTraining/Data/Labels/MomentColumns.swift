import Mien
import MienTable

/// The columns that say which moment of a video, and which face in it.
struct MomentColumns {
    private let frame: Int?
    private let time: Int?
    private let face: Int?
    private let box: [Int]?

    init(header: [String]) {
        frame = header.firstIndex(of: "frame")
        time = header.firstIndex(of: "time") ?? header.firstIndex(of: "timestamp")
        face = header.firstIndex(of: "face_id")
        let columns = ["face_x", "face_y", "face_w", "face_h"].compactMap { header.firstIndex(of: $0) }
        box = columns.count == 4 ? columns : nil
    }

    func read(
        _ record: CSVRecord
    ) throws(RowProblem) -> (moment: FaceSample.Moment, face: FaceSample.Face?) {
        let moment = try moment(record)
        guard let face, !record.isMissing(face) else { return (moment, nil) }
        guard case .value(let id) = record.integer(face), (-1...1 << 40).contains(id) else {
            throw RowProblem(record, face, named: "face_id", expected: "a whole number, -1 for none")
        }
        guard id >= 0 else { return (moment, nil) }
        return (moment, FaceSample.Face(id: Int(id), box: try rectangle(record)))
    }

    private func moment(_ record: CSVRecord) throws(RowProblem) -> FaceSample.Moment {
        if let frame, !record.isMissing(frame) {
            guard case .value(let number) = record.integer(frame), (1...1 << 40).contains(number) else {
                throw RowProblem(record, frame, named: "frame", expected: "a whole number of 1 or more")
            }
            return .frame(Int(number))
        }
        guard let time, !record.isMissing(time) else { return .whole }
        guard let seconds = record.number(time), seconds >= 0 else {
            throw RowProblem(record, time, named: "time", expected: "seconds, 0 or more")
        }
        return .time(seconds)
    }

    /// The box, if all of its cells have a number.
    private func rectangle(_ record: CSVRecord) throws(RowProblem) -> FaceRectangle? {
        guard let box, !box.contains(where: { record.isMissing($0) }) else { return nil }
        var values: [Float] = []
        for column in box {
            guard let value = record.number(column) else {
                throw RowProblem(record, column, named: "the face's box", expected: "a number of pixels")
            }
            values.append(Float(value))
        }
        return FaceRectangle(x: values[0], y: values[1], width: values[2], height: values[3])
    }
}
