import DNSCrypto
import DNSValidation
import DNSWire
import DNSZones

// --- Signatures of messages and of data ---

extension Workload {
    static let signatures = [
        Workload("tsig-sign", count: 640) {
            let key = SampleKey.key
            let requests = try SampleMessages.queries(64)
            return { number in
                var client = TransactionClient(key)
                var request = requests[number % requests.count]
                return client.sign(&request, wall: Moment.sample.wall)
            }
        },
        Workload("tsig-verify", count: 640) {
            let ring = KeyRing([SampleKey.key])
            let requests = try SampleMessages.queries(64).map { try SampleKey.signed($0) }
            return { number in
                let request = requests[number % requests.count]
                let view = QueryView(request.span)
                let verdict = TransactionVerifier.verify(
                    request.span, view, keys: ring, wall: Moment.sample.wall)
                guard case .signed = verdict else { return false }
                return true
            }
        },
        validation("rrsig-p256", count: 48, SignedData.p256, isNew: true),
        validation("rrsig-p256-again", count: 640, SignedData.p256),
        validation("rrsig-rsa-2048", count: 96, SignedData.rsa2048),
    ]

    /// An RRset of two addresses, checked as a resolution does it.
    ///
    /// - Parameter isNew: whether the key was not seen before, nor its signatures. Of those of ECDSA the last are remembered.
    private static func validation(_ name: String, count: Int, _ text: String, isNew: Bool = false)
        -> Workload
    {
        Workload(name, count: count) {
            let known = LibcryptoVerifier()
            let (rrset, keys) = try SignedData.parse(text)
            let settings = ValidationSettings()
            return { _ in
                let verifier = isNew ? LibcryptoVerifier() : known
                var validator = Validator(settings: settings, verifier: verifier)
                guard case .secure = validator.verify(rrset, with: keys, wall: Moment.sample.wall) else {
                    return false
                }
                return true
            }
        }
    }
}

private enum SampleKey {
    static let key = TransactionKey("update.example.", .hmacSHA256, secret: [UInt8](repeating: 7, count: 32))

    static func signed(_ query: [UInt8]) throws -> [UInt8] {
        var client = TransactionClient(key)
        var request = query
        guard client.sign(&request, wall: Moment.sample.wall) else { throw InputError("a signed query") }
        return request
    }
}

/// A key and what it has signed, until 2050. The private keys are gone.
private enum SignedData {
    static let p256 = """
        example.net. 3600 DNSKEY 257 3 13 (
            FfgLDFUqjpksJlNPy5sADsJukVw3wDA245NQp5gjS2V+TgrKeXYbmvdfWSe7tvnFWeanytxSo1RxXH/GPUEAfw== )
        www.example.net. 300 A 192.0.2.1
        www.example.net. 300 A 192.0.2.2
        www.example.net. 300 RRSIG A 13 3 300 20500101000000 20200101000000 64483 example.net. (
            wBx8R0Iftdpv0mOntepEz6Ra69FH/OQAUkz4Jax4j/7TAtxMFtv+qnFXXEs0D1PC/NWbqtLzh0/ynJOW2OhuiA== )
        """

    static let rsa2048 = """
        example.net. 3600 DNSKEY 257 3 8 (
            AwEAAbCq2+qxWmY76sYCILL3vfq8Zeqf7tGjCfYj2wXlRkH180zGrGjIl0niYfqOKLqJMjrXHBOBRlG209h98vY4
            /Q6zHL1JlYv2+CQi9dmR4yLsU6ZbNbbpkWlC/0WiCFMSS19T71CGWWcmgIps2fl+QkR3GNenkJlOil7UBPDhlDV8
            obFM+NXrr4okYkfDxfl3d+orXOUusj6zxPH7oW+MaI2iy3w17BBBgrfu2AeYL75x4Y6btKps4V7J1iqDOjsYHPGN
            PxQ6oGjcaF8MVg7xflelHyHgq22f6WitEvzYFl6Nk2U72IPePFI/auy0NJ+hcx/cshXC66ZYFCWWsj1s6+M= )
        www.example.net. 300 A 192.0.2.1
        www.example.net. 300 A 192.0.2.2
        www.example.net. 300 RRSIG A 8 3 300 20500101000000 20200101000000 36845 example.net. (
            nvryGe5al2qslNCO66cKS4m/EIxeBpKiaEaDmWbkPegqtl+EsbQ1RxWf+jUlq0gnCTSBC0lovJafwBW+v443vPOI
            VzllE4k6624pbSGigm8HiU8/cGfBYb2l1WyqjlSv5LoYjhQa4svW9hlLLffyfsv1jM5m5ydKV9KmG8HKh/lobQpv
            mhUpV38XKb33i5JBce/WUHB8FC6Iijwo7jVnY0Ealubxobate0EVwb68E7Eqg4HChkuuoRAJ0eJeqoVB1fOgKBW5
            yu27WLFgtZFjSoTjpaXkWubQmVtDwPxreIYSx7WAdDtti5qqkcmPIfMW7GOm4O10iaInLdRgyDuMgA== )
        """

    /// The addresses with their signature, and the keys of their zone.
    static func parse(_ text: String) throws -> (RRset, ZoneKeys) {
        var reader = MasterFileReader(text: text, origin: .root)
        var records: [Record] = []
        while let record = try reader.next() { records.append(record) }
        let rdatas = { (type: RecordType) in records.filter { $0.type == type }.map(\.rdata) }
        let rrset = RRset("www.example.net.", .a, ttl: 300, rdatas: rdatas(.a), signatures: rdatas(.rrsig))
        let published = RRset("example.net.", .dnskey, ttl: 3_600, rdatas: rdatas(.dnskey))
        let keys = ZoneKeys(
            zone: "example.net.", keys: published.rdatas.compactMap { DNSKey($0) }, rrset: published)
        guard keys.keys.count == 1, rrset.signatures.count == 1 else { throw InputError("signed data") }
        return (rrset, keys)
    }
}
