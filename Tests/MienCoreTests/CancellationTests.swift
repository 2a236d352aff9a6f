import MienCore
import Synchronization
import Testing

@Suite struct CancellationTests {
    @Test func whoFollowsIsCancelledTooAndNotTheReverse() {
        let parent = Cancellation()
        let (one, other) = (Cancellation(following: parent), Cancellation(following: parent))
        one.cancel()
        #expect(one.isCancelled && !parent.isCancelled && !other.isCancelled)
        parent.cancel()
        #expect(other.isCancelled)
    }

    @Test func handlersAreCalledOnceWhenTheyComeLateToo() {
        let count = Atomic(0)
        let cancellation = Cancellation()
        cancellation.onCancel { count.add(1, ordering: .relaxed) }
        #expect(count.load(ordering: .relaxed) == 0)
        cancellation.cancel()
        cancellation.cancel()
        #expect(count.load(ordering: .relaxed) == 1)
        cancellation.onCancel { count.add(1, ordering: .relaxed) }
        #expect(count.load(ordering: .relaxed) == 2)
    }
}
