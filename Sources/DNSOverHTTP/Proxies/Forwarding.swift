public import DNSWire

/// Who the client is by what proxies say of it. Proxies append: the last hop that is not one of ours is the
/// last thing that is known, and what stands before it may be the client's invention.
public struct Forwarding: Sendable, Equatable {
    /// What one kind of field says.
    private enum Finding: Sendable, Equatable {
        case nothing
        /// `isOurs`: nobody but trusted proxies so far, the first of which this is.
        case client(IPAddress, isOurs: Bool)
        /// A hop that does not say its address (RFC 7239 §6.2, §6.3).
        case unknown
        case malformed
    }

    private var forwarded = Finding.nothing
    private var forwardedFor = Finding.nothing

    public init() {}

    /// The client's address, if a field says it.
    public var client: IPAddress? {
        for finding in [forwarded, forwardedFor] {
            if case .client(let address, _) = finding { return address }
        }
        return nil
    }

    /// Whether the fields are malformed or contradict each other. A proxy that sets one of them and hands
    /// the other through from a client makes such requests, and then the client must not be taken for the
    /// proxy.
    public var isDoubtful: Bool {
        if forwarded == .malformed || forwardedFor == .malformed { return true }
        if case .client(let a, _) = forwarded, case .client(let b, _) = forwardedFor { return a != b }
        return (forwarded == .unknown) != (forwardedFor == .unknown)
            && forwarded != .nothing && forwardedFor != .nothing
    }

    //--- The fields ---

    /// One line of `X-Forwarded-For`: addresses, separated by commas. Lines come in the order of the request.
    public mutating func readForwardedFor(_ value: Span<UInt8>, trusted: [IPNetwork]) {
        var start = 0
        while start <= value.count {
            var end = start
            while end < value.count, value[end] != UInt8(ascii: ",") { end += 1 }
            let element = value.trimmed(start..<end)
            if !element.isEmpty {
                Self.add(Self.hop(value, element), to: &forwardedFor, trusted)
            }
            start = end + 1
        }
    }

    /// One line of `Forwarded` (RFC 7239 §4): elements, separated by commas, of pairs, separated by
    /// semicolons.
    public mutating func readForwarded(_ value: Span<UInt8>, trusted: [IPNetwork]) {
        var offset = 0
        while offset < value.count {
            guard let hop = Self.element(value, &offset) else { return forwarded = .malformed }
            Self.add(hop, to: &forwarded, trusted)
        }
    }

    /// Takes the next hop into account, which is nearer to us than those before.
    private static func add(_ hop: Finding, to finding: inout Finding, _ trusted: [IPNetwork]) {
        guard case .client(let address, _) = hop else {
            if hop != .nothing { finding = hop }
            return
        }
        if !trusted.contains(address) {
            finding = .client(address, isOurs: false)
        } else if finding == .nothing {
            finding = .client(address, isOurs: true)
        }
    }

    //--- Parts of them ---

    /// Reads an element of `Forwarded` and the comma behind it; the hop that its `for` names, `.unknown`
    /// without one. Nil when it is malformed.
    private static func element(_ value: Span<UInt8>, _ offset: inout Int) -> Finding? {
        var hop: Finding?
        var isEmpty = true
        while true {
            skipBlanks(value, &offset)
            let nameStart = offset
            while offset < value.count, isTokenOctet(value[offset]) { offset += 1 }
            let name = nameStart..<offset
            if !name.isEmpty {
                isEmpty = false
                guard offset < value.count, value[offset] == UInt8(ascii: "=") else { return nil }
                offset += 1
                guard let text = pairValue(value, &offset) else { return nil }
                if value.extracting(name).equalsIgnoringCase("for") {
                    // RFC 7239 §4: each parameter at most once.
                    guard hop == nil else { return nil }
                    hop = Self.hop(text.span, 0..<text.count)
                }
            }
            skipBlanks(value, &offset)
            guard offset < value.count else { break }
            offset += 1
            if value[offset - 1] == UInt8(ascii: ",") { break }
            guard value[offset - 1] == UInt8(ascii: ";") else { return nil }
        }
        return hop ?? (isEmpty ? .nothing : .unknown)
    }

    private static func skipBlanks(_ value: Span<UInt8>, _ offset: inout Int) {
        while offset < value.count, value[offset] == 0x20 || value[offset] == 0x09 { offset += 1 }
    }

    /// A token or a quoted string (RFC 9110 §5.6.4) without its quotes.
    private static func pairValue(_ value: Span<UInt8>, _ offset: inout Int) -> [UInt8]? {
        var text: [UInt8] = []
        guard offset < value.count, value[offset] == UInt8(ascii: "\"") else {
            while offset < value.count, isTokenOctet(value[offset]) {
                text.append(value[offset])
                offset += 1
            }
            return text.isEmpty ? nil : text
        }
        offset += 1
        while offset < value.count {
            var octet = value[offset]
            offset += 1
            if octet == UInt8(ascii: "\"") { return text }
            if octet == UInt8(ascii: "\\") {
                guard offset < value.count else { return nil }
                octet = value[offset]
                offset += 1
            }
            text.append(octet)
        }
        return nil
    }

    /// A node: an address, in brackets when it is of IPv6, with or without a port; `unknown`; or a name that
    /// hides it, which begins with an underscore. Bare IPv6 addresses are what many proxies write.
    private static func hop(_ value: Span<UInt8>, _ range: Range<Int>) -> Finding {
        // The longest node: an address of 45 octets in brackets, and a port or what hides it.
        guard !range.isEmpty, range.count <= 64 else { return .malformed }
        let node = value.extracting(range)
        if node.equalsIgnoringCase("unknown") || node[0] == UInt8(ascii: "_") { return .unknown }
        let text = node.text
        if let address = IPAddress(text) { return .client(address.unmapped, isOurs: false) }
        if let address = SocketAddress(text, defaultPort: 0), !text.contains("@") {
            return .client(address.address.unmapped, isOurs: false)
        }
        return .malformed
    }
}
