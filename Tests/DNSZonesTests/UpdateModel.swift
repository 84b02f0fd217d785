import DNSWire
import DNSZones

/// RFC 2136 done again in the plainest way, from the pseudocode of its §3 and without a line of what it tests: a zone is a
/// dictionary of dictionaries, a record is text in lower case, and a change of the zone is a copy of all of it.
struct UpdateModel {
    typealias Names = [String: [UInt16: Members]]

    struct Members: Equatable {
        var ttl: UInt32
        var records: Set<String>
    }

    /// A record of a message as it stands there; nil data is RDLENGTH 0.
    struct RawRecord {
        var name: String
        var type: UInt16
        var recordClass: UInt16
        var ttl: UInt32
        var data: String?
    }

    struct RawMessage {
        var prerequisites: [RawRecord] = []
        var updates: [RawRecord] = []
        /// LEASE and KEY-LEASE.
        var lease: (UInt32, UInt32?)?
    }

    static let apex = "example."
    static let (any, none, internet): (UInt16, UInt16, UInt16) = (255, 254, 1)
    static let (ns, cname, soa, wks, key, dname): (UInt16, UInt16, UInt16, UInt16, UInt16, UInt16) = (
        2, 5, 6, 11, 25, 39
    )

    var names: Names
    /// When records go, by `name type data`.
    var expiries: [String: Int64] = [:]
    /// That was published last.
    var publishedSerial: UInt32

    init(_ names: Names, serial: UInt32) {
        self.names = names
        publishedSerial = serial
    }

    // --- One message ---

    mutating func apply(_ message: RawMessage, wall: Int64) -> UInt16 {
        for record in message.prerequisites {
            if let code = Self.formFault(prerequisite: record) { return code }
        }
        for record in message.updates {
            if let code = Self.formFault(update: record) { return code }
        }
        // What only a signer makes is refused before anything is looked at.
        if message.updates.contains(where: { [46, 47, 50, 51].contains($0.type) }) { return 5 }
        if let code = failure(message.prerequisites) { return code }
        let before = self
        for record in message.updates { update(record, message.lease, wall) }
        for set in names.values.flatMap(\.values) where set.records.count > 1_000 {
            self = before
            return 5
        }
        if names != before.names, serial == publishedSerial { setSerial(publishedSerial &+ 1) }
        return 0
    }

    private static func isInside(_ name: String) -> Bool { name == apex || name.hasSuffix("." + apex) }

    private static func formFault(prerequisite record: RawRecord) -> UInt16? {
        if record.ttl != 0 { return 1 }
        if !isInside(record.name) { return 10 }
        switch record.recordClass {
        case any, none: return record.data != nil || record.type == 252 ? 1 : nil
        case internet: return record.type == any || record.type == 252 || record.data == nil ? 1 : nil
        default: return 1
        }
    }

    private static func formFault(update record: RawRecord) -> UInt16? {
        if !isInside(record.name) { return 10 }
        switch record.recordClass {
        case any: return record.ttl != 0 || record.data != nil || record.type == 252 ? 1 : nil
        case none:
            return record.ttl != 0 || record.type == any || record.type == 252 || record.data == nil ? 1 : nil
        case internet: return record.type == any || record.type == 252 || record.data == nil ? 1 : nil
        default: return 1
        }
    }

    private func failure(_ prerequisites: [RawRecord]) -> UInt16? {
        var wanted: Names = [:]
        for record in prerequisites {
            let sets = names[record.name.lowercased()] ?? [:]
            switch (record.recordClass, record.type) {
            case (Self.any, Self.any): if sets.isEmpty { return 3 }
            case (Self.any, let type): if sets[type] == nil { return 8 }
            case (Self.none, Self.any): if !sets.isEmpty { return 6 }
            case (Self.none, let type): if sets[type] != nil { return 7 }
            case (_, let type):
                wanted[record.name.lowercased(), default: [:]][type, default: Members(ttl: 0, records: [])]
                    .records
                    .insert((record.data ?? "").lowercased())
            }
        }
        for (name, sets) in wanted {
            for (type, members) in sets where names[name]?[type]?.records != members.records { return 8 }
        }
        return nil
    }

