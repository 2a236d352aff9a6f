// swift-tools-version: 6.2

import PackageDescription

// Dependencies point one way, and each module knows only those below it:
//
//     Command
//     Training   Bench   Report
//     Mien                        the engine and the public door
//     Overlay   Export   Faces   CLIP   Heads
//     Table     Video
//     Timeline  Tensor   Hash
//     Core      CKernels, CFFmpeg, CCairo, CCamera

let swift: [SwiftSetting] = [
    .treatAllWarnings(as: .error),
    // Span-returning properties of our own buffers need it; it changes no ABI.
    .enableExperimentalFeature("Lifetimes"),
]
let c: [CSetting] = [.treatAllWarnings(as: .error)]

let package = Package(
    name: "mien",
    products: [
        .library(name: "Mien", targets: ["Mien"]),
        .library(name: "MienExport", targets: ["MienExport"]),
        .executable(name: "mien", targets: ["MienCommand"]),
    ],
    targets: [
        .systemLibrary(
            name: "CFFmpeg",
            pkgConfig: "libavfilter libavformat libavcodec libswscale libavutil libavdevice",
            providers: [
                .apt([
                    "libavfilter-dev", "libavformat-dev", "libavcodec-dev", "libswscale-dev",
                    "libavutil-dev", "libavdevice-dev",
                ])
            ]),
        .systemLibrary(name: "CCairo", pkgConfig: "cairo", providers: [.apt(["libcairo2-dev"])]),
        // The kernel's camera interface: a header only.
        .systemLibrary(name: "CCamera"),
        .target(name: "CKernels", exclude: ["README.md"], cSettings: c),
        .target(name: "MienCore", swiftSettings: swift),
        .target(name: "MienHash", dependencies: ["CFFmpeg"], swiftSettings: swift),

        .target(name: "MienTensor", dependencies: ["CKernels"], swiftSettings: swift),
        .target(name: "MienCLIP", dependencies: ["MienTensor", "CKernels"], swiftSettings: swift),
        .target(name: "MienHeads", dependencies: ["MienCore", "MienTensor"], swiftSettings: swift),
        .target(
            name: "MienTraining",
            dependencies: [
                "CKernels", "Mien", "MienCore", "MienHash", "MienHeads", "MienTable", "MienTensor",
                "MienTimeline",
            ],
            swiftSettings: swift),
        .target(
            name: "MienVideo", dependencies: ["CCamera", "CFFmpeg", "CKernels", "MienTensor", "MienCore"],
            swiftSettings: swift),
        .target(
            name: "MienFaces", dependencies: ["MienTensor", "MienVideo", "CKernels"],
            resources: [.copy("Resources")], swiftSettings: swift),
        .target(name: "MienTimeline", dependencies: ["MienCore"], swiftSettings: swift),
        .target(name: "MienTable", dependencies: ["MienCore", "MienTimeline"], swiftSettings: swift),
        .target(
            name: "MienExport", dependencies: ["MienCore", "MienTable", "MienTimeline"], swiftSettings: swift),
        .target(
            name: "MienOverlay", dependencies: ["CCairo", "MienVideo", "MienTimeline"], swiftSettings: swift),
        .target(
            name: "Mien",
            dependencies: [
                "MienHash", "MienTensor", "MienCLIP", "MienHeads", "MienVideo", "MienFaces", "MienTimeline",
                "MienTable", "MienOverlay", "MienCore",
            ],
            resources: [.copy("Resources")], swiftSettings: swift),
        .target(
            name: "MienBench", dependencies: ["Mien", "MienCore", "MienTable", "MienVideo"],
            swiftSettings: swift),
        .target(
            name: "MienReport", dependencies: ["MienTimeline", "MienTable", "CCairo"],
            resources: [.copy("Resources")], swiftSettings: swift),
        .executableTarget(
            name: "MienCommand",
            dependencies: [
                "Mien", "MienBench", "MienExport", "MienHeads", "MienReport", "MienTensor", "MienCore",
                "MienTimeline", "MienTable", "MienTraining", "MienVideo",
            ],
            swiftSettings: swift),
        // Built, so that they compile; run by tests, so that they work. The README shows the first.
        .executableTarget(
            name: "ReadFaces", dependencies: ["Mien"], path: "Examples/ReadFaces", swiftSettings: swift),
        .executableTarget(
            name: "FollowCamera", dependencies: ["Mien"], path: "Examples/FollowCamera", swiftSettings: swift),
        .executableTarget(
            name: "ReadFrames", dependencies: ["Mien"], path: "Examples/ReadFrames", swiftSettings: swift),
        .executableTarget(
            name: "OwnModel", dependencies: ["Mien"], path: "Examples/OwnModel", swiftSettings: swift),

        .testTarget(name: "MienCoreTests", dependencies: ["MienCore"], swiftSettings: swift),
        .testTarget(name: "MienHashTests", dependencies: ["MienHash"], swiftSettings: swift),
        .testTarget(
            name: "MienTensorTests", dependencies: ["MienTensor", "CKernels", "KernelChecks", "TestSupport"],
            swiftSettings: swift),
        // Every kernel against its plain C: for the tests, and for tools/check/instruction_sets under an emulator.
        .target(
            name: "KernelChecks", dependencies: ["CKernels"], path: "Tests/KernelChecks", cSettings: c),
        .testTarget(
            name: "MienCLIPTests", dependencies: ["MienCLIP", "MienTensor", "CKernels"],
            resources: [.copy("Goldens")], swiftSettings: swift),
        .testTarget(
            name: "MienHeadsTests", dependencies: ["MienHeads", "MienTensor", "TestSupport"],
            resources: [.copy("Goldens")], swiftSettings: swift),
        .testTarget(
            name: "MienTrainingTests",
            dependencies: ["Mien", "MienTraining", "MienHeads", "MienTensor", "MienTimeline", "TestSupport"],
            resources: [.copy("Goldens")], swiftSettings: swift),
        .testTarget(
            name: "MienVideoTests", dependencies: ["LiveProbe", "MienVideo", "MienTensor", "TestSupport"],
            swiftSettings: swift),
        // What the tests of live sources run, in a process of its own for each camera.
        .executableTarget(
            name: "LiveProbe", dependencies: ["MienVideo", "MienTensor"], path: "Tests/LiveProbe",
            swiftSettings: swift),
        .testTarget(
            name: "MienFacesTests", dependencies: ["MienFaces", "MienTensor", "CKernels"],
            resources: [.copy("Goldens")], swiftSettings: swift),
        .testTarget(
            name: "MienTimelineTests", dependencies: ["MienTable", "MienTimeline", "TestSupport"],
            swiftSettings: swift),
        .testTarget(
            name: "MienTableTests", dependencies: ["MienTable", "MienTimeline", "TestSupport"],
            swiftSettings: swift),
        .testTarget(
            name: "MienExportTests",
            dependencies: ["MienExport", "MienTable", "MienTimeline", "TestSupport"],
            resources: [.copy("Goldens")], swiftSettings: swift),
        .testTarget(
            name: "MienReportTests",
            dependencies: ["MienReport", "MienTable", "MienTimeline", "TestSupport"],
            swiftSettings: swift),
        .testTarget(
            name: "MienOverlayTests", dependencies: ["MienOverlay", "MienTimeline", "MienVideo"],
            swiftSettings: swift),
        .testTarget(
            name: "MienTests",
            dependencies: [
                "AllocationProbe", "Mien", "MienCore", "MienFaces", "MienTensor", "MienVideo", "TestSupport",
                "ReadFaces", "FollowCamera", "ReadFrames", "OwnModel",
            ], swiftSettings: swift),
        // What the test that counts allocations runs, with a malloc that counts.
        .executableTarget(
            name: "AllocationProbe", dependencies: ["Mien", "MienBench", "MienVideo"],
            path: "Tests/AllocationProbe", swiftSettings: swift),
        .testTarget(
            name: "MienCommandTests",
            dependencies: ["MienCommand", "Mien", "MienHeads", "MienTensor", "MienTimeline", "TestSupport"],
            swiftSettings: swift),
        .target(
            name: "TestSupport", dependencies: ["MienTable", "MienTimeline"], path: "Tests/Support",
            swiftSettings: swift),
    ],
    swiftLanguageModes: [.v6],
    cLanguageStandard: .gnu17
)

// libFuzzer brings the entry point of this program, so it builds with `--sanitize fuzzer` only: tools/check/fuzz.
if Context.environment["MIEN_FUZZ"] != nil {
    package.targets.append(
        .executableTarget(
            name: "Fuzz",
            dependencies: [
                "MienCLIP", "MienHeads", "MienTable", "MienTensor", "MienTimeline", "MienTraining",
            ],
            path: "Tests/Fuzz", exclude: ["Corpus"],
            swiftSettings: swift + [.unsafeFlags(["-parse-as-library"])]))
}
