import DNSWire

/// What was learned of the zones with trust anchors, as text that people can read and that outlasts a restart.
///
///     saved 20261122193731
///     zone .
///     refreshed 20261122193731 next 20261123193731 ttl 172800 signature 1209600
///     configured-ds 20326 8 2 E06D...
///     configured-key 257 3 8 AwEAA...
///     awaited-ds 20326 8 2 E06D...
///     key valid 20326 since=20261122193731 seen=20261122193731 configured 257 3 8 AwEAA...
///     key pending 38696 since=... seen=... until=... witnesses=20326 257 3 8 AwEAA...
///     end
public enum TrustPointText {
    /// Why text is not such a record of trust points.
    public struct Fault: Error, Hashable, Sendable {
        /// From 1.
        public let line: Int
        public let reason: String
    }

    public struct Contents: Sendable, Equatable {
        public var points: [TrustPoint]
        /// Seconds since 1970 by the clock of those who wrote it.
        public var saved: Int64

        public init(points: [TrustPoint], saved: Int64) {
            self.points = points
            self.saved = saved
        }
    }

    private static let heading = """
        # The keys of zones with a trust anchor, followed by RFC 5011. Homing writes this file, and reads it when it starts:
        # to begin again from the configured trust anchors, stop Homing and remove it.

        """

    // --- Compose ---

    public static func compose(_ contents: Contents) -> String {
        var lines = ["saved \(TimestampText.text(contents.saved))"]
        for point in contents.points { lines += ["", "zone \(point.zone)"] + self.lines(of: point) }
        return heading + lines.joined(separator: "\n") + "\nend\n"
    }

    private static func lines(of point: TrustPoint) -> [String] {
        var lines: [String] = []
        let refreshed = point.lastRefresh.map { TimestampText.text($0) } ?? "never"
        lines.append(
            "refreshed \(refreshed) next \(TimestampText.text(point.nextRefresh)) ttl \(point.originalTTL) "
                + "signature \(point.signatureInterval)")
        lines += point.configured.signers.map { "configured-ds \($0.rdata.text(for: .ds))" }
        lines += point.configured.keys.map { "configured-key \($0.rdata.text(for: .dnskey))" }
        lines += point.signers.map { "awaited-ds \($0.rdata.text(for: .ds))" }
        return lines + point.keys.map(line)
    }

    private static func line(of key: TrustPoint.Key) -> String {
        var words = [
            "key", key.state.rawValue, "\(key.key.keyTag)", "since=\(TimestampText.text(key.since))",
            "seen=\(TimestampText.text(key.lastSeen))",
        ]
        if key.state == .pending {
            words.append("until=\(TimestampText.text(key.holdDownEnd))")
            if !key.witnesses.isEmpty {
                words.append("witnesses=\(key.witnesses.map(String.init).joined(separator: ","))")
            }
        }
        if key.isConfigured { words.append("configured") }
        words.append(key.key.rdata.text(for: .dnskey))
        return words.joined(separator: " ")
    }

    // --- Parse ---

    /// All of it, or nothing: half of what is known of keys might be the half without the revocations.
    public static func parse(_ text: String) throws(Fault) -> Contents {
        var reader = Reader()
        var number = 0
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            number += 1
            let words = line.split(separator: " ", omittingEmptySubsequences: true)
            guard let first = words.first, !first.hasPrefix("#") else { continue }
            do throws(Reason) {
                try reader.read(first, words.dropFirst())
            } catch {
                throw Fault(line: number, reason: error.text)
            }
        }
        guard reader.isEnded, let saved = reader.saved else {
            throw Fault(line: number, reason: "the file ends too early")
        }
        return Contents(points: reader.points, saved: saved)
    }
}

private struct Reason: Error {
    let text: String
    init(_ text: String) { self.text = text }
}

/// Reads line by line.
private struct Reader {
    var points: [TrustPoint] = []
    var saved: Int64?
    var isEnded = false
    private var zone: ZoneReader?

    mutating func read(_ keyword: Substring, _ words: ArraySlice<Substring>) throws(Reason) {
        guard !isEnded else { throw Reason("nothing may stand behind \"end\"") }
        switch keyword {
        case "saved":
            saved = try time(words.first)
        case "zone":
            endZone()
            guard let name = words.first, words.count == 1, let zone = try? DomainName(String(name)) else {
                throw Reason("a domain name expected")
            }
            guard !points.contains(where: { $0.zone == zone }) else {
                throw Reason("the zone stands here twice")
            }
            self.zone = ZoneReader(zone)
        case "end":
            endZone()
            isEnded = true
        default:
            guard var zone else { throw Reason("a zone expected before \"\(keyword)\"") }
            try zone.read(keyword, words)
            self.zone = zone
        }
    }

