import Synchronization

/// Hands out images of one size and takes them back by itself, so that a running pipeline allocates none.
///
/// An image is free again when nobody but the pool refers to it. The pool grows to the number of images
/// in flight, which the bounded channels between the stages limit. It belongs to the one stage that fills
/// the images and is not thread-safe; the images may be released from any thread.
package struct ImagePool: ~Copyable {
    private var images: [Image] = []

    /// Creates an empty pool.
    package init() {}

    /// An image of the given size in pixels with unspecified content.
    ///
    /// A change of size empties the pool.
    package mutating func image(width: Int, height: Int) -> Image {
        if let first = images.first, first.width != width || first.height != height {
            images.removeAll()
        }
        for index in images.indices where isKnownUniquelyReferenced(&images[index]) {
            // The last reader's release must be visible before the next write.
            atomicMemoryFence(ordering: .acquiring)
            return images[index]
        }
        let image = Image(width: width, height: height)
        images.append(image)
        return image
    }
}
