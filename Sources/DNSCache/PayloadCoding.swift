import DNSWire

/// Writes what entries hold for the resolver. Native to this process, never sent anywhere.
struct PayloadWriter {
    var bytes: [UInt8] = []

    /// Makes room for so many octets more, so that the array need not grow by steps.
    mutating func reserve(_ count: Int) { bytes.reserveCapacity(bytes.count + count) }

    /// Octets that `put(dataOf:)` will write.
    static func length(ofDataOf rrset: RRset) -> Int {
        var length = 4
        for rdata in rrset.rdatas { length += 2 + rdata.bytes.count }
        for rdata in rrset.signatures { length += 2 + rdata.bytes.count }
        return length
    }

    mutating func put(_ value: UInt8) { bytes.append(value) }

    mutating func put(_ value: UInt16) {
        bytes.append(UInt8(value >> 8))
        bytes.append(UInt8(value & 0xff))
    }

    mutating func put(_ value: UInt32) {
        put(UInt16(value >> 16))
        put(UInt16(value & 0xffff))
    }

    mutating func put(_ name: DomainName) { bytes += name.wire }

    /// At most 65,535 octets, as all RDATA is.
    mutating func put(_ rdata: RData) {
        put(UInt16(truncatingIfNeeded: rdata.bytes.count))
        bytes += rdata.bytes
    }

    mutating func put(_ address: IPAddress) {
        put(UInt8(address.octetCount))
        bytes += address.octets
    }

    /// The data and signatures of an RRset whose owner and type stand elsewhere.
    mutating func put(dataOf rrset: RRset) {
        put(UInt16(truncatingIfNeeded: rrset.rdatas.count))
        put(UInt16(truncatingIfNeeded: rrset.signatures.count))
        for rdata in rrset.rdatas { put(rdata) }
        for rdata in rrset.signatures { put(rdata) }
    }

    /// Whole RRsets, their TTLs left out.
    mutating func put(_ rrsets: [RRset]) {
        let kept = rrsets.prefix(Int(UInt8.max))
        put(UInt8(kept.count))
        for rrset in kept {
            put(rrset.ownerName)
            put(rrset.type.rawValue)
            put(dataOf: rrset)
        }
    }

    mutating func put(_ error: ExtendedError?) {
        put(error?.code.rawValue ?? .max)
        put(error?.text ?? "")
    }

    /// At most 255 octets, cut between characters.
    mutating func put(_ text: String) {
        var text = text.prefix(Int(UInt8.max))
        while text.utf8.count > Int(UInt8.max) { text.removeLast() }
        let octets = Array(text.utf8)
        put(UInt8(octets.count))
        bytes += octets
    }
}

/// Reads what `PayloadWriter` wrote. The data is our own, still no length is believed.
struct PayloadReader {
    private(set) var offset = 0

    mutating func uint8(_ payload: Span<UInt8>) throws(WireError) -> UInt8 {
        defer { offset += 1 }
        return try payload.uint8(at: offset)
    }

    mutating func uint16(_ payload: Span<UInt8>) throws(WireError) -> UInt16 {
        defer { offset += 2 }
        return try payload.uint16(at: offset)
    }

    mutating func uint32(_ payload: Span<UInt8>) throws(WireError) -> UInt32 {
        defer { offset += 4 }
        return try payload.uint32(at: offset)
    }

    mutating func uint64(_ payload: Span<UInt8>) throws(WireError) -> UInt64 {
        UInt64(try uint32(payload)) << 32 | UInt64(try uint32(payload))
    }

    mutating func name(_ payload: Span<UInt8>) throws(WireError) -> DomainName {
        try DomainName(parsing: payload, at: &offset)
    }

    mutating func octets(_ payload: Span<UInt8>, _ count: Int) throws(WireError) -> [UInt8] {
        defer { offset += count }
        return try payload.octets(offset..<(offset + count))
    }

    mutating func rdata(_ payload: Span<UInt8>) throws(WireError) -> RData {
        let count = Int(try uint16(payload))
        return RData(unchecked: try octets(payload, count))
    }

    mutating func address(_ payload: Span<UInt8>) throws(WireError) -> IPAddress? {
        switch try uint8(payload) {
        case 4: return IPAddress(ipv4: try uint32(payload))
        case 16:
            let words = (try uint64(payload), try uint64(payload))
            return IPAddress(ipv6: UInt128(words.0) << 64 | UInt128(words.1))
        case let count:
            offset += Int(count)
            return nil
        }
    }

    mutating func text(_ payload: Span<UInt8>) throws(WireError) -> String {
        let count = Int(try uint8(payload))
        return String(decoding: try octets(payload, count), as: UTF8.self)
    }

    mutating func data(_ payload: Span<UInt8>, of rrset: inout RRset) throws(WireError) {
        let (count, signatureCount) = (try uint16(payload), try uint16(payload))
        for _ in 0..<count { rrset.rdatas.append(try rdata(payload)) }
        for _ in 0..<signatureCount { rrset.signatures.append(try rdata(payload)) }
    }

    mutating func rrsets(_ payload: Span<UInt8>) throws(WireError) -> [RRset] {
        var rrsets: [RRset] = []
        for _ in 0..<(try uint8(payload)) {
            let name = try name(payload)
            var rrset = RRset(name, RecordType(rawValue: try uint16(payload)), ttl: 0, rdatas: [])
            try data(payload, of: &rrset)
            rrsets.append(rrset)
        }
        return rrsets
    }

    mutating func extendedError(_ payload: Span<UInt8>) throws(WireError) -> ExtendedError? {
        let code = try uint16(payload)
        let text = try text(payload)
        return code == .max ? nil : ExtendedError(.init(rawValue: code), text)
    }
}
