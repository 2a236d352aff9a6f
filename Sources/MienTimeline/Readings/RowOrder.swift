/// The order of rows in a timeline: ascending by (frame, face), and a frame without a face has one row.
package struct RowOrder: Sendable {
    /// The frame of the latest row; 0 before the first.
    package private(set) var frame = 0
    /// The face of the latest row; nil if its frame has none.
    package private(set) var faceID: Int?

    package init() {}

    /// Says what is wrong with a row at this place, or nil if nothing is.
    package func objection(toFrame frame: Int, faceID: Int?) -> String? {
        if frame < 1 { return "frames count from 1" }
        if let faceID, faceID < 0 { return "faces count from 0" }
        if frame < self.frame { return "frame \(frame) after frame \(self.frame)" }
        guard frame == self.frame else { return nil }
        guard let faceID, let last = self.faceID else {
            return "frame \(frame) has a row without a face and another row"
        }
        return faceID > last ? nil : "face \(faceID) after face \(last) in frame \(frame)"
    }

    /// Takes note of the next row, which must be in order.
    package mutating func admit(frame: Int, faceID: Int?) {
        // The message is only made for a row that is wrong: this runs for every row.
        let next = frame > self.frame && frame >= 1 && faceID ?? 0 >= 0
        if !next, let objection = objection(toFrame: frame, faceID: faceID) {
            preconditionFailure("rows out of order: \(objection)")
        }
        self.frame = frame
        self.faceID = faceID
    }
}
