/// Where the attention heads lie side by side in a row.
///
/// The attention kernel takes heads of whole vectors. Heads of another width, which only unusual models
/// have, are filled up with zeros: they change no product.
struct HeadLayout {
    let headWidth: Int
    /// The width of a head with its filling.
    let slotWidth: Int
    /// The width of all heads with their filling.
    let width: Int
    /// What queries are multiplied with, so that a kernel that divides by the root of the slot's width
    /// divides by that of the head's.
    let queryScale: Float

    init(_ configuration: VisionConfiguration) {
        headWidth = configuration.headWidth
        slotWidth = (headWidth + 7) / 8 * 8
        width = slotWidth * configuration.headCount
        queryScale = (Float(slotWidth) / Float(headWidth)).squareRoot()
    }

    /// Where element `index` of the unfilled row lies.
    func slot(of index: Int) -> Int {
        index / headWidth * slotWidth + index % headWidth
    }
}
