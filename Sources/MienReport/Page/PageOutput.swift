import Foundation
import MienTable
import MienTimeline

/// Text on its way to a sink, gathered to pieces worth writing.
struct PageOutput {
    private static let size = 1 << 16

    private let sink: any TableSink
    private var bytes: [UInt8] = []

    init(sink: any TableSink) {
        self.sink = sink
    }

    mutating func write(_ text: some StringProtocol) throws(ReportError) {
        bytes += text.utf8
        if bytes.count >= Self.size { try flush() }
    }

    mutating func write(_ text: [UInt8]) throws(ReportError) {
        bytes += text
        if bytes.count >= Self.size { try flush() }
    }

    mutating func write(base64 data: [UInt8]) throws(ReportError) {
        bytes += Data(data).base64EncodedData()
        if bytes.count >= Self.size { try flush() }
    }

    mutating func flush() throws(ReportError) {
        guard !bytes.isEmpty else { return }
        try reporting { () throws(TimelineError) in try sink.write(bytes.span) }
        bytes.removeAll(keepingCapacity: true)
    }
}
