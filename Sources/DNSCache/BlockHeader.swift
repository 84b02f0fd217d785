/// What stands before an entry's name and payload in its block. Three words, as there is one for every entry.
///
///     block: | hash 32 | type 16, class 16 | TTL 32 | kind 4, variant 4 | name length 8 | frequency 8 | flags 8 |
///            | stored at 48 (ms), payload length 16 | name, lower case | payload | padding to 8 |
struct BlockHeader: BitwiseCopyable {
    /// The half of the key's hash that the index uses.
    let hash: UInt32
    private let typeAndClass: UInt32
    /// Seconds.
    let ttl: UInt32
    private var kindAndVariant: UInt8
    private let nameOctets: UInt8
    /// Uses that have not been taken into account by eviction yet, up to `maximumFrequency`.
    var frequency: UInt8
    var flags = Flags()
    private let storedAtAndLength: UInt64

    struct Flags: OptionSet, BitwiseCopyable {
        let rawValue: UInt8

        /// A lookup was told to fetch it again.
        static let isPrefetched = Flags(rawValue: 1)
    }

    static let length = 24
    static let maximumFrequency: UInt8 = 3
    static let maximumPayload = Int(UInt16.max)

    /// - Parameter storedAt: milliseconds.
    init(_ tag: KeyTag, hash: UInt32, nameLength: Int, payloadLength: Int, ttl: UInt32, storedAt: Int64) {
        self.hash = hash
        typeAndClass = UInt32(truncatingIfNeeded: tag.bits)
        self.ttl = ttl
        kindAndVariant = UInt8(truncatingIfNeeded: tag.bits >> 32)
        nameOctets = UInt8(nameLength)
        frequency = 0
        storedAtAndLength = UInt64(bitPattern: storedAt) << 16 | UInt64(UInt16(payloadLength))
    }

    var tag: KeyTag { KeyTag(bits: UInt64(kindAndVariant) << 32 | UInt64(typeAndClass)) }
    var nameLength: Int { Int(nameOctets) }
    var payloadLength: Int { Int(storedAtAndLength & 0xffff) }
    var storedAt: Int64 { Int64(bitPattern: storedAtAndLength) >> 16 }
    /// Milliseconds; the first instant at which the entry is no longer fresh.
    var expiry: Int64 { storedAt + Int64(ttl) * 1000 }

    /// Dead blocks have left the index and wait for the tail to reach them.
    var isLive: Bool { kindAndVariant != 0 }
    mutating func kill() { kindAndVariant = 0 }

    /// Of the whole block.
    var blockLength: Int { Self.blockLength(nameLength: nameLength, payloadLength: payloadLength) }

    static func blockLength(nameLength: Int, payloadLength: Int) -> Int {
        (length + nameLength + payloadLength + 7) & ~7
    }
}
