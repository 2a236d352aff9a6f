import MienTable
import MienTimeline

/// What the page knows besides its rows: the JSON its scripts read.
struct PageDocument: Encodable {
    /// The table.
    struct Table: Encodable {
        var name: String
        var rows: Int
        var frames: Int
        var first: Double
        var last: Double
        /// Frames without a time of their own.
        var untimedFrames: Int
        /// Rows of each status.
        var status: [String: Int]
    }

    struct Media: Encodable {
        var name: String
        var address: String?
        var type: String
        var start: Double
        var obstacle: String?
    }

    struct Label: Encodable {
        var name: String
        var meaning: String
        /// Whether the model grades it as weak.
        var isWeak: Bool
    }

    /// One label of one face.
    struct Activity: Encodable {
        var seconds: Double
        var share: Double?
        var mean: Double?
        var count: Int
        var longest: Double

        init(_ series: SeriesSummary, _ i: Int) {
            let activity = series.activities[i]
            seconds = activity.seconds.rounded(to: 1e6)
            share = series.share(i)?.rounded(to: 1e6)
            mean = series.mean(i)?.rounded(to: 1e6)
            count = activity.count
            longest = activity.longest.rounded(to: 1e6)
        }
    }

    struct Series: Encodable {
        var expressionSeconds: Double
        var expressionReadings: Int
        var unitSeconds: Double
        var unitReadings: Int
        /// Expressions, then action units.
        var activities: [Activity]
        /// Label, start, end, peak of each.
        var events: [[Double]]

        init(_ series: SeriesSummary) {
            expressionSeconds = series.expressionSeconds.rounded(to: 1e6)
            expressionReadings = series.expressionReadings
            unitSeconds = series.unitSeconds.rounded(to: 1e6)
            unitReadings = series.unitReadings
            activities = (0..<SeriesSummary.labels).map { Activity(series, $0) }
            events = series.events.sorted { ($0.start, $0.label) < ($1.start, $1.label) }.map {
                [
                    Double($0.label), $0.start.rounded(to: 1e6), $0.end.rounded(to: 1e6),
                    Double($0.peak).rounded(to: 1e6),
                ]
            }
        }
    }

    /// How a face moved its head and eyes.
    struct Geometry: Encodable {
        var seconds: Double
        var blinks: Int
        var blinkRate: Double?
        var headSpeed: Double?
        var talking: Double?
        var atCamera: Double?
        var quality: Double?

        /// Nil for a face without one.
        init?(_ summary: GeometrySummary) {
            guard summary.readings > 0 else { return nil }
            seconds = summary.seconds.rounded(to: 1e6)
            blinks = summary.blinks
            blinkRate = summary.blinkRate?.rounded(to: 1e3)
            headSpeed = summary.headSpeed?.rounded(to: 1e3)
            talking = summary.talkingShare?.rounded(to: 1e6)
            atCamera = summary.cameraShare?.rounded(to: 1e6)
            quality = summary.quality?.rounded(to: 1e6)
        }
    }

    struct Face: Encodable {
        var id: Int
        var rows: Int
        var first: Double
        var last: Double
        var raw: Series
        var smoothed: Series
        var geometry: Geometry?

        init(_ face: TimelineSummary.Face) {
            id = face.id
            rows = face.rows
            first = face.first
            last = face.last
            raw = Series(face.raw)
            smoothed = Series(face.smoothed)
            geometry = Geometry(face.geometry)
        }
    }

    var title: String
    var mien: String
    var table: Table
    var media: Media?
    var faces: [Face]
    var expressions = FacialExpression.allCases.map(\.name)
    var units: [Label]
    var statuses = FrameStatus.allCases.map(\.rawValue)
    var thresholds: [Double]
    var minimumEvent: Double
    var gapMaximum: Double
    var recordSize = RowPacker.recordSize
    var levels = Int(RowPacker.levels)
    /// The metadata of the run, or nil if there are none beside the table.
    var run: RunMetadata?
    var model: ModelCard?
    /// What the reader should know about this page, a sentence each.
    var notes: [String]
}

extension Double {
    fileprivate func rounded(to scale: Double) -> Double { (self * scale).rounded() / scale }
}
