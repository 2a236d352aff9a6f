import Mien

/// The options that say what is measured of a face besides its scores, the same for `annotate` and `stream`.
enum GeometryArguments {
    /// For `annotate` alone: the file lies beside the table.
    static let landmarkOption = Option(
        "--landmarks", help: "write the mesh's 478 points of every face, too: CLIP.landmarks.safetensors")

    static let options = [
        Option(
            "--geometry",
            help:
                "measure head pose, eyes, blinks, gaze, mouth and the row's quality\nfrom a mesh of each face"
        ),
        Option("--blendshapes", help: "score the mesh's 52 blendshapes, too"),
        Option(
            "--focal", value: "PIXELS",
            help:
                "the camera's focal length, for positions in millimetres.\nDefault: 0.8 times the longer side of the frame"
        ),
    ]

    /// Puts what was given into `configuration`.
    static func apply(_ arguments: Arguments, to configuration: inout Configuration) throws(UsageError) {
        let focal = try arguments.number("--focal")
        if let focal, !(focal.isFinite && focal > 0) {
            throw UsageError("--focal \(focal): expected more than 0 pixels")
        }
        guard ["--geometry", "--blendshapes", "--landmarks"].contains(where: arguments.has) else {
            if focal != nil { throw UsageError("--focal: expected --geometry or --blendshapes with it") }
            return
        }
        configuration.geometry = GeometryOptions(
            focalLength: focal, hasBlendshapes: arguments.has("--blendshapes"))
    }
}
