/// The data of one record, in wire form with every name written out in full.
///
/// A value that came from `init(parsing:)` fits its type's format; typed readings of it are in `RData+Types.swift`.
public struct RData: Hashable, Sendable {
    /// An RDLENGTH has 16 bits.
    static let maximumLength = 65_535

    public let bytes: [UInt8]

    /// Eight octets at a time: by itself, each octet would be hashed on its own.
    public func hash(into hasher: inout Hasher) {
        let octets = bytes.span
        var index = 0
        while octets.count - index >= 8 {
            hasher.combine(octets.word(at: index))
            index += 8
        }
        var last: UInt64 = 0
        while index < octets.count {
            last = last << 8 | UInt64(octets[index])
            index += 1
        }
        hasher.combine(last)
        hasher.combine(octets.count)
    }

    /// The caller vouches for the content.
    public init(unchecked bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Parses `length` octets at `offset` of a message as RDATA of `type`, expands compressed names and checks every field.
    ///
    /// Names may be compressed in the types of RFC 1035 and, received only, in the others that older servers compress
    /// (RFC 3597 §4). A name must end inside the RDATA.
    public init(
        parsing message: Span<UInt8>, at offset: Int, length: Int, type: RecordType,
        recordClass: RecordClass = .internet
    ) throws(WireError) {
        guard offset >= 0, length >= 0, offset <= message.count, length <= message.count - offset else {
            throw WireError(.truncated, at: message.count)
        }
        let end = offset + length
        guard let format = type.rdataFormat(in: recordClass, isEmpty: length == 0) else {
            bytes = try message.octets(offset..<end)
            return
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(length + 16)
        var position = offset
        for field in format {
            try field.parse(message, at: &position, end: end, into: &bytes)
        }
        // Names written out may make the data longer than its length field could say again.
        guard position == end, bytes.count <= Self.maximumLength else {
            throw WireError(.badRData, at: position)
        }
        self.bytes = bytes
    }
}

extension RecordType {
    /// Nil where the data is taken as it is.
    func rdataFormat(in recordClass: RecordClass, isEmpty: Bool) -> [RDataField]? {
        switch recordClass {
        case .internet:
            return rdataFormat
        case .any, .none:
            // UPDATE names RRsets by records without data (RFC 2136 §2.4, §2.5).
            return isEmpty ? nil : rdataFormat
        default:
            // An address is something else in other classes (RFC 1035 §3.4).
            return self == .a || self == .aaaa ? nil : rdataFormat
        }
    }
}

extension RDataField {
    /// Octets of a field of fixed size.
    var fixedLength: Int? {
        switch self {
        case .uint8, .algorithm, .digestType: 1
        case .uint16, .recordType, .certificateType: 2
        case .uint32, .ttl, .timestamp, .ipv4: 4
        case .eui48: 6
        case .eui64: 8
        case .ipv6: 16
        default: nil
        }
    }

    /// A length octet and as many octets.
    var isCounted: Bool {
        switch self {
        case .characterString, .tag, .hexSalt, .base32Hash: true
        default: false
        }
    }

    var isName: Bool {
        self == .compressibleName || self == .canonicalName || self == .plainName
    }

    /// Checks one field between `position` and `end` and appends it, names expanded.
    func parse(
        _ message: Span<UInt8>, at position: inout Int, end: Int, into bytes: inout [UInt8]
    ) throws(WireError) {
        if isName {
            try DomainName.parse(message, at: &position, into: &bytes)
            guard position <= end else { throw WireError(.badRData, at: end) }
            return
        }
        let start = position
        position = try fieldEnd(message, from: start, end: end)
        guard position <= end else { throw WireError(.badRData, at: end) }
        message.append(start..<position, to: &bytes)
    }

    /// Where this field, which is not a name, ends; at most one octet past `end` is promised to be noticed by the caller.
    private func fieldEnd(_ message: Span<UInt8>, from start: Int, end: Int) throws(WireError) -> Int {
        if let fixedLength { return start + fixedLength }
        switch self {
        case _ where isCounted:
            guard start < end else { throw WireError(.badRData, at: start) }
            return start + 1 + Int(message[start])
        case .characterStrings:
            guard start < end else { throw WireError(.badRData, at: start) }
            var position = start
            while position < end { position += 1 + Int(message[position]) }
            return position
        case .typeBitmap:
            try TypeBitmap.check(message, start..<end)
            return end
        case .location:
            try Location.check(message, start..<end)
            return end
        case .addressPrefixes:
            try AddressPrefix.check(message, start..<end)
            return end
        case .serviceParameters:
            try ServiceParameter.check(message, start..<end)
            return end
        default:
            return end
        }
    }
}

// --- Walking over the names ---

extension RData {
    /// Calls `body` with each run of octets and, where the run is a name, its field: what composing and folding need.
    ///
    /// Content that does not fit the type, as `init(unchecked:)` may bring it, ends the walk with one plain run.
    func forEachPart(
        of type: RecordType, _ body: (_ range: Range<Int>, _ name: RDataField?) -> Void
    ) {
        var position = 0
        var plainStart = 0
        if let format = type.rdataFormat, let last = format.lastIndex(where: \.isName) {
            for field in format[...last] {
                guard field.isName else {
                    guard let end = skip(field, from: position) else { break }
                    position = end
                    continue
                }
                guard let end = nameEnd(from: position) else { break }
                if plainStart < position { body(plainStart..<position, nil) }
                body(position..<end, field)
                position = end
                plainStart = end
            }
        }
        if plainStart < bytes.count { body(plainStart..<bytes.count, nil) }
    }

    /// Where a field that is not a name ends; nil where the data ends before.
    func skip(_ field: RDataField, from position: Int) -> Int? {
        let end: Int
        if let fixedLength = field.fixedLength {
            end = position + fixedLength
        } else if field.isCounted {
            guard position < bytes.count else { return nil }
            end = position + 1 + Int(bytes[position])
        } else {
            end = bytes.count
        }
        return end <= bytes.count ? end : nil
    }

    /// Where an uncompressed name ends; nil where there is none.
    func nameEnd(from start: Int) -> Int? {
        var position = start
        while position < bytes.count, bytes[position] <= DomainName.maximumLabelLength {
            let length = Int(bytes[position])
            position += length + 1
            guard position - start <= DomainName.maximumLength else { return nil }
            if length == 0 { return position }
        }
        return nil
    }

    /// The name that starts at `offset`; nil where the RDATA is not what its type promises.
    public func name(at offset: Int) -> DomainName? {
        var offset = offset
        return try? DomainName(parsing: bytes.span, at: &offset)
    }

    /// The canonical form of RFC 4034 §6.2 as amended by RFC 6840 §5.1: the names of older types in lower case.
    public func canonical(for type: RecordType) -> [UInt8] {
        // Mostly it is the form that it came in, and shares its octets.
        var result = bytes
        forEachPart(of: type) { range, field in
            guard field == .compressibleName || field == .canonicalName else { return }
            for index in range where result[index] != lowercased(result[index]) {
                result[index] = lowercased(result[index])
            }
        }
        return result
    }
}