    private mutating func update(_ record: RawRecord, _ lease: (UInt32, UInt32?)?, _ wall: Int64) {
        let name = record.name.lowercased()
        let data = record.data?.lowercased()
        switch record.recordClass {
        case Self.internet:
            guard let data, mayAdd(name, record.type, data) else { return }
            for old in names[name]?[record.type]?.records ?? [] where replaces(record.type, old, data) {
                remove(name, record.type, old)
            }
            names[name, default: [:]][record.type, default: Members(ttl: 0, records: [])].records.insert(data)
            names[name]?[record.type]?.ttl = record.ttl
            guard record.type != Self.soa else { return }
            let place = "\(name) \(record.type) \(data)"
            expiries[place] = lease.map { wall + Self.granted($0, record.type) }
        case Self.any:
            for (type, members) in names[name] ?? [:] where record.type == Self.any || record.type == type {
                if name == Self.apex, type == Self.soa || type == Self.ns { continue }
                for old in members.records { remove(name, type, old) }
            }
        default:
            guard let data else { return }
            delete(name, record.type, data)
        }
    }

    private static func granted(_ lease: (UInt32, UInt32?), _ type: UInt16) -> Int64 {
        if type == key, let own = lease.1 { return Int64(min(max(own, 30), 7 * 86_400)) }
        return Int64(min(max(lease.0, 30), 86_400))
    }

    private mutating func delete(_ name: String, _ type: UInt16, _ data: String) {
        if name == Self.apex {
            if type == Self.soa { return }
            if type == Self.ns, names[name]?[type]?.records == [data] { return }
        }
        remove(name, type, data)
    }

    private func mayAdd(_ name: String, _ type: UInt16, _ data: String) -> Bool {
        let types = Set((names[name] ?? [:]).keys)
        if type == Self.cname { return types.subtracting([Self.cname]).isEmpty }
        if types.contains(Self.cname) { return false }
        if type == Self.dname, types.contains(Self.ns), name != Self.apex { return false }
        if type == Self.ns, types.contains(Self.dname), name != Self.apex { return false }
        guard type == Self.soa else { return true }
        let new = Self.serial(data)
        return name == Self.apex && new != 0
            && [serial, publishedSerial].allSatisfy { Int32(bitPattern: new &- $0) > 0 }
    }

    private func replaces(_ type: UInt16, _ old: String, _ new: String) -> Bool {
        switch type {
        case Self.soa, Self.cname, Self.dname: old != new
        // `\# n` and then the first five octets.
        case Self.wks: old != new && old.suffix(12).prefix(10) == new.suffix(12).prefix(10)
        default: false
        }
    }

    private mutating func remove(_ name: String, _ type: UInt16, _ data: String) {
        guard names[name]?[type]?.records.remove(data) != nil else { return }
        expiries["\(name) \(type) \(data)"] = nil
        if names[name]?[type]?.records.isEmpty == true { names[name]?[type] = nil }
        if names[name]?.isEmpty == true { names[name] = nil }
    }

    // --- Time ---

    /// Leases that have ended, in the order that they are taken in: of two NS records the first goes.
    mutating func expire(_ places: [String]) {
        let before = names
        for place in places {
            let words = place.split(separator: " ", maxSplits: 2).map(String.init)
            delete(words[0], UInt16(words[1]) ?? 0, words[2])
            expiries[place] = nil
        }
        if names != before, serial == publishedSerial { setSerial(publishedSerial &+ 1) }
    }

    // --- The SOA ---

    var serial: UInt32 { names[Self.apex]?[Self.soa]?.records.first.map(Self.serial) ?? 0 }

    private static func serial(_ data: String) -> UInt32 {
        let words = data.split(separator: " ")
        return words.count > 2 ? UInt32(words[2]) ?? 0 : 0
    }

    private mutating func setSerial(_ serial: UInt32) {
        guard var members = names[Self.apex]?[Self.soa], let data = members.records.first else { return }
        var words = data.split(separator: " ").map(String.init)
        words[2] = "\(serial == 0 ? 1 : serial)"
        members.records = [words.joined(separator: " ")]
        names[Self.apex]?[Self.soa] = members
    }
}
