import Foundation
import MienTimeline

/// How one face moved its head and eyes over time, counted while the rows go by.
package struct GeometrySummary: Sendable {
    /// Within so many degrees of the camera's direction a gaze counts as at the camera.
    private static let nearCamera: Float = 15

    /// The readings with a geometry.
    package private(set) var readings = 0
    /// The time between them, without longer gaps.
    package private(set) var seconds = 0.0
    /// The blinks that began.
    package private(set) var blinks = 0
    /// How far the head turned altogether, in degrees.
    package private(set) var turned = 0.0
    /// The time in which the face talked.
    package private(set) var talking = 0.0
    /// The time with a gaze, and in which that was at the camera.
    package private(set) var gazing = 0.0
    package private(set) var atCamera = 0.0
    private var qualities = 0.0
    private var last: (geometry: FaceGeometry, time: Double)?

    package init() {}

    /// The mean quality; nil without readings.
    package var quality: Double? { readings > 0 ? qualities / Double(readings) : nil }
    /// Blinks a minute, degrees of the head a second, shares of the time talking and looking at the camera; nil where no
    /// time passed.
    package var blinkRate: Double? { seconds > 0 ? 60 * Double(blinks) / seconds : nil }
    package var headSpeed: Double? { seconds > 0 ? turned / seconds : nil }
    package var talkingShare: Double? { seconds > 0 ? talking / seconds : nil }
    package var cameraShare: Double? { gazing > 0 ? atCamera / gazing : nil }

    /// Adds the face's next reading.
    mutating func add(_ geometry: FaceGeometry?, at time: Double, _ options: SummaryOptions) {
        guard let geometry else { return }
        readings += 1
        qualities += Double(geometry[.quality] ?? 0)
        defer { last = (geometry, time) }
        let wasBlinking = last?.geometry[.blink] == 1
        if geometry[.blink] == 1, !wasBlinking { blinks += 1 }
        guard let last, time > last.time, time - last.time <= options.gapMaximum else { return }
        let step = time - last.time
        seconds += step
        let turn = [FaceGeometry.Quantity.posePitch, .poseYaw, .poseRoll].map {
            Double((geometry[$0] ?? 0) - (last.geometry[$0] ?? 0))
        }
        turned += turn.reduce(0) { $0 + $1 * $1 }.squareRoot()
        if last.geometry[.talking] == 1 { talking += step }
        guard let pitch = last.geometry[.gazePitch], let yaw = last.geometry[.gazeYaw] else { return }
        gazing += step
        if abs(pitch) <= Self.nearCamera, abs(yaw) <= Self.nearCamera { atCamera += step }
    }
}
