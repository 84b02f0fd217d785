import DNSWire
import DNSZones
import Testing

/// A row of the behaviour table about an update, signed by who may change everything.
///
/// What the row's records are is between the sections that every case has: behind them in the update section comes a record
/// that shows whether the message was applied. With NOERROR it has to be there, otherwise nothing of it.
struct UpdateRow: Sendable, CustomTestStringConvertible {
    let number: Int
    let what: String
    let zones: [[UInt8]]
    let prerequisites: [[UInt8]]
    let updates: [[UInt8]]
    let expected: ResponseCode
    /// What is asked afterwards, and how many records it must have.
    var remaining: [(DomainName, RecordType, Int)] = []

    init(
        _ number: Int, _ what: String, zones: [[UInt8]] = [Packet.question("lab.example.", .soa)],
        requiring prerequisites: [[UInt8]] = [], making updates: [[UInt8]] = [], _ expected: ResponseCode,
        remaining: [(DomainName, RecordType, Int)] = []
    ) {
        (self.number, self.what, self.zones, self.prerequisites) = (number, what, zones, prerequisites)
        (self.updates, self.expected, self.remaining) = (updates, expected, remaining)
    }

    var testDescription: String { "row \(number): \(what)" }

    /// Whether it is no message in which a signature is looked for: two questions, an OPT record in the wrong section.
    private var isUnreadable: Bool {
        zones.count > 1 || updates.contains(Self.optionRecord)
    }

    private static let optionRecord = Packet.record(www, .opt, class: 1, ttl: 60)

    /// A name of its own in `lab.example.`, for each transport.
    private func marker(_ transport: BehaviourRow.Transport) -> String {
        let words = what.map { $0.isLetter || $0.isNumber ? $0 : "-" }
        return "\(number).\(String(words).prefix(60)).\(transport).rows.lab.example."
    }

