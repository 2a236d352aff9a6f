import MienCore
import MienVideo

extension LiveSourceOptions {
    /// The same for the reader.
    func readerOptions(cancellation: Cancellation) -> LiveOptions {
        var options = LiveOptions()
        options.format = format
        options.videoSize = videoSize.map { PictureSize(width: $0.width, height: $0.height) }
        options.frameRate = frameRate
        options.inputFormat = inputFormat
        options.rtspTransport = rtspTransport
        options.inputOptions = inputOptions
        options.videoStream = videoStream
        options.openTimeout = openTimeout
        options.readTimeout = readTimeout
        options.reconnection.isEnabled = reconnects
        options.reconnection.giveUpAfter = giveUpAfter
        options.realtime = isRealtime
        options.cancellation = cancellation
        return options
    }
}
