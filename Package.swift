// swift-tools-version: 6.2

import PackageDescription

// Dependencies point one way, and each module knows only those below it:
//
//     Command
//     Training   Bench   Report
//     Mien                        the engine and the public door
//     Overlay   Export   Faces   CLIP   Heads
//     Table     Video    Safetensors
//     Timeline  Image    Tensor   Hash
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
        .library(name: "MienReport", targets: ["MienReport"]),
        .library(name: "MienTraining", targets: ["MienTraining"]),
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
        .target(name: "MienImage", swiftSettings: swift),
        .target(
            name: "MienSafetensors", dependencies: ["CKernels", "MienCore", "MienTensor"],
            swiftSettings: swift),
        .target(
            name: "MienCLIP",
            dependencies: ["CKernels", "MienCore", "MienImage", "MienSafetensors", "MienTensor"],
            swiftSettings: swift),
        .target(
            name: "MienHeads", dependencies: ["MienCore", "MienSafetensors", "MienTensor"],
            swiftSettings: swift),
        .target(
            name: "MienTraining",
            dependencies: [
                "CKernels", "Mien", "MienCore", "MienHash", "MienHeads", "MienSafetensors", "MienTable",
                "MienTensor", "MienTimeline",
            ],
            swiftSettings: swift),
        .target(
            name: "MienVideo",
            dependencies: ["CCamera", "CFFmpeg", "CKernels", "MienCore", "MienImage", "MienTensor"],
            swiftSettings: swift),
        .target(
            name: "MienFaces",
            dependencies: ["CKernels", "MienImage", "MienSafetensors", "MienTensor", "MienVideo"],
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
                "MienCLIP", "MienCore", "MienFaces", "MienHash", "MienHeads", "MienImage", "MienOverlay",
                "MienSafetensors", "MienTable", "MienTensor", "MienTimeline", "MienVideo",
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
                "Mien", "MienBench", "MienCore", "MienExport", "MienHeads", "MienReport", "MienTable",
                "MienTimeline", "MienTraining", "MienVideo",
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
            name: "MienTensorTests",
            dependencies: ["CKernels", "KernelChecks", "MienSafetensors", "MienTensor", "TestSupport"],
            swiftSettings: swift),
        .testTarget(name: "MienImageTests", dependencies: ["MienImage"], swiftSettings: swift),
        .testTarget(
            name: "MienSafetensorsTests", dependencies: ["MienSafetensors", "MienTensor", "TestSupport"],
            swiftSettings: swift),
        // Every kernel against its plain C: for the tests, and for tools/check/instruction_sets under an emulator.
        .target(
            name: "KernelChecks", dependencies: ["CKernels"], path: "Tests/KernelChecks", cSettings: c),
        .testTarget(
            name: "MienCLIPTests",
            dependencies: [
                "CKernels", "MienCLIP", "MienImage", "MienSafetensors", "MienTensor", "TestSupport",
            ],
            resources: [.copy("Goldens")], swiftSettings: swift),
        .testTarget(
            name: "MienHeadsTests",
            dependencies: ["MienHeads", "MienSafetensors", "MienTensor", "TestSupport"],
            resources: [.copy("Goldens")], swiftSettings: swift),
        .testTarget(
            name: "MienTrainingTests",
            dependencies: [
                "CKernels", "Mien", "MienHeads", "MienSafetensors", "MienTensor", "MienTimeline",
                "MienTraining",
                "TestSupport",
            ],
            resources: [.copy("Goldens")], swiftSettings: swift),
        .testTarget(
            name: "MienVideoTests", dependencies: ["LiveProbe", "MienImage", "MienVideo", "TestSupport"],
            swiftSettings: swift),
        // What the tests of live sources run, in a process of its own for each camera.
        .executableTarget(
            name: "LiveProbe", dependencies: ["MienImage", "MienVideo"], path: "Tests/LiveProbe",
            swiftSettings: swift),
        .testTarget(
            name: "MienFacesTests",
            dependencies: [
                "CKernels", "MienFaces", "MienImage", "MienSafetensors", "MienTensor", "MienVideo",
                "TestSupport",
            ],
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
                "AllocationProbe", "Mien", "MienCore", "MienFaces", "MienImage", "MienSafetensors",
                "MienVideo",
                "TestSupport",
                "ReadFaces", "FollowCamera", "ReadFrames", "OwnModel",
            ], swiftSettings: swift),
        // What the test that counts allocations runs, with a malloc that counts.
        .executableTarget(
            name: "AllocationProbe", dependencies: ["Mien", "MienBench", "MienVideo"],
            path: "Tests/AllocationProbe", swiftSettings: swift),
        .testTarget(
            name: "MienCommandTests",
            dependencies: [
                "Mien", "MienCommand", "MienCore", "MienHeads", "MienSafetensors", "MienTable",
                "MienTimeline",
                "TestSupport",
            ],
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
                "MienCLIP", "MienHeads", "MienSafetensors", "MienTable", "MienTimeline", "MienTraining",
            ],
            path: "Tests/Fuzz", exclude: ["Corpus"],
            swiftSettings: swift + [.unsafeFlags(["-parse-as-library"])]))
}
