import CFuzzer
import DNSCrypto
import DNSWire
import DNSZones

/// Any octets as a message that may be signed: by a key that is known, by a private key, or as a response to who has signed.
/// Nothing is taken for signed but what a plain reckoning of the MAC says is.
@main
enum FuzzTransaction {
    static let wall: Int64 = 1_700_000_000

    static func main() {
        _ = fuzzer_run(CommandLine.argc, CommandLine.unsafeArgv) { data, count in
            FuzzTransaction.run(Array(UnsafeBufferPointer(start: data, count: count)))
            return 0
        }
    }

    static let keys = [
        TransactionKey("k.test.", .hmacSHA256, secret: Array(1...32)),
        TransactionKey("short.test.", .hmacSHA1, secret: Array(1...20), minimumMACLength: 10),
        TransactionKey("long.test.", .hmacSHA512, secret: [7]),
    ]

    /// The first octet chooses the game, the next two an octet and what is changed in it; a message follows.
    static func run(_ bytes: [UInt8]) {
        guard bytes.count > 3 else { return }
        let packet = Array(bytes[3...])
        switch bytes[0] % 4 {
        case 0: judge(packet)
        case 1: signAndChange(packet, key: keys[Int(bytes[0] >> 2) % keys.count], at: bytes[1], by: bytes[2])
        case 2: judgePublicKey(packet)
        default: judgeResponse(packet)
        }
    }

    // --- Requests ---

    private static func judge(_ packet: [UInt8]) {
        let verdict = TransactionVerifier.verify(packet.span, keys: KeyRing(keys), wall: wall)
        let expected = TransactionModel.key(packet, among: keys, wall: wall)
        switch verdict {
        case .signed(var session):
            precondition(session.key == expected, "not what the MAC says")
            checkResponse(to: packet, &session)
        case .rejected(let rejection):
            precondition(expected == nil, "a good signature was rejected")
            checkRejection(rejection)
        case .unsigned, .sig0:
            precondition(expected == nil, "a good signature was overlooked")
        }
        checkPlaces(packet, verdict)
    }

    /// What reads a query in place and what walks over any message find the same.
    private static func checkPlaces(_ packet: [UInt8], _ verdict: SignatureVerdict) {
        let view = QueryView(packet.span)
        guard view.fault == nil, [.query, .update, .notify].contains(view.header.opcode) else { return }
        guard let place = try? SignaturePlace.find(in: packet.span) else {
            precondition(view.signature == nil)
            if case .unsigned = verdict { return }
            preconditionFailure("a signature without a place")
        }
        precondition(view.signature == place)
    }

    private static func checkRejection(_ rejection: TransactionRejection) {
        var rejection = rejection
        precondition([.formatError, .notAuth].contains(rejection.responseCode))
        var response = Message(header: Header(id: 7), questions: [Question("a.test.", .a)]).compose()
        let before = response.count
        precondition(rejection.sign(&response, wall: wall))
        precondition(response.count <= before + rejection.recordLength)
        precondition((try? Message(parsing: response.span)) != nil)
    }

    /// What was signed, as a response.
    private static func checkResponse(to packet: [UInt8], _ session: inout TransactionSession) {
        for limit in [512, 65_535] {
            var response = Array(packet[..<session.contentEnd])
            response[2] |= 0x80
            response[11] &-= 1
            if response[11] == 255 { response[10] &-= 1 }
            guard session.sign(&response, limit: limit, wall: wall) else { continue }
            precondition(response.count <= limit)
            precondition((try? SignaturePlace.find(in: response.span)) != nil)
        }
    }

    // --- A signature, and one change ---

    private static func signAndChange(_ packet: [UInt8], key: TransactionKey, at index: UInt8, by bits: UInt8)
    {
        var signed = packet
        var client = TransactionClient(key)
        guard (try? Message(parsing: packet.span)) != nil,
            (try? SignaturePlace.find(in: packet.span)) == .some(.none), client.sign(&signed, wall: wall)
        else { return }
        guard
            case .signed(var session) = TransactionVerifier.verify(
                signed.span, keys: KeyRing(keys), wall: wall)
        else { preconditionFailure("what was signed is not") }
        precondition(session.key == key && session.contentEnd == packet.count)
        answer(signed, &client, &session)
        guard bits != 0 else { return }
        // Counted from the end, where the signature is, or from the start.
        let place = bits & 1 == 0 ? Int(index) : signed.count - 1 - Int(index)
        guard signed.indices.contains(place) else { return }
        signed[place] ^= bits
        guard case .signed = TransactionVerifier.verify(signed.span, keys: KeyRing(keys), wall: wall) else {
            return
        }
        let expected = TransactionModel.key(signed, among: keys, wall: wall)
        precondition(expected == key, "a change was not seen")
    }

    /// A response that the client has to believe, and not once more when it is changed.
    private static func answer(
        _ request: [UInt8], _ client: inout TransactionClient, _ session: inout TransactionSession
    ) {
        var response = Message(header: Header(id: 9), questions: [Question("a.test.", .a)]).compose()
        response[2] |= 0x80
        precondition(session.sign(&response, wall: wall))
        var changed = response
        changed[13] ^= 1
        var doubting = client
        guard case .failed = doubting.verify(changed.span, wall: wall) else {
            preconditionFailure("a changed response is believed")
        }
        guard case .signed = client.verify(response.span, wall: wall) else {
            preconditionFailure("a good response is not believed")
        }
        precondition(client.isComplete)
    }

    // --- Others ---

    private static func judgePublicKey(_ packet: [UInt8]) {
        let verdict = SIG0Verifier(Credulous()).verify(packet.span, wall: wall) { name in
            [RData(unchecked: [2, 0, 3, 13] + packet.prefix(64))]
        }
        // Nobody who checks signatures is so easily convinced.
        let strict = SIG0Verifier(LibcryptoVerifier()).verify(packet.span, wall: wall) { name in
            [RData(unchecked: [2, 0, 3, 13] + [UInt8](repeating: 1, count: 64))]
        }
        if case .signed = strict { preconditionFailure("a signature that nobody made") }
        if case .signed(let signer) = verdict {
            precondition(signer.contentEnd < packet.count)
            precondition((try? SignaturePlace.find(in: packet.span))??.kind == .sig0)
        }
    }

    private static func judgeResponse(_ packet: [UInt8]) {
        var client = TransactionClient(keys[0])
        var request = Message(header: Header(id: 7), questions: [Question("a.test.", .axfr)]).compose()
        precondition(client.sign(&request, wall: wall))
        var rest = packet[...]
        while rest.count > 2 {
            let length = Int(rest[rest.startIndex]) << 8 | Int(rest[rest.startIndex + 1])
            let message = Array(rest.dropFirst(2).prefix(length))
            rest = rest.dropFirst(2 + length)
            if case .signed = client.verify(message.span, wall: wall) {
                preconditionFailure("a signature that nobody made")
            }
            precondition(!client.isComplete)
        }
    }

    /// Believes every signature.
    private final class Credulous: SignatureVerifier {
        func supports(_ algorithm: SecurityAlgorithm) -> Bool { true }
        func supports(_ digestType: DigestType) -> Bool { false }
        func digest(_ digestType: DigestType, of data: [UInt8]) -> [UInt8]? { nil }
        func hash(_ name: DomainName, _ parameters: NextSecure3Parameters) -> [UInt8]? { nil }
        func verify(_ signature: ArraySlice<UInt8>, over data: [UInt8], by key: DNSKey) -> Bool { true }
    }
}
