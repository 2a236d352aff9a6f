import CKernels
import Foundation
import MienTensor
import Synchronization
import Testing

@Suite struct WorkersTests {
    @Test(arguments: [1, 2, 3, 8], [0, 1, 2, 7, 1000])
    func everyPieceRunsOnceAndSlotsAreNotShared(count: Int, pieces: Int) {
        let runs = Mutex([Int](repeating: 0, count: pieces))
        let busy = Mutex(Set<Int>())
        let shared = Atomic<Bool>(false)
        Workers(count: count).run(pieces) { piece, slot in
            let isFree = busy.withLock { $0.insert(slot).inserted }
            if !isFree || !(0..<count).contains(slot) { shared.store(true, ordering: .relaxed) }
            runs.withLock { $0[piece] += 1 }
            _ = busy.withLock { $0.remove(slot) }
        }
        #expect(runs.withLock { $0 } == [Int](repeating: 1, count: pieces))
        let wasShared = shared.load(ordering: .relaxed)
        #expect(!wasShared)
    }

    @Test func runsMayNest() {
        let total = Atomic<Int>(0)
        let workers = Workers(count: 2)
        workers.run(3) { _ in workers.run(4) { _ in total.add(1, ordering: .relaxed) } }
        let count = total.load(ordering: .relaxed)
        #expect(count == 12)
    }

    /// Threads that say they are busy leave no more than a processor to a run among them.
    @Test(.timeLimit(.minutes(1))) func busyThreadsAreLeftTheirProcessors() {
        let processors = ProcessInfo.processInfo.processorCount
        let started = DispatchSemaphore(value: 0)
        let done = DispatchSemaphore(value: 0)
        let ended = DispatchSemaphore(value: 0)
        for _ in 0..<processors {
            Thread.detachNewThread {
                BusyThread.run {
                    started.signal()
                    done.wait()
                }
                ended.signal()
            }
        }
        for _ in 0..<processors { started.wait() }
        let most = Atomic<Int>(0)
        Workers(count: 4).run(1000) { _, slot in most.max(slot, ordering: .relaxed) }
        let highest = most.load(ordering: .relaxed)
        #expect(highest == 0)
        for _ in 0..<processors { done.signal() }
        for _ in 0..<processors { ended.wait() }
    }

    @Test func aBusyThreadIsItselfAgainAfterAPause() {
        #expect(mien_thread_is_busy(false) == false)
        BusyThread.run {
            BusyThread.pause { #expect(mien_thread_is_busy(false) == false) }
            #expect(mien_thread_is_busy(true) == true)
        }
        #expect(mien_thread_is_busy(false) == false)
    }
}
