import MienCore

/// How a face is cut out for the encoder: what the crops it was trained on look like.
///
/// Either by the eyes (``eyeDistance`` and ``eyeCenter``) or, where ``margin`` is set, by the detector's box. The
/// default is the geometry of loosely cropped portraits: the median of FER2013.
package struct Crop: Sendable, Equatable {
    /// The distance between the eyes as a fraction of the crop's side; nil where the box decides.
    package var eyeDistance: Double? = 0.369
    /// Where the middle between the eyes lies, x and y as fractions of the side.
    package var eyeCenter = [0.5, 0.389]
    /// Whether the crop is turned so that the eyes are level.
    package var roll = true
    /// The border around the detector's box, as a fraction of its longer side on each side.
    package var margin: Double?
    /// The members that this version does not know.
    package var unknown: [String: JSONValue] = [:]

    package init() {}

    init(_ section: JSONSection) throws(HeadsError) {
        var section = section
        eyeCenter = try section.numbers("eye_center", count: 2, in: 0...1) ?? eyeCenter
        margin = try section.number("margin", in: 0...4)
        eyeDistance = try section.number("eye_distance", in: 0.01...1) ?? (margin == nil ? eyeDistance : nil)
        // A crop by the box is upright unless the model says otherwise: its faces were not turned either.
        roll = try section.bool("roll") ?? (margin == nil)
        unknown = section.rest
    }

    var members: [String: JSONValue] {
        var members = unknown
        members["eye_distance"] = eyeDistance.map { .number($0) }
        if eyeDistance != nil { members["eye_center"] = .array(eyeCenter.map { .number($0) }) }
        members["margin"] = margin.map { .number($0) }
        members["roll"] = .bool(roll)
        return members
    }
}
