import CFFmpeg

/// Brings frames of high dynamic range (PQ, HLG) to the range and primaries of ordinary video, with FFmpeg's filters:
/// `zscale` (zimg) computes their light, and `tonemap` rolls off what is brighter than white.
///
/// White is the 203 cd/m2 that ITU-R BT.2408 gives to a white page, so that a face has the values it has in an ordinary
/// video of the scene; the roll-off begins at 80 % of it and leaves what is darker alone.
package final class ToneMapper {
    private var graph: UnsafeMutablePointer<AVFilterGraph>?
    private var source: UnsafeMutablePointer<AVFilterContext>?
    private var sink: UnsafeMutablePointer<AVFilterContext>?
    private let mapped = Frame()
    private let shape: Shape

    /// All that the filters depend on.
    private struct Shape: Equatable {
        var size: [Int32]
        var format: Int32
        var codes: [UInt32]

        init(_ frame: UnsafeMutablePointer<AVFrame>) {
            let fields = frame.pointee
            size = [fields.width, fields.height]
            format = fields.format
            codes = [
                fields.color_trc.rawValue, fields.color_primaries.rawValue, fields.colorspace.rawValue,
                fields.color_range.rawValue,
            ]
        }
    }

    /// Whether this FFmpeg has the filters.
    package static let isAvailable = ["zscale", "tonemap"].allSatisfy { (name: String) in
        avfilter_get_by_name(name) != nil
    }

    /// Filters for frames like `frame`, whose numbers are read as `colour` says; nil if there can be none.
    init?(_ frame: UnsafeMutablePointer<AVFrame>, colour: ColourInterpretation) {
        shape = Shape(frame)
        guard Self.isAvailable, let graph = avfilter_graph_alloc() else { return nil }
        self.graph = graph
        // One thread, as everywhere in decoding.
        graph.pointee.nb_threads = 1
        let fields = frame.pointee
        let input = "video_size=\(fields.width)x\(fields.height):pix_fmt=\(fields.format):time_base=1/1"
        guard
            avfilter_graph_create_filter(&source, avfilter_get_by_name("buffer"), "in", input, nil, graph)
                >= 0,
            avfilter_graph_create_filter(&sink, avfilter_get_by_name("buffersink"), "out", nil, nil, graph)
                >= 0
        else { return nil }
        var outputs = Self.end("in", of: source)
        var inputs = Self.end("out", of: sink)
        defer {
            avfilter_inout_free(&outputs)
            avfilter_inout_free(&inputs)
        }
        guard avfilter_graph_parse_ptr(graph, Self.filters(fields, colour), &inputs, &outputs, nil) >= 0,
            avfilter_graph_config(graph, nil) >= 0
        else { return nil }
    }

    deinit { avfilter_graph_free(&graph) }

    /// Whether it is for frames like `frame`.
    func fits(_ frame: UnsafeMutablePointer<AVFrame>) -> Bool { shape == Shape(frame) }

    /// `frame` as planar RGB of 8 bits, valid until the next call; nil if a filter fails.
    func map(_ frame: UnsafeMutablePointer<AVFrame>) -> UnsafeMutablePointer<AVFrame>? {
        av_frame_unref(mapped.pointer)
        guard av_buffersrc_write_frame(source, frame) >= 0,
            av_buffersink_get_frame(sink, mapped.pointer) >= 0
        else { return nil }
        return mapped.pointer
    }

    /// The filters, in FFmpeg's notation; colours in its numbers, those of ITU-T H.273.
    private static func filters(_ fields: AVFrame, _ colour: ColourInterpretation) -> String {
        let layout = PixelLayout(AVPixelFormat(rawValue: fields.format))
        let matrix =
            layout.isRGB
            ? AVCOL_SPC_RGB
            : fields.colorspace == AVCOL_SPC_UNSPECIFIED ? AVCOL_SPC_BT2020_NCL : fields.colorspace
        let primaries =
            fields.color_primaries == AVCOL_PRI_UNSPECIFIED ? AVCOL_PRI_BT2020 : fields.color_primaries
        // zimg takes no sizes that the chroma samples do not divide.
        let isOdd =
            Int(fields.width) % (1 << layout.chromaShift.x) != 0
            || Int(fields.height) % (1 << layout.chromaShift.y) != 0
        return [
            isOdd ? "format=yuv444p16" : nil,
            "zscale=tin=\(fields.color_trc.rawValue):pin=\(primaries.rawValue):min=\(matrix.rawValue)"
                + ":rin=\(colour.isFullRange ? "full" : "limited"):t=linear:p=bt709:m=gbr:npl=203",
            "format=gbrpf32le", "tonemap=mobius:param=0.8:desat=0", "zscale=t=bt709:m=gbr:r=full",
            "format=gbrp",
        ].compactMap(\.self).joined(separator: ",")
    }

    /// An open end of the graph.
    private static func end(
        _ name: String, of filter: UnsafeMutablePointer<AVFilterContext>?
    ) -> UnsafeMutablePointer<AVFilterInOut>? {
        let end = avfilter_inout_alloc()
        end?.pointee.name = av_strdup(name)
        end?.pointee.filter_ctx = filter
        return end
    }
}
