import DNSWire

/// The changes of a transfer, made to the version that is held.
extension ZoneVersion {
    /// The version that a change from a primary makes of this one.
    func applyingTransferred(_ change: ZoneChange) throws(TransferFailure) -> ZoneVersion {
        let version: ZoneVersion
        do throws(ZoneChangeError) {
            version = try applying(change)
        } catch {
            switch error {
            case .wrongSOA: throw .doesNotApply(apex, .soa)
            case .notThere(let record), .alreadyThere(let record), .notOfZone(let record):
                throw .doesNotApply(record.ownerName, record.type)
            }
        }
        try version.checkSizes(at: change.added)
        return version
    }

    private func checkSizes(at records: [Record]) throws(TransferFailure) {
        var checked: DomainName?
        for record in records where record.ownerName != checked {
            checked = record.ownerName
            let sizes = tree.rrsets(at: record.ownerName).map { ZoneAssembly.octets(of: $0) }
            guard sizes.count <= ZoneAssembly.maximumTypesAtName,
                sizes.allSatisfy({ $0 <= ZoneAssembly.maximumRRsetOctets }),
                sizes.reduce(0, +) <= ZoneAssembly.maximumOctetsAtName
            else { throw .tooMuch(record.ownerName, record.type) }
        }
    }
}

extension ZoneChange {
    /// With the records of each RRset one behind the other, so that however they came each RRset is changed once.
    mutating func gatherRRsets() {
        removed = Self.gathered(removed)
        added = Self.gathered(added)
    }

    private struct Place: Hashable {
        let ownerName: DomainName
        let type: RecordType

        init(_ record: Record) {
            ownerName = record.ownerName
            type = record.type
        }
    }

    private static func gathered(_ records: [Record]) -> [Record] {
        var places: [Place: Int] = [:]
        var isGathered = true
        var last: Place?
        for record in records where isGathered {
            let place = Place(record)
            if place == last { continue }
            isGathered = places.updateValue(0, forKey: place) == nil
            last = place
        }
        if isGathered { return records }
        places = [:]
        var groups: [[Record]] = []
        for record in records {
            let index = places[Place(record)] ?? groups.count
            if index == groups.count {
                places[Place(record)] = index
                groups.append([])
            }
            groups[index].append(record)
        }
        return groups.flatMap { $0 }
    }
}
