import DNSTransport
import DNSWire

/// Writes header, question and OPT around the sections of a response, in place and without allocation.
///
/// The order of work for one response: `bodyLimit` says how far the sections may reach, somebody writes them at
/// `view.questionEnd`, `finish` puts the rest around them.
///
/// It holds no more of the settings than it needs: it is copied for each response, and all of them are many references.
struct ResponseComposer {
    let cookies: ServerCookies
    private let usesCookies: Bool
    /// Of a UDP response, in octets.
    private let payloadSize: UInt16
    private let nsid: [UInt8]?
    /// In units of 100 ms.
    private let keepalive: UInt16
    /// Octets that a signature will need behind the response.
    var reserved = 0

    init(settings: ServerSettings, cookies: ServerCookies) {
        self.cookies = cookies
        usesCookies = settings.cookies != .off
        payloadSize = settings.payloadSize
        nsid = settings.nsid
        keepalive = settings.keepalive
    }

    struct Sections {
        /// AA, AD, RCODE as in the header's second 16 bits.
        var flagBits: UInt16 = 0
        var answerCount: UInt16 = 0
        var authorityCount: UInt16 = 0
        var additionalCount: UInt16 = 0
        /// Octets behind the question.
        var length = 0
        var isTruncated = false
        /// RCODE with the bits that only OPT can carry.
        var responseCode: ResponseCode?
        var recursionAvailable = true
        /// What an update's records were granted (RFC 9664 §4.3).
        var lease: UpdateLease?
    }

    // --- Limits ---

    /// Octets that the whole response may have, less those for a signature.
    func sizeLimit(_ view: QueryView, _ client: Client, capacity: Int) -> Int {
        guard !client.transport.isStream else { return capacity - reserved }
        guard let edns = view.edns else { return min(512, capacity) - reserved }
        return min(Int(min(edns.payloadSize, max(512, payloadSize))), capacity) - reserved
    }

    /// Where the sections must end so that OPT still fits.
    func bodyLimit(_ view: QueryView, _ client: Client, capacity: Int, _ error: ExtendedError? = nil) -> Int {
        sizeLimit(view, client, capacity: capacity) - optLength(view, client, error, nil)
    }

    private func optLength(
        _ view: QueryView, _ client: Client, _ error: ExtendedError?, _ lease: UpdateLease?
    ) -> Int {
        guard let edns = view.edns else { return 0 }
        var length = 11
        if hasCookie(edns) { length += 4 + 8 + ServerCookies.length }
        if edns.wantsNSID, let nsid { length += 4 + nsid.count }
        if edns.wantsKeepalive, Self.mayKeepAlive(client) { length += 6 }
        if let error { length += 6 + error.text.utf8.count }
        if let lease { length += 4 + lease.data.count }
        return length
    }

    private func hasCookie(_ edns: EDNSView) -> Bool {
        edns.cookie != nil && usesCookies && edns.version == 0
    }

    // --- Writing ---

    /// Completes a response whose sections stand at `view.questionEnd`. Gives its length; 0 when there is no room.
    func finish(
        _ sections: Sections, _ packet: Span<UInt8>, _ view: QueryView, _ client: Client, wall: Int64,
        _ error: ExtendedError? = nil, into response: inout MutableSpan<UInt8>
    ) -> Int {
        var sections = sections
        var error = error
        let limit = sizeLimit(view, client, capacity: response.count)
        // The words of an extended error are worth less than the answer.
        if error != nil,
            view.questionEnd + sections.length + optLength(view, client, error, sections.lease) > limit
        {
            error?.text = ""
        }
        if view.questionEnd + sections.length + optLength(view, client, error, sections.lease) > limit {
            error = nil
        }
        var position = view.questionEnd + sections.length
        guard position + optLength(view, client, error, sections.lease) <= response.count else { return 0 }
        for index in Header.length..<view.questionEnd { response[index] = packet[index] }
        let code = sections.responseCode ?? ResponseCode(rawValue: sections.flagBits & 0xf)
        if let edns = view.edns {
            let start = position
            putOPTStart(code, edns, at: &position, into: &response)
            if hasCookie(edns), let cookie = edns.cookie {
                putOption(EDNSOption.Code.cookie, 8 + ServerCookies.length, at: &position, into: &response)
                for step in 0..<8 { response[position + step] = packet[cookie.lowerBound + step] }
                cookies.write(
                    for: client.peer.address, clientCookie: packet, at: cookie.lowerBound, wall: wall,
                    to: &response, at: position + 8)
                position += 8 + ServerCookies.length
            }
            if edns.wantsNSID, let nsid {
                putOption(EDNSOption.Code.nsid, nsid.count, at: &position, into: &response)
                for octet in nsid { put(octet, at: &position, into: &response) }
            }
            if edns.wantsKeepalive, Self.mayKeepAlive(client) {
                putOption(EDNSOption.Code.tcpKeepalive, 2, at: &position, into: &response)
                put(keepalive, at: &position, into: &response)
            }
            if let error {
                putOption(
                    EDNSOption.Code.extendedError, 2 + error.text.utf8.count, at: &position, into: &response)
                put(error.code.rawValue, at: &position, into: &response)
                for octet in error.text.utf8 { put(octet, at: &position, into: &response) }
            }
            if let lease = sections.lease {
                let octets = lease.data
                putOption(EDNSOption.Code.updateLease, octets.count, at: &position, into: &response)
                for octet in octets { put(octet, at: &position, into: &response) }
            }
            if edns.hasPadding, client.transport.isEncrypted {
                putPadding(upTo: min(response.count, Int(edns.payloadSize)), at: &position, into: &response)
            }
            var length = start + 9
            put(UInt16(truncatingIfNeeded: position - start - 11), at: &length, into: &response)
            sections.additionalCount &+= 1
        }
        putHeader(sections, code, view, into: &response)
        return position
    }

