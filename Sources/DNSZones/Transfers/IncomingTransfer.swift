public import DNSWire

/// A zone on its way from a primary (RFC 5936 §2.2, RFC 1995 §4): messages in, a whole version out, or nothing.
///
///     opening ─ SOA ─▸ opened ─ SOA of ours ─▸ removing ◂─ SOA ─▸ adding ─ SOA of the opening ─▸ over
///                        └── anything else ──▸ collecting ───── SOA of the opening ───────────▸ over
///
/// Nothing is believed before the end is there. Messages are to be handed in as they came, signatures verified before: that
/// only records of the zone are taken, and that changes fit what is held, is checked here. A large zone takes time, so this is
/// no work for a queue on which others wait.
public struct IncomingTransfer: Sendable {
    public enum Kind: Sendable {
        case full
        /// What has changed since this version. The primary may send all of the zone instead.
        case incremental(since: ZoneVersion)
    }

    public enum Outcome: Sendable {
        /// The primary has nothing newer than what is held; its serial.
        case upToDate(SerialNumber)
        /// All of the zone.
        case full(ZoneVersion)
        /// The version held with these changes, oldest first.
        case changes(ZoneVersion, [ZoneChange])
        /// Only over UDP: the answer does not fit (RFC 1995 §2).
        case askOverStream
    }

    public enum Progress: Sendable {
        case needsMore
        case complete(Outcome)
        case failed(TransferFailure)
    }

    /// What a primary may send at most, so that none fills the memory: many times the largest zones that are served from
    /// memory, and finite.
    public struct Limits: Sendable, Hashable {
        public var records = 10_000_000
        public var octets = 4 << 30

        public init() {}
    }

    private enum Stage: Sendable {
        case opening
        /// The opening SOA record was there; the next record tells what form this is.
        case opened
        case collecting
        case removing
        case adding
        case over
    }

    public let apex: DomainName
    private let id: UInt16
    private let type: RecordType
    private let isDatagram: Bool
    private let held: ZoneVersion?
    private let limits: Limits

    private var stage = Stage.opening
    private var opening: Record?
    private var assembly = ZoneAssembly()
    /// The version held with the changes that are complete.
    private var current: ZoneVersion?
    private var changes: [ZoneChange] = []
    private var outcome: Outcome?

    public private(set) var messageCount = 0
    public private(set) var recordCount = 0
    public private(set) var octetCount = 0
    /// Records outside the zone, which are no part of it.
    public private(set) var ignoredCount = 0

    /// - Parameter id: of the request that was sent.
    public init(
        of apex: DomainName, _ kind: Kind, id: UInt16, isDatagram: Bool = false, limits: Limits = Limits()
    ) {
        self.apex = apex
        self.id = id
        self.isDatagram = isDatagram
        self.limits = limits
        switch kind {
        case .full:
            type = .axfr
            held = nil
        case .incremental(let version):
            type = .ixfr
            held = version
            current = version
        }
    }

    /// The request to send; a signature may follow.
    public var request: Message {
        var query = Message(header: Header(id: id), questions: [Question(apex, type)])
        if let held { query.authorities = [held.soaRecord] }
        return query
    }

    /// Takes the next message. After anything but `needsMore` there is nothing left to do.
    public mutating func receive(_ message: Span<UInt8>) -> Progress {
        guard stage != .over else { return .failed(.recordsBehindEnd) }
        do throws(TransferFailure) {
            try read(message)
        } catch {
            stage = .over
            return .failed(error)
        }
        if let outcome { return .complete(outcome) }
        guard isDatagram else { return .needsMore }
        stage = .over
        return .complete(.askOverStream)
    }
}

// --- Messages ---

extension IncomingTransfer {
    private mutating func read(_ message: Span<UInt8>) throws(TransferFailure) {
        messageCount += 1
        octetCount += message.count
        guard octetCount <= limits.octets else { throw .tooManyOctets }
        var offset = 0
        let header = try readHeader(message, &offset)
        // Over TCP, TC means nothing (RFC 5936 §2).
        if isDatagram, header.flags.contains(.tc) { return }
        guard header.answerCount > 0 else { throw .noRecords }
        for _ in 0..<header.answerCount {
            try take(Self.record(message, &offset))
            // Who sends all of the zone whatever is asked for does not have to be read any further.
            if case .upToDate = outcome { return }
        }
        for _ in 0..<(Int(header.authorityCount) + Int(header.additionalCount)) {
            _ = try Self.record(message, &offset)
        }
        guard offset == message.count else { throw .malformed(WireError(.trailingData, at: offset)) }
    }

