import DNSCrypto
import DNSWire
import DNSZones
import ZoneStore

/// Keys, and what may be changed with them.
extension StoreAdministration {
    func createKey(_ creation: KeyCreation) throws(AdministrationFault) -> KeyReport {
        guard let algorithm = AuthenticationAlgorithm(text: creation.algorithm) else {
            let known = AuthenticationAlgorithm.allCases.map(\.rawValue).joined(separator: ", ")
            throw .mistake("\(creation.algorithm) is no algorithm for keys; \(known) are")
        }
        if let other = try keys(withSecrets: false).first(where: { $0.name == creation.name }) {
            throw .mistake("there is a key \(creation.name) already, \(other.origin.words)")
        }
        var random = SystemRandomNumberGenerator()
        let key = TransactionKey.generate(creation.name, algorithm, using: &random)
        try stored { () throws(StoreError) in
            try store.addKey(
                StoredKey(name: key.name, algorithm: algorithm.rawValue, secret: key.secret, created: wall()))
        }
        surroundings.keysChanged()
        return KeyReport(key, .command, withSecret: true)
    }

    func keys(withSecrets: Bool) throws(AdministrationFault) -> [KeyReport] {
        let given = surroundings.givenKeys
        let taken = Set(given.map(\.key.name))
        let made = store.transactionKeys.filter { !taken.contains($0.name) }.map {
            ($0, KeyReport.Origin.command)
        }
        return (given.map { ($0.key, $0.origin) } + made).sorted { $0.0.name < $1.0.name }
            .map { KeyReport($0.0, $0.1, withSecret: withSecrets) }
    }

    func removeKey(_ name: DomainName) throws(AdministrationFault) {
        guard let key = try keys(withSecrets: false).first(where: { $0.name == name }) else {
            throw .mistake("there is no key \(name) here")
        }
        guard key.origin == .command else {
            throw .mistake("the key \(name) is \(key.origin.words), and goes when it is taken out there")
        }
        try stored { () throws(StoreError) in try store.removeKey(name) }
        surroundings.keysChanged()
    }

    // --- Rights ---

    func explain(_ inquiry: UpdateInquiry) throws(AdministrationFault) -> UpdateVerdict {
        guard let type = RecordType(inquiry.type), !type.isMeta else {
            throw .mistake("\(inquiry.type) is no type of records")
        }
        guard let address = IPAddress(inquiry.address) else {
            throw .mistake("\(inquiry.address) is no IP address")
        }
        let zone = try zone(of: inquiry)
        let requestor = Requestor(key: inquiry.key, address: address, isStream: inquiry.isStream)
        let verdict = zone.settings.updatePolicy.verdict(requestor, inquiry.name, type)
        var isGranted = verdict.isGranted
        var remarks: [String] = []
        if case .secondary = zone.settings.role {
            remarks.append(
                zone.settings.forwardsUpdates
                    ? "it is passed on to the primary of \(zone.apex), which judges it"
                    : "\(zone.apex) has primaries, which are to be sent updates: forward-updates is off")
            isGranted = zone.settings.forwardsUpdates
        } else if zone.version == nil {
            remarks.append("\(zone.apex) has no data and can not be changed now")
            isGranted = false
        }
        if let key = inquiry.key, try !keys(withSecrets: false).contains(where: { $0.name == key }) {
            remarks.append(
                "no key \(key) is known here: with TSIG the update is refused (BADKEY); with SIG(0) its KEY record counts"
            )
        }
        if let count = verdict.maximumRecords, isGranted {
            remarks.append("an RRset of this type may have \(count) \(count == 1 ? "record" : "records")")
        }
        return UpdateVerdict(zone: zone.apex, isGranted: isGranted, reason: "\(verdict)", remarks: remarks)
    }

    private func zone(of inquiry: UpdateInquiry) throws(AdministrationFault) -> Zone {
        guard let name = inquiry.zone else {
            guard let zone = store.directory.table.zone(holding: inquiry.name) else {
                throw .mistake("\(inquiry.name) is in none of the zones here")
            }
            return zone
        }
        let zone = try figures(of: name).zone
        guard inquiry.name.isSubdomain(of: name) else {
            throw .mistake("\(inquiry.name) is not in the zone \(name) (NOTZONE)")
        }
        return zone
    }
}

extension ZoneStore {
    /// The keys that commands have made.
    var transactionKeys: [TransactionKey] {
        keys.compactMap { key in
            AuthenticationAlgorithm(text: key.algorithm).map {
                TransactionKey(key.name, $0, secret: key.secret)
            }
        }
    }
}

extension KeyReport {
    init(_ key: TransactionKey, _ origin: Origin, withSecret: Bool) {
        self.init(
            name: key.name, algorithm: key.algorithm.rawValue, origin: origin,
            secret: withSecret ? key.secretText : nil)
    }
}

extension KeyReport.Origin {
    var words: String {
        switch self {
        case .configuration: "in the configuration"
        case .command: "made by command"
        case .firstStart: "in update.key of the state directory"
        }
    }
}