    private func putHeader(
        _ sections: Sections, _ code: ResponseCode, _ view: QueryView, into response: inout MutableSpan<UInt8>
    ) {
        var position = 0
        put(view.header.id, at: &position, into: &response)
        let copied = view.header.flagBits & (HeaderFlags.rd.rawValue | HeaderFlags.cd.rawValue | 0x7800)
        var flags = HeaderFlags.qr.rawValue | copied
        flags |= sections.flagBits & HeaderFlags.aa.rawValue
        // RFC 6840 §5.8: only who asks for it is told that the answer is secure.
        if view.header.flags.contains(.ad) || view.edns?.dnssecOK == true {
            flags |= sections.flagBits & HeaderFlags.ad.rawValue
        }
        if sections.recursionAvailable { flags |= HeaderFlags.ra.rawValue }
        if sections.isTruncated { flags |= HeaderFlags.tc.rawValue }
        put(flags | code.rawValue & 0xf, at: &position, into: &response)
        put(view.hasQuestion ? 1 as UInt16 : 0, at: &position, into: &response)
        put(sections.answerCount, at: &position, into: &response)
        put(sections.authorityCount, at: &position, into: &response)
        put(sections.additionalCount, at: &position, into: &response)
    }

    /// RFC 6891 §6.1.2, up to the length, which follows when the options are written.
    private func putOPTStart(
        _ code: ResponseCode, _ edns: EDNSView, at position: inout Int,
        into response: inout MutableSpan<UInt8>
    ) {
        put(0 as UInt8, at: &position, into: &response)
        put(RecordType.opt.rawValue, at: &position, into: &response)
        put(payloadSize, at: &position, into: &response)
        put(UInt8(truncatingIfNeeded: code.rawValue >> 4), at: &position, into: &response)
        put(0 as UInt8, at: &position, into: &response)
        put(edns.dnssecOK ? 0x8000 as UInt16 : 0, at: &position, into: &response)
        put(0 as UInt16, at: &position, into: &response)
    }

    /// RFC 7828 §3.2.2: over connections that DNS keeps itself.
    private static func mayKeepAlive(_ client: Client) -> Bool {
        client.transport.isStream && !client.transport.isHTTP
    }

    /// Responses come in few sizes, so that their size tells little (RFC 8467 §4.1).
    private static let paddedBlock = 468

    /// The PADDING option, which is the last (RFC 7830). The whole stays within what the client says it takes, over
    /// streams too (§4); a response that is longer than that already is not padded.
    private func putPadding(
        upTo limit: Int, at position: inout Int, into response: inout MutableSpan<UInt8>
    ) {
        let least = position + 4
        guard least <= limit else { return }
        let block = Self.paddedBlock
        let end = min((least + block - 1) / block * block, limit)
        putOption(EDNSOption.Code.padding, end - least, at: &position, into: &response)
        // The buffer held other responses before.
        while position < end { put(0 as UInt8, at: &position, into: &response) }
    }

    private func putOption(
        _ code: UInt16, _ length: Int, at position: inout Int, into response: inout MutableSpan<UInt8>
    ) {
        put(code, at: &position, into: &response)
        put(UInt16(truncatingIfNeeded: length), at: &position, into: &response)
    }

    private func put(_ octet: UInt8, at position: inout Int, into response: inout MutableSpan<UInt8>) {
        response[position] = octet
        position += 1
    }

    private func put(_ word: UInt16, at position: inout Int, into response: inout MutableSpan<UInt8>) {
        response[position] = UInt8(truncatingIfNeeded: word >> 8)
        response[position + 1] = UInt8(truncatingIfNeeded: word)
        position += 2
    }
}
