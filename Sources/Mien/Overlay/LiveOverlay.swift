import MienTensor
import MienTimeline
import MienVideo
package final class LiveOverlay {
    package init(output: String, replacing: Bool, format: PictureFormat) throws(MienError) { throw .output("not yet") }
    package static func check(output: String) throws(MienError) {}
    package var failure: MienError? { nil }
    package func send(_ image: Image, timestamp: Double, number: Int, readings: [FaceReading]) {}
    package func finish() throws(MienError) -> OverlayRun { OverlayRun() }
}