    /// The header and the question, where there is one: the first message has it, those that follow may (RFC 5936 §2.2.2).
    private func readHeader(_ message: Span<UInt8>, _ offset: inout Int) throws(TransferFailure) -> Header {
        let header: Header
        var question: Question?
        do throws(WireError) {
            header = try Header(parsing: message)
            offset = Header.length
            if header.questionCount == 1 { question = try Question(parsing: message, at: &offset) }
        } catch {
            throw .malformed(error)
        }
        guard header.id == id, header.isResponse, header.opcode == .query, header.questionCount <= 1,
            question == nil || question == Question(apex, type)
        else { throw .otherResponse }
        guard header.responseCode == .noError else { throw .responseCode(header.responseCode) }
        return header
    }

    private static func record(_ message: Span<UInt8>, _ offset: inout Int) throws(TransferFailure) -> Record
    {
        do throws(WireError) {
            return try Record(parsing: message, at: &offset)
        } catch {
            throw .malformed(error)
        }
    }
}

// --- Records ---

extension IncomingTransfer {
    private mutating func take(_ record: Record) throws(TransferFailure) {
        guard outcome == nil else { throw .recordsBehindEnd }
        recordCount += 1
        guard recordCount <= limits.records else { throw .tooManyRecords }
        guard let opening else { return try open(record) }
        guard record.recordClass == .internet else { throw .otherClass(record.recordClass) }
        guard !record.type.isMeta, record.type.rawValue != 0 else { throw .metaType(record.type) }
        guard record.ownerName.isSubdomain(of: apex) else {
            ignoredCount += 1
            return
        }
        if record.type == .soa {
            guard record.ownerName == apex, let soa = StartOfAuthority(record.rdata) else { throw .straySOA }
            return try take(record, soa, opening)
        }
        switch stage {
        case .opened, .collecting:
            // Behind the opening, anything but the old SOA record of a difference means all of the zone (RFC 1995 §4).
            stage = .collecting
            try assembly.take(record)
        case .removing:
            changes[changes.count - 1].removed.append(record)
        case .adding:
            changes[changes.count - 1].added.append(record)
        case .opening, .over:
            throw .notBegunWithSOA
        }
    }

    private mutating func open(_ record: Record) throws(TransferFailure) {
        guard record.type == .soa, record.recordClass == .internet, record.ownerName == apex,
            let soa = StartOfAuthority(record.rdata)
        else { throw .notBegunWithSOA }
        opening = record
        stage = held == nil ? .collecting : .opened
        let serial = SerialNumber(soa.serial)
        if let held, !serial.isNewer(than: held.serial) { finish(.upToDate(serial)) }
    }

    /// A SOA record, which ends whatever was before it.
    private mutating func take(
        _ record: Record, _ soa: StartOfAuthority, _ opening: Record
    ) throws(TransferFailure) {
        let serial = SerialNumber(soa.serial)
        let isOpening = record.ttl == opening.ttl && StartOfAuthority(opening.rdata) == soa
        switch stage {
        case .opened where !isOpening:
            guard serial == held?.serial else { throw .brokenChain(serial) }
            // The same serial with other content: not the version that is held here.
            guard soa == held?.soa else { throw .doesNotApply(apex, .soa) }
            beginChange(from: record)
        case .opened, .collecting:
            guard isOpening else { throw .endDiffers }
            let version = ZoneVersion(apex: apex, tree: try assembly.finish(soa: opening))
            finish(.full(try Self.checked(version)))
        case .removing:
            guard let old = changes.last?.oldSerial, serial.isNewer(than: old) else {
                throw .brokenChain(serial)
            }
            changes[changes.count - 1].newSOA = record
            stage = .adding
        case .adding:
            guard let new = changes.last?.newSOA, serial == new.serial else { throw .brokenChain(serial) }
            guard StartOfAuthority(new.rdata) == soa else { throw .endDiffers }
            try endChange()
            if serial != opening.serial {
                beginChange(from: record)
            } else {
                guard isOpening else { throw .endDiffers }
                finish(.changes(try Self.checked(current), changes))
            }
        case .opening, .over:
            throw .notBegunWithSOA
        }
    }

    private mutating func beginChange(from record: Record) {
        // Its new SOA record is known when it comes.
        changes.append(ZoneChange(oldSOA: record, newSOA: record, removed: [], added: []))
        stage = .removing
    }

    private mutating func endChange() throws(TransferFailure) {
        changes[changes.count - 1].gatherRRsets()
        current = try current?.applyingTransferred(changes[changes.count - 1])
    }

    /// A zone has name servers (RFC 1035 §5.2); without, it is only part of one.
    private static func checked(_ version: ZoneVersion?) throws(TransferFailure) -> ZoneVersion {
        guard let version, version.tree.rrset(version.apex, .ns) != nil else { throw .noNameServers }
        return version
    }

    private mutating func finish(_ outcome: Outcome) {
        self.outcome = outcome
        stage = .over
    }
}
