import DNSWire
import Foundation

// What commands and the daemon say to each other. A request is a message and a text in pieces, the last of them empty; a
// response is a text in pieces, the last of them empty, and a message: what went wrong on the way stands behind the text.

/// What a command wants.
struct ControlRequest: Codable, Sendable {
    /// Of the language that both sides have to speak.
    static let currentVersion = 1

    var version = currentVersion
    var order: Order

    enum Order: Codable, Sendable {
        case describe
        case listZones
        case showZone(DomainName)
        /// With the zone as a master file.
        case importZone(DomainName, isTrial: Bool)
        /// Gets the zone as a master file.
        case exportZone(DomainName)
        /// With the zone as a master file, or nothing.
        case createZone(ZoneCreation)
        case deleteZone(DomainName)
        case explainUpdate(UpdateInquiry)
        case createKey(KeyCreation)
        case listKeys(withSecrets: Bool)
        case removeKey(DomainName)
    }
}

/// What comes of it.
struct ControlResponse: Codable, Sendable {
    var version = ControlRequest.currentVersion
    var outcome: Outcome

    enum Outcome: Codable, Sendable {
        case done
        case service(ServiceReport)
        case zones([ZoneSummary])
        case zone(ZoneReport)
        case difference(ZoneDifference)
        case verdict(UpdateVerdict)
        case key(KeyReport)
        case keys([KeyReport])
        case fault(AdministrationFault)
    }
}

// --- JSON ---

extension ControlConnection {
    func send(message: some Encodable, within seconds: Double) throws(ControlFailure) {
        do {
            try send(frame: Array(JSONEncoder().encode(message)), within: seconds)
        } catch let error as ControlFailure {
            throw error
        } catch {
            throw .malformed("\(error)")
        }
    }

    func receive<Message: Decodable>(
        _ type: Message.Type, within seconds: Double
    ) throws(ControlFailure) -> Message {
        let octets = try receive(upTo: Self.longestMessage, within: seconds)
        do {
            return try JSONDecoder().decode(type, from: Data(octets))
        } catch {
            throw .malformed("\(error)")
        }
    }

    /// Sends a text in as many pieces as it takes, without the empty one at the end.
    func send(pieces text: [UInt8], within seconds: Double) throws(ControlFailure) {
        for start in stride(from: 0, to: text.count, by: Self.longestPiece) {
            try send(frame: Array(text[start...].prefix(Self.longestPiece)), within: seconds)
        }
    }

    /// Receives the pieces of a text, up to the empty one.
    ///
    /// - Parameters:
    ///   - longest: octets of all of them.
    ///   - first: how long the first is awaited, in seconds; those behind it, `seconds`.
    func receivePieces(
        upTo longest: Int, first: Double? = nil, within seconds: Double
    ) throws(ControlFailure) -> [UInt8] {
        var text: [UInt8] = []
        var patience = first ?? seconds
        while true {
            let piece = try receive(upTo: Self.longestPiece, within: patience)
            guard !piece.isEmpty else { return text }
            text += piece
            guard text.count <= longest else { throw .tooLong(text.count) }
            patience = seconds
        }
    }
}
