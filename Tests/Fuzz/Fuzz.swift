import Foundation

/// One program for all fuzz targets: `MIEN_FUZZ_TARGET` names the parser that libFuzzer's inputs go to.
///
/// `tools/check/fuzz` builds and runs it. A parser passes if it returns or throws: a trap, a report of a sanitizer or an
/// input that takes longer than libFuzzer's limit is a finding.
@_cdecl("LLVMFuzzerTestOneInput")
func testOneInput(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    selected(Data(bytes: bytes, count: count))
    return 0
}

private let selected: @Sendable (Data) -> Void = {
    let name = ProcessInfo.processInfo.environment["MIEN_FUZZ_TARGET"] ?? ""
    guard let target = FuzzTargets.all[name] else {
        fatalError("MIEN_FUZZ_TARGET: expected one of \(FuzzTargets.all.keys.sorted())")
    }
    return target
}()
