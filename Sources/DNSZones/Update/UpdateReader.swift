import DNSWire

/// Takes the records of an UPDATE message one by one, with their fields as they stand.
struct UpdateReader {
    let header: Header
    private var offset = Header.length

    init(_ packet: Span<UInt8>) throws(UpdateFault) {
        do throws(WireError) {
            header = try Header(parsing: packet)
        } catch {
            throw UpdateFault(.malformed, in: .header)
        }
    }

    /// A record whose class may say that its other fields are none.
    struct RawRecord {
        let ownerName: DomainName
        let type: RecordType
        let recordClass: RecordClass
        let ttl: UInt32
        let data: Range<Int>
        let section: UpdateFault.Section
        let number: Int

        func fault(_ reason: UpdateFault.Reason) -> UpdateFault {
            UpdateFault(reason, in: section, number: number)
        }

        func rdata(_ packet: Span<UInt8>, _ recordClass: RecordClass) throws(UpdateFault) -> RData {
            guard data.count >= type.minimumLength else { throw fault(.malformed) }
            do throws(WireError) {
                return try RData(
                    parsing: packet, at: data.lowerBound, length: data.count, type: type,
                    recordClass: recordClass)
            } catch {
                throw fault(.malformed)
            }
        }
    }

    mutating func zone(_ packet: Span<UInt8>) throws(UpdateFault) -> (DomainName, RecordClass) {
        guard header.questionCount == 1 else { throw UpdateFault(.zoneCount, in: .zone) }
        let zone: Question
        do throws(WireError) {
            zone = try Question(parsing: packet, at: &offset)
        } catch {
            throw UpdateFault(.malformed, in: .zone)
        }
        guard zone.qtype == .soa else { throw UpdateFault(.zoneType, in: .zone) }
        guard zone.qclass != .any, zone.qclass != .none else { throw UpdateFault(.zoneClass, in: .zone) }
        return (zone.qname, zone.qclass)
    }

    mutating func record(
        _ packet: Span<UInt8>, in section: UpdateFault.Section, number: Int
    ) throws(UpdateFault) -> RawRecord {
        do throws(WireError) {
            let name = try DomainName(parsing: packet, at: &offset)
            let start = offset + 10
            let end = start + Int(try packet.uint16(at: offset + 8))
            guard end <= packet.count else { throw WireError(.truncated, at: packet.count) }
            let record = RawRecord(
                ownerName: name, type: RecordType(rawValue: try packet.uint16(at: offset)),
                recordClass: RecordClass(rawValue: try packet.uint16(at: offset + 2)),
                ttl: try packet.uint32(at: offset + 4), data: start..<end, section: section, number: number)
            offset = end
            return record
        } catch {
            throw UpdateFault(.malformed, in: section, number: number)
        }
    }

    /// Reads the additional section to the message's end.
    mutating func edns(_ packet: Span<UInt8>) throws(UpdateFault) -> EDNS? {
        var edns: EDNS?
        for number in 0..<Int(header.additionalCount) {
            let start = offset
            let record = try record(packet, in: .additional, number: number + 1)
            guard record.type == .opt else { continue }
            do throws(WireError) {
                guard edns == nil else { throw WireError(.badOPT, at: start) }
                edns = try EDNS(parsing: packet, from: start, to: offset)
            } catch {
                throw record.fault(.malformed)
            }
            guard edns?.version == 0 else { throw record.fault(.ednsVersion) }
        }
        guard offset == packet.count else { throw UpdateFault(.malformed, in: .additional) }
        return edns
    }
}

extension RecordType {
    /// Octets that its data has at least, where the fields that we know of it could be none: others refuse zones with less.
    fileprivate var minimumLength: Int {
        switch self {
        // An address and a protocol (RFC 1035 §3.4.2).
        case .wks: 5
        case .dhcid, .openpgpkey: 1
        default: 0
        }
    }
}
