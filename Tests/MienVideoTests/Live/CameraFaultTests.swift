import Foundation
import MienVideo
import Testing

/// The reader on a camera, which tools/fake-camera stands in for: what goes wrong on the way.
@Suite struct CameraFaultTests {
    @Test func anUnpluggedCameraComesBack() throws {
        let probe = try Probe(camera: "--fault unplug@10+0.8", "frames=25")
        #expect(probe.outages == ["/dev/video0: the camera was unplugged"], "\(probe.output)")
        #expect(probe.frames.count == 25 && probe.isInOrder)
        let first = probe.frames.firstNew
        #expect(probe.frames.allSatisfy { $0.epoch == ($0.index < first ? 0 : 1) })
        // The outage is as long in the timestamps as it was.
        let gap = try #require(probe.recoveries.first)
        #expect((0.5..<10).contains(gap))
        let (before, after) = (probe.frames[first - 1], probe.frames[first])
        let step = after.timestamp - before.timestamp
        #expect(abs(step - (after.captured - before.captured)) < 1e-6)
        #expect(abs(step - gap) < 1e-6)
        #expect(probe.report?.reconnections == 1 && probe.report?.outages == 1)
    }

    @Test func itMayComeBackAnotherWay() throws {
        let moved = try Probe(
            camera: "--size 640x360,320x180 --fault unplug@10+0.5 --fault node=2@10 --fault size=320x180@10",
            "frames=20")
        #expect(moved.outages.count == 1 && moved.recoveries.count == 1, "\(moved.output)")
        #expect(moved.frames.first?.size == "640x360" && moved.frames.last?.size == "320x180")
        #expect(moved.frames.count == 20 && moved.isInOrder)
        #expect(moved.report?.warnings.count == 1)
    }

    @Test func aCameraThatStaysAwayIsGivenUpIfAskedFor() throws {
        let probe = try Probe(camera: "--fault unplug@5", "give_up=0.5")
        #expect(probe.outages.count == 1)
        #expect(
            probe.error == "/dev/video0: no such camera; and this machine has no other", "\(probe.output)")
        let once = try Probe(camera: "--fault unplug@5", "no_reconnect")
        #expect(once.error == "/dev/video0: the camera was unplugged" && once.outages.isEmpty)
        let cancelled = try Probe(camera: "--fault unplug@5", "cancel=1")
        #expect(cancelled.error == "/dev/video0: reading was cancelled")
        let waiting = try Probe(camera: "--fault stall@5", "cancel=1")
        #expect(waiting.error == "/dev/video0: reading was cancelled")
    }

    @Test(arguments: [
        ("stall@10+1.2", "no frame came for 0.5 s"), ("eio@10+0.3", "reading failed"),
        // Packets come, and none has a picture.
        ("short@10+1.2", "no frame came for 0.5 s"),
    ]) func aCameraThatStopsIsOpenedAgain(fault: String, reason: String) throws {
        let probe = try Probe(camera: "--fault \(fault)", "frames=20 read=0.5")
        #expect(probe.outages.first?.contains(reason) == true, "\(probe.output)")
        #expect(probe.recoveries.count >= 1 && probe.frames.count == 20 && probe.isInOrder)
    }

    @Test(arguments: ["short@5*5", "error@5*5"]) func spoiltBuffersAreCounted(fault: String) throws {
        let probe = try Probe(camera: "--formats yuyv --fault \(fault)", "frames=15")
        #expect(probe.frames.count == 15 && probe.isInOrder && probe.outages.isEmpty, "\(probe.output)")
        #expect((3...5).contains(probe.report?.emptyBuffers ?? 0), "\(probe.output)")
    }

    @Test(arguments: ["corrupt@5*5", "short=40@5*5"]) func spoiltPicturesAreNoEnd(fault: String) throws {
        let probe = try Probe(camera: "--formats mjpeg --fault \(fault)", "frames=15")
        let report = try #require(probe.report, "\(probe.output)")
        #expect(probe.frames.count == 15 && probe.isInOrder && probe.outages.isEmpty)
        #expect(report.damagedFrames + report.lostPackets >= 3, "\(report)")
        #expect(probe.frames.prefix(5).allSatisfy { !$0.isDamaged })
        #expect(probe.frames.suffix(4).allSatisfy { !$0.isDamaged })
    }

    @Test(arguments: ["clock=-5@10", "clock=500@10*5"]) func timestampsRiseWhateverTheClock(fault: String)
        throws
    {
        let probe = try Probe(camera: "--fault \(fault)", "frames=25")
        #expect(probe.isInOrder && probe.frames.count == 25, "\(probe.output)")
        #expect((probe.frames.last?.timestamp ?? 99) < 5)
        #expect(probe.report?.clockJumps ?? 0 >= 1)
    }
}

extension [Probe.Frame] {
    /// The position of the first frame after the outage.
    fileprivate var firstNew: Int { firstIndex { $0.epoch == 1 } ?? 1 }
}