    func check(in house: ZonesHouse, over transport: BehaviourRow.Transport) throws {
        let marker = marker(transport)
        let mark = Packet.record(marker, .txt, class: 1, ttl: 60, [1, 120])
        let counts = [zones.count, prerequisites.count, updates.count + 1, 0].map { UInt16($0) }
        let packet = Packet.make(
            flags: 5 << 11, counts: counts, (zones + prerequisites + updates).flatMap { $0 }, mark)
        let message =
            isUnreadable
            ? try house.exchange(packet, over: transport).message
            : try house.exchangeSigned(packet, over: transport)
        #expect(message.header.id == Packet.id && message.header.opcode == .update)
        #expect(message.responseCode == expected)
        #expect(message.answers.isEmpty && message.authorities.isEmpty)
        let name = try DomainName(marker)
        #expect(try house.data(name, .txt).count == (expected == .noError ? 1 : 0))
        for (name, type, count) in remaining { #expect(try house.data(name, type).count == count) }
    }

    static let all: [UpdateRow] =
        zoneSections + prerequisiteForms + prerequisiteMeanings + updateForms + rights + protections

    // --- Zone section and names ---

    private static let (none, any): (UInt16, UInt16) = (254, 255)
    private static let address: [UInt8] = [192, 0, 2, 80]
    private static let www = "www.lab.example."

    private static let zoneSections: [UpdateRow] = [
        UpdateRow(49, "no zone", zones: [], .formatError),
        UpdateRow(
            49, "two zones", zones: ["lab.example.", "lab.example."].map { Packet.question($0, .soa) },
            .formatError),
        UpdateRow(49, "a zone of type A", zones: [Packet.question("lab.example.", .a)], .formatError),
        UpdateRow(49, "a zone of type ANY", zones: [Packet.question("lab.example.", .any)], .formatError),
        UpdateRow(50, "a zone not held", zones: [Packet.question("other.example.", .soa)], .notAuth),
        UpdateRow(50, "a name in a zone", zones: [Packet.question("rows.lab.example.", .soa)], .notAuth),
        UpdateRow(50, "a zone of class HS", zones: [Packet.question("lab.example.", .soa, 4)], .notAuth),
        UpdateRow(
            51, "a prerequisite outside", requiring: [Packet.record("www.example.", .any, class: any)],
            .notZone),
        UpdateRow(
            51, "a prerequisite about the parent", requiring: [Packet.record("example.", .soa, class: any)],
            .notZone),
        UpdateRow(
            51, "an addition outside", making: [Packet.record("www.example.", .a, class: 1, address)],
            .notZone),
        UpdateRow(51, "a deletion outside", making: [Packet.record("example.", .any, class: any)], .notZone),
    ]

    // --- Prerequisites ---

    private static let prerequisiteForms: [UpdateRow] = [
        UpdateRow(
            52, "a TTL", requiring: [Packet.record(www, .any, class: any, ttl: 1)], .formatError),
        UpdateRow(
            52, "a TTL of a value", requiring: [Packet.record(www, .a, class: 1, ttl: 300, address)],
            .formatError),
        UpdateRow(
            52, "data of class ANY", requiring: [Packet.record(www, .a, class: any, address)], .formatError),
        UpdateRow(
            52, "data of class NONE", requiring: [Packet.record(www, .a, class: none, address)],
            .formatError),
        UpdateRow(
            52, "another class", requiring: [Packet.record(www, .a, class: 3, address)], .formatError),
        UpdateRow(
            52, "a value of type ANY", requiring: [Packet.record(www, .any, class: 1)], .formatError),
        UpdateRow(
            52, "an address of three octets", requiring: [Packet.record(www, .a, class: 1, [1, 2, 3])],
            .formatError),
        UpdateRow(
            52, "a meta type", requiring: [Packet.record(www, .axfr, class: any)], .formatError),
    ]

    private static let prerequisiteMeanings: [UpdateRow] = [
        UpdateRow(
            53, "name is in use, and is", requiring: [Packet.record(www, .any, class: any)], .noError),
        UpdateRow(
            53, "name is in use, and is not",
            requiring: [Packet.record("none.lab.example.", .any, class: any)], .nxDomain),
        UpdateRow(
            53, "an empty non-terminal is not in use",
            requiring: [Packet.record("deep.lab.example.", .any, class: any)], .nxDomain),
        UpdateRow(
            53, "a wildcard puts no name in use",
            requiring: [Packet.record("x.wild.lab.example.", .any, class: any)], .nxDomain),
        UpdateRow(
            54, "name is not in use, and is not",
            requiring: [Packet.record("none.lab.example.", .any, class: none)], .noError),
        UpdateRow(
            54, "name is not in use, and is", requiring: [Packet.record(www, .any, class: none)], .yxDomain),
        UpdateRow(
            55, "RRset exists, and does", requiring: [Packet.record(www, .a, class: any)], .noError),
        UpdateRow(
            55, "RRset exists, and does not", requiring: [Packet.record(www, .aaaa, class: any)], .nxRRset),
        UpdateRow(
            55, "RRset with a value, and it has", requiring: [Packet.record(www, .a, class: 1, address)],
            .noError),
        UpdateRow(
            55, "RRset with a value, and it has another",
            requiring: [Packet.record(www, .a, class: 1, [192, 0, 2, 81])], .nxRRset),
        UpdateRow(
            55, "RRset with two values, and it has one",
            requiring: [
                Packet.record(www, .a, class: 1, address), Packet.record(www, .a, class: 1, [192, 0, 2, 81]),
            ], .nxRRset),
        UpdateRow(
            56, "RRset does not exist, and does not",
            requiring: [Packet.record(www, .aaaa, class: none)], .noError),
        UpdateRow(
            56, "RRset does not exist, and does", requiring: [Packet.record(www, .a, class: none)], .yxRRset),
    ]

    // --- Updates ---

    private static let updateForms: [UpdateRow] =
        [RecordType.any, .axfr, .ixfr, .maila, .mailb, .opt, .tkey, RecordType(rawValue: 0)].map { type in
            UpdateRow(
                57, "adding type \(type)", making: [Packet.record(www, type, class: 1, ttl: 60)], .formatError
            )
        }
        + [
            UpdateRow(
                57, "deleting with a TTL", making: [Packet.record(www, .a, class: any, ttl: 1)], .formatError),
            UpdateRow(
                57, "deleting a record with a TTL",
                making: [Packet.record(www, .a, class: none, ttl: 1, address)],
                .formatError),
            UpdateRow(
                57, "deleting an RRset with data", making: [Packet.record(www, .a, class: any, address)],
                .formatError),
            UpdateRow(
                57, "deleting a record of type ANY", making: [Packet.record(www, .any, class: none)],
                .formatError),
            UpdateRow(
                57, "another class", making: [Packet.record(www, .a, class: 3, ttl: 60, address)],
                .formatError),
            UpdateRow(
                57, "an address of five octets",
                making: [Packet.record(www, .a, class: 1, ttl: 60, [1, 2, 3, 4, 5])], .formatError),
            UpdateRow(
                57, "a good record before a bad one",
                making: [
                    Packet.record("good.lab.example.", .a, class: 1, ttl: 60, address),
                    Packet.record(www, .any, class: 1, ttl: 60),
                ], .formatError, remaining: [("good.lab.example.", .a, 0)]),
        ]

    private static let rights: [UpdateRow] = [
        UpdateRow(
            58, "a zone that nobody may change", zones: [Packet.question("locked.example.", .soa)], .refused),
        UpdateRow(
            58, "signatures are the signer's",
            making: [Packet.record(www, .nsec, class: any)], .refused),
    ]

    private static let protections: [UpdateRow] = [
        UpdateRow(
            59, "deleting the SOA", making: [Packet.record("lab.example.", .soa, class: any)], .noError,
            remaining: [("lab.example.", .soa, 1)]),
        UpdateRow(
            59, "deleting the NS records", making: [Packet.record("lab.example.", .ns, class: any)], .noError,
            remaining: [("lab.example.", .ns, 1)]),
        UpdateRow(
            59, "deleting the last NS record",
            making: [Packet.record("lab.example.", .ns, class: none, Packet.name("ns.lab.example."))],
            .noError,
            remaining: [("lab.example.", .ns, 1)]),
        UpdateRow(
            59, "a CNAME beside data",
            making: [Packet.record(www, .cname, class: 1, ttl: 60, Packet.name("x.example."))], .noError,
            remaining: [(www.domainName, .a, 1), (www.domainName, .cname, 0)]),
        UpdateRow(
            59, "data beside a CNAME",
            making: [Packet.record("near.lab.example.", .txt, class: 1, ttl: 60, [1, 120])], .noError,
            remaining: [("near.lab.example.", .cname, 1)]),
        UpdateRow(
            59, "an older SOA",
            making: [
                Packet.record(
                    "lab.example.", .soa, class: 1, ttl: 60,
                    [0, 0, 0, 0, 0, 99] + [UInt8](repeating: 0, count: 16))
            ], .noError, remaining: [("lab.example.", .mx, 1)]),
    ]
}

extension String {
    fileprivate var domainName: DomainName { (try? DomainName(self)) ?? .root }
}
