import DNSWire

/// The records that a denial was made of, for the trace: written out only where somebody reads it.
struct DenialEvidence {
    private let type: RecordType
    private var parts: [Part]
    private let isEmptyNonTerminal: Bool

    /// The owner of a record, and the name that it is needed for where the owner does not show it.
    private struct Part {
        let owner: DomainName
        let subject: DomainName?
    }

    /// - Parameter type: NSEC or NSEC3.
    init(
        _ type: RecordType, _ owner: DomainName, for subject: DomainName? = nil,
        isEmptyNonTerminal: Bool = false
    ) {
        self.type = type
        self.isEmptyNonTerminal = isEmptyNonTerminal
        parts = [Part(owner: owner, subject: subject)]
    }

    func adding(_ owner: DomainName, for subject: DomainName? = nil) -> Self {
        var sum = self
        sum.parts.append(Part(owner: owner, subject: subject))
        return sum
    }
}

extension DenialEvidence: CustomStringConvertible {
    var description: String {
        let owners = parts.map { part in
            part.subject.map { "\(part.owner) for \($0)" } ?? "\(part.owner)"
        }
        let list = "\(type) " + owners.joined(separator: ", ")
        return isEmptyNonTerminal ? list + ", an empty non-terminal" : list
    }
}
