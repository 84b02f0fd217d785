/// A number with a unit, read without floating point so that `1.8s` is exactly 1800 ms.
enum Quantity {
    struct Unit: Sendable {
        let name: String
        /// How many of the smallest unit it is.
        let size: Int
    }

    /// In nanoseconds.
    static let times = [
        Unit(name: "ms", size: 1_000_000), Unit(name: "s", size: 1_000_000_000),
        Unit(name: "m", size: 60_000_000_000), Unit(name: "h", size: 3_600_000_000_000),
        Unit(name: "d", size: 86_400_000_000_000),
    ]
    /// In octets; as IEC 80000-13 has them.
    static let sizes = [
        Unit(name: "B", size: 1), Unit(name: "KiB", size: 1 << 10), Unit(name: "MiB", size: 1 << 20),
        Unit(name: "GiB", size: 1 << 30), Unit(name: "TiB", size: 1 << 40),
    ]

    enum Reading: Equatable {
        case value(Int)
        /// A quantity, but more than can be counted.
        case huge
        case notAQuantity
    }

    /// Digits, perhaps a point and more digits, perhaps blanks, and a unit in either case. Zero needs no
    /// unit.
    static func read(_ text: String, _ units: [Unit], bareUnit: Unit? = nil) -> Reading {
        let number = text.prefix { $0.isASCII && $0.isNumber || $0 == "." }
        let name = text.dropFirst(number.count).drop { $0 == " " }
        let parts = number.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard let whole = parts.first, !parts.contains(where: { $0.isEmpty || $0.contains(".") }) else {
            return .notAQuantity
        }
        let isZero = number == "0"
        let unit =
            name.isEmpty
            ? bareUnit ?? (isZero ? units[0] : nil)
            : units.first { $0.name.lowercased() == name.lowercased() }
        guard let unit else { return .notAQuantity }
        guard let count = Int(whole) else { return .huge }
        let (product, overflow) = count.multipliedReportingOverflow(by: unit.size)
        guard !overflow else { return .huge }
        var fraction = 0
        if parts.count == 2 {
            // Nine digits of a day are still more exact than a microsecond.
            let digits = parts[1].prefix(9)
            let scale = (0..<digits.count).reduce(1) { product, _ in product * 10 }
            guard let numerator = Int(digits) else { return .notAQuantity }
            fraction = Int(Int128(numerator) * Int128(unit.size) / Int128(scale))
        }
        let (sum, carry) = product.addingReportingOverflow(fraction)
        return carry ? .huge : .value(sum)
    }

    /// In the largest unit that it is a whole number of.
    static func text(_ value: Int, _ units: [Unit]) -> String {
        let unit = units.last { value.isMultiple(of: $0.size) && value != 0 } ?? units[0]
        return "\(value / unit.size)\(unit.name)"
    }
}

extension Kind where Value == Duration {
    static func duration(_ range: ClosedRange<Duration>) -> Kind {
        let allowed = "\(range.lowerBound.text) to \(range.upperBound.text)"
        return Kind.scalar(
            "a duration such as 500ms, 1.8s, 5m, 2h or 1d, \(allowed)", brief: "a duration, \(allowed)",
            parse: { text throws(ScalarFault) in
                switch Quantity.read(text, Quantity.times) {
                case .value(let nanoseconds) where range.contains(.nanoseconds(nanoseconds)):
                    return .nanoseconds(nanoseconds)
                case .value, .huge: throw .value("\(text) is outside the allowed range, \(allowed)")
                case .notAQuantity: throw .form
                }
            },
            text: { $0.text })
    }
}

extension Duration {
    /// `1d`, `1.8s`, `500ms`.
    var text: String {
        let (seconds, attoseconds) = components
        let milliseconds = Int(attoseconds / 1_000_000_000_000_000)
        if milliseconds == 0 {
            return seconds == 0 ? "0s" : Quantity.text(Int(seconds) * 1_000_000_000, Quantity.times)
        }
        if seconds == 0 { return "\(milliseconds)ms" }
        let digits = String(1000 + milliseconds).dropFirst()
        return "\(seconds)." + digits.prefix(digits.hasSuffix("00") ? 1 : digits.hasSuffix("0") ? 2 : 3) + "s"
    }
}

extension Kind where Value == Int {
    /// A size in octets.
    static func size(_ range: ClosedRange<Int>) -> Kind {
        let text = { @Sendable (size: Int) in Quantity.text(size, Quantity.sizes) }
        let allowed = "\(text(range.lowerBound)) to \(text(range.upperBound))"
        return Kind.scalar(
            "a size such as 64MiB or 1GiB, \(allowed)", brief: "a size, \(allowed)",
            parse: { written throws(ScalarFault) in
                switch Quantity.read(written, Quantity.sizes, bareUnit: Quantity.sizes[0]) {
                case .value(let size) where range.contains(size): return size
                case .value, .huge: throw .value("\(written) is outside the allowed range, \(allowed)")
                case .notAQuantity: throw .form
                }
            },
            text: text)
    }
}
