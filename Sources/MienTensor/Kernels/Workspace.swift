/// Scratch memory that kernels borrow for the length of one call.
///
/// It grows to what the largest call needs and then allocates no more. One computation uses it at a time: a
/// model keeps one and passes it along.
package final class Workspace {
    private var buffer = FloatBuffer(count: 0)

    package init() {}

    /// Memory for `count` elements with unspecified content, valid until the next call.
    package func reserve(_ count: Int) -> UnsafeMutablePointer<Float> {
        if buffer.count < count { buffer = FloatBuffer(count: count) }
        return buffer.baseAddress
    }
}
