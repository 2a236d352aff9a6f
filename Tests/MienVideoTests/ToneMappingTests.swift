import MienVideo
import Testing

/// Videos of high dynamic range, against the ordinary ones they were made from.
@Suite struct ToneMappingTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var transfer: String
        var pixels = "yuv420p10le"
        var range = "limited"
        var size = "160x96"
        var testDescription: String { "\(transfer) \(pixels) \(range) \(size)" }
    }

    static let cases = [
        Case(transfer: "smpte2084"), Case(transfer: "arib-std-b67"),
        Case(transfer: "smpte2084", pixels: "yuv422p10le", range: "full"),
        Case(transfer: "arib-std-b67", pixels: "yuv444p12le"),
        Case(transfer: "smpte2084", pixels: "yuv420p10le", size: "161x97"),
    ]

    /// An ordinary video and the same with high dynamic range, white at 203 cd/m2.
    private func videos(_ item: Case) throws -> (sdr: String, hdr: String) {
        let folder = ClipFolder.shared
        let name = item.testDescription.replacing(" ", with: "-")
        // Without edges, where the samples of chroma would differ.
        let dimmed = "lutrgb=r=val*0.75:g=val*0.75:b=val*0.75,gblur=sigma=8"
        let source = "-f lavfi -i smptebars=s=\(item.size):r=5:d=1,\(dimmed)"
        let tags = "-colorspace bt709 -color_primaries bt709 -color_trc bt709 -color_range tv -c:v ffv1"
        try folder.ffmpeg(
            "\(source),scale=out_color_matrix=bt709:out_range=tv,format=yuv444p \(tags) sdr-\(name).mkv")
        let filters = [
            "zscale=tin=bt709:pin=bt709:min=bt709:rin=limited:t=linear:p=bt709:npl=203", "format=gbrpf32le",
            "zscale=t=\(item.transfer):p=bt2020:m=bt2020nc:r=\(item.range):npl=203",
            // zimg halves no odd size, and swscale, which does, would make full range limited.
            item.size == "160x96" ? nil : "format=yuv444p16le", "format=\(item.pixels)",
        ].compactMap(\.self).joined(separator: ",")
        let range = item.range == "full" ? "pc" : "tv"
        try folder.ffmpeg(
            "-i sdr-\(name).mkv -vf \(filters) -color_primaries bt2020 -color_trc \(item.transfer)",
            "-colorspace bt2020nc -color_range \(range) -c:v ffv1 hdr-\(name).mkv")
        return (folder.file("sdr-\(name).mkv"), folder.file("hdr-\(name).mkv"))
    }

    @Test(arguments: cases)
    func picturesAreThoseOfTheOrdinaryRange(item: Case) throws {
        let (sdr, hdr) = try videos(item)
        let reader = try VideoReader(hdr)
        #expect(reader.properties.colour.highRange == (item.transfer == "smpte2084" ? .pq : .hlg))
        let frame = try #require(try reader.next())
        #expect(meanDifference(frame.image, try firstImage(sdr)) < 3)
        while try reader.next() != nil {}
        #expect(reader.report.warnings == [])
        #expect(try Reading(sdr).properties.colour.highRange == nil)
    }

    /// What is drawn into them is an ordinary video, and says so.
    @Test func aCopyIsOfTheOrdinaryRange() throws {
        let (sdr, hdr) = try videos(Self.cases[0])
        let copy = try Copy(of: hdr, to: "copy-hdr.mp4")
        let reader = try VideoReader(copy.path)
        #expect(reader.properties.colour.highRange == nil && reader.properties.colour.matrix == .bt709)
        let frame = try #require(try reader.next())
        #expect(meanDifference(frame.image, try firstImage(sdr)) < 6)
    }

    @Test func pixelsThatAreNoSquaresAndATurnGoTogetherWithIt() throws {
        let (_, hdr) = try videos(Self.cases[0])
        try ClipFolder.shared.ffmpeg("-i \(hdr) -c copy -aspect 20:9 -metadata:s:v rotate=90 wide-hdr.mov")
        let reader = try VideoReader(ClipFolder.shared.file("wide-hdr.mov"))
        let image = try #require(try reader.next()).image
        let upright = try firstImage(hdr)
        #expect(image.width == 96 && image.height == 213)
        let corner = upright[4, 4]
        let other = reader.properties.rotation == 90 ? image[91, 5] : image[4, 207]
        #expect(distance(corner, [Int(other.red), Int(other.green), Int(other.blue)]) < 12)
    }
}
