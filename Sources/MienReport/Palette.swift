/// The colours of the report and of figures, the same in both.
///
/// Expressions have those of Okabe and Ito (2008), which people with any of the common colour vision deficiencies
/// tell apart. Their yellow is left out, because it cannot be seen as a line on white; grey stands for neutral.
package enum Palette {
    /// A colour of the sRGB space.
    package struct Colour: Sendable, Equatable {
        package let red: UInt8
        package let green: UInt8
        package let blue: UInt8

        package init(_ hexadecimal: UInt32) {
            red = UInt8(hexadecimal >> 16 & 0xFF)
            green = UInt8(hexadecimal >> 8 & 0xFF)
            blue = UInt8(hexadecimal & 0xFF)
        }

        private init(_ red: UInt8, _ green: UInt8, _ blue: UInt8) {
            (self.red, self.green, self.blue) = (red, green, blue)
        }

        /// As CSS writes it: `#rrggbb`.
        package var css: String {
            "#" + [red, green, blue].map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        }

        /// The colour `fraction` of the way to `other`.
        func mixed(with other: Colour, _ fraction: Double) -> Colour {
            func mix(_ a: UInt8, _ b: UInt8) -> UInt8 {
                UInt8((Double(a) + (Double(b) - Double(a)) * fraction).rounded())
            }
            return Colour(mix(red, other.red), mix(green, other.green), mix(blue, other.blue))
        }
    }

    /// The colours for a light or a dark ground.
    package struct Theme: Sendable {
        /// One for each expression, in the order of ``FacialExpression``.
        package let expressions: [Colour]
        /// The scale of action units from 0 to 1, evenly spaced. 0 stands out from the ground, which is what a
        /// missing reading shows.
        package let scale: [Colour]

        /// The colour of a probability on the scale.
        package func colour(of probability: Float) -> Colour {
            let position = Double(min(max(probability, 0), 1)) * Double(scale.count - 1)
            let lower = min(Int(position), scale.count - 2)
            return scale[lower].mixed(with: scale[lower + 1], position - Double(lower))
        }
    }

    /// Neutral, anger, disgust, fear, happiness, sadness, surprise, other on white.
    package static let light = Theme(
        expressions: [0x9AA0A8, 0xD55E00, 0x009E73, 0xCC79A7, 0xE69F00, 0x0072B2, 0x56B4E9, 0x2B2F36].map(
            Colour.init),
        scale: [0xE9EEF4, 0xA9CCE3, 0x5499C7, 0x1F618D, 0x0B2545].map(Colour.init))

    /// The same on a dark ground.
    package static let dark = Theme(
        expressions: [0x7C838E, 0xE8702A, 0x1DB588, 0xD98BB6, 0xF0B030, 0x2F86D6, 0x7CC8F5, 0xD5D9DF].map(
            Colour.init),
        scale: [0x232A35, 0x24517A, 0x2E86C1, 0x85C1E9, 0xF4FAFF].map(Colour.init))
}
