import Foundation
import MienVideo
import Testing

/// What is said of a file's chances in a browser.
@Suite struct PlaybackTests {
    @Test(
        arguments: [
            ("-c:v libx264 -pix_fmt yuv420p a.mp4", nil), ("-c:v libx264 -pix_fmt yuvj420p a.mov", nil),
            ("-c:v libx264 -profile:v baseline -pix_fmt yuv420p a.m4v", nil),
            ("-c:v libvpx a.webm", nil), ("-c:v libvpx-vp9 -pix_fmt yuv420p a.webm", nil),
            ("-c:v libvpx-vp9 -pix_fmt yuv420p a.mp4", nil),
            ("-c:v libvpx -auto-alt-ref 0 -pix_fmt yuva420p a.webm", nil),
            // The name is not what decides.
            ("-c:v libx264 -pix_fmt yuv420p -f mp4 a.avi", nil),
            ("-c:v libx264 -pix_fmt yuv420p -f avi a.mp4", "H.264 video in an AVI file"),
            ("-c:v libx264 -pix_fmt yuv420p a.mkv", "H.264 video in a Matroska file"),
            ("-c:v libvpx-vp9 -pix_fmt yuv420p a.mkv", "VP9 video in a Matroska file"),
            ("-c:v libx264 -pix_fmt yuv420p a.ts", "H.264 video in an MPEG transport stream"),
            ("-c:v libx264 -pix_fmt yuv420p a.flv", "H.264 video in a file of the kind flv"),
            ("-c:v libx264 -pix_fmt yuv420p a.h264", "H.264 video in a raw stream"),
            ("-c:v libx264 -pix_fmt yuv422p a.mp4", "H.264 video with yuv422p pixels"),
            ("-c:v libx264 -pix_fmt yuv444p a.mp4", "H.264 video with yuv444p pixels"),
            ("-c:v libx264 -pix_fmt yuv420p10le a.mp4", "H.264 video with yuv420p10le pixels"),
            ("-c:v libvpx-vp9 -pix_fmt yuv444p a.webm", "VP9 video with yuv444p pixels"),
            ("-c:v prores_ks a.mov", "ProRes video"), ("-c:v mjpeg a.avi", "Motion JPEG video"),
            ("-c:v mpeg4 a.mp4", "MPEG-4 Part 2 video"), ("-c:v mpeg2video a.mpg", "MPEG-2 video"),
            ("-c:v mpeg1video a.mpg", "MPEG-1 video"), ("-c:v wmv2 a.wmv", "wmv2 video"),
            ("-s 720x576 -r 25 -c:v dvvideo -pix_fmt yuv420p a.dv", "DV video"),
            ("-c:v ffv1 a.mkv", "ffv1 video"), ("a.gif", "GIF, in which they cannot seek"),
            ("-frames:v 1 a.jpg", nil), ("-frames:v 1 a.png", nil), ("-frames:v 1 a.bmp", nil),
            ("-frames:v 1 a.tif", "tiff images"), ("-frames:v 1 a.ppm", "ppm images"),
        ] as [(String, String?)]) func tellsWhatBrowsersPlay(arguments: String, obstacle: String?) throws
    {
        var words = arguments.split(separator: " ").map(String.init)
        let name = words.removeLast()
        let path = ClipFolder.shared.file("playback-\(UUID().uuidString)-\(name)")
        try ClipFolder.shared.ffmpeg(
            words: ["-f", "lavfi", "-i", "testsrc2=s=128x96:r=25:d=0.4"] + words + [path])
        #expect(try VideoReader(path).properties.obstacleInBrowsers(path: path) == obstacle)
    }
}