    private mutating func endZone() {
        if let zone { points.append(zone.point) }
        zone = nil
    }
}

/// The lines of one zone.
private struct ZoneReader {
    private var configured: TrustAnchor
    private var signers: [DelegationSigner] = []
    private var keys: [TrustPoint.Key] = []
    private var lastRefresh: Int64?
    private var nextRefresh: Int64 = 0
    private var originalTTL: UInt32 = 0
    private var signatureInterval: Int64 = 0

    init(_ zone: DomainName) { configured = TrustAnchor(zone: zone) }

    var point: TrustPoint {
        TrustPoint(
            saved: configured, keys: keys, signers: signers, lastRefresh: lastRefresh,
            nextRefresh: nextRefresh, originalTTL: originalTTL, signatureInterval: signatureInterval)
    }

    mutating func read(_ keyword: Substring, _ words: ArraySlice<Substring>) throws(Reason) {
        switch keyword {
        case "refreshed": try readRefresh(Array(words))
        case "configured-ds": configured.signers.append(try signer(words))
        case "configured-key": configured.keys.append(try key(words))
        case "awaited-ds": signers.append(try signer(words))
        case "key":
            let key = try trackedKey(words)
            guard !keys.contains(where: { $0.key == key.key }) else {
                throw Reason("the key stands here twice")
            }
            keys.append(key)
        default: throw Reason("unknown word \"\(keyword)\"")
        }
    }

    /// `TIME next TIME ttl SECONDS signature SECONDS`
    private mutating func readRefresh(_ words: [Substring]) throws(Reason) {
        guard words.count == 7, words[1] == "next", words[3] == "ttl", words[5] == "signature",
            let ttl = UInt32(words[4]), let interval = UInt32(words[6])
        else { throw Reason("\"refreshed TIME next TIME ttl SECONDS signature SECONDS\" expected") }
        lastRefresh = words[0] == "never" ? nil : try time(words[0])
        nextRefresh = try time(words[2])
        originalTTL = ttl
        signatureInterval = Int64(interval)
    }

    /// `STATE TAG since=TIME seen=TIME [until=TIME] [witnesses=TAG,TAG] [configured] DNSKEY`
    private func trackedKey(_ words: ArraySlice<Substring>) throws(Reason) -> TrustPoint.Key {
        guard let word = words.first, let state = TrustPoint.State(rawValue: String(word)) else {
            throw Reason("a state expected: pending, valid, missing, revoked or removed")
        }
        var rest = words.dropFirst()
        let tag = rest.popFirst().flatMap { UInt16($0) }
        var times: [Substring: Int64] = [:]
        var witnesses: [UInt16] = []
        var isConfigured = false
        // RDATA begins with a number.
        while let word = rest.first, word.first?.isNumber == false {
            rest = rest.dropFirst()
            let pair = word.split(separator: "=", maxSplits: 1)
            switch (pair.first, pair.count) {
            case ("configured", 1): isConfigured = true
            case ("witnesses", 2):
                let tags = pair[1].split(separator: ",").map { UInt16($0) }
                witnesses = tags.compactMap { $0 }
                guard witnesses.count == tags.count else { throw Reason("key tags expected: \(word)") }
            case ("since", 2), ("seen", 2), ("until", 2): times[pair[0]] = try time(pair[1])
            default: throw Reason("unknown word \"\(word)\"")
            }
        }
        let key = try key(rest)
        guard key.keyTag == tag, !key.isRevoked else {
            throw Reason("the key has another tag than the line says")
        }
        guard let since = times["since"], let seen = times["seen"],
            state != .pending || times["until"] != nil
        else { throw Reason("a time is missing") }
        return TrustPoint.Key(
            key, state, since: since, lastSeen: seen, isConfigured: isConfigured,
            holdDownEnd: times["until"] ?? 0, witnesses: witnesses)
    }

    private func key(_ words: ArraySlice<Substring>) throws(Reason) -> DNSKey {
        let text = words.joined(separator: " ")
        guard let rdata = try? RData(text: text, type: .dnskey), let key = DNSKey(rdata) else {
            throw Reason("the data of a DNSKEY record expected")
        }
        return key
    }

    private func signer(_ words: ArraySlice<Substring>) throws(Reason) -> DelegationSigner {
        let text = words.joined(separator: " ")
        guard let rdata = try? RData(text: text, type: .ds), let signer = DelegationSigner(rdata) else {
            throw Reason("the data of a DS record expected")
        }
        return signer
    }
}

private func time(_ word: Substring?) throws(Reason) -> Int64 {
    guard let word, word.utf8.count == 14, let seconds = TimestampText.seconds(word) else {
        throw Reason("a time as YYYYMMDDHHmmSS expected")
    }
    return seconds
}
