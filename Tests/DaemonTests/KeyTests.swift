import DNSCrypto
import DNSWire
import DNSZones
import Foundation
import HomingConfiguration
import Testing

@testable import homing

/// Secrets in files, the key of the first start, and what others are told.
@Suite struct KeyTests {
    private func key(_ change: (inout ConfiguredKey) -> Void) -> ConfiguredKey {
        var key = ConfiguredKey(name: "k.example.")
        change(&key)
        return key
    }

    private func fault(_ key: ConfiguredKey) -> String? {
        #expect(throws: ConfiguredKey.Fault.self) { try key.read() }?.description
    }

    // --- Secrets ---

    @Test func secretsAreFound() throws {
        let directory = try TestDirectory()
        let secretFile = try directory.write("\n  c2VjcmV0\r\n", to: "secret")
        let keyFile = try directory.write(
            "key \"other\" { algorithm hmac-sha1; secret \"AAAA\"; };\n"
                + "key K.example { algorithm hmac-sha384; secret c2VjcmV0; };\n", to: "keys")
        let secret = Array("secret".utf8)
        #expect(
            try key { $0.secret = secret }.read() == TransactionKey("k.example.", .hmacSHA256, secret: secret)
        )
        let ofSecretFile = key { key in
            key.secretFile = secretFile
            key.algorithm = .hmacSHA1
        }
        #expect(try ofSecretFile.read() == TransactionKey("k.example.", .hmacSHA1, secret: secret))
        #expect(
            try key { $0.file = keyFile }.read() == TransactionKey("k.example.", .hmacSHA384, secret: secret))
    }

    @Test func secretsThatAreNone() throws {
        let directory = try TestDirectory()
        let empty = try directory.write("\n", to: "empty")
        let words = try directory.write("c2Vj cmV0", to: "words")
        let other = try directory.write(
            "key \"other\" { algorithm hmac-sha1; secret \"AAAA\"; };", to: "other")
        #expect(fault(key { $0.secretFile = empty }) == "\(empty) does not hold a secret in base64")
        #expect(fault(key { $0.secretFile = words }) == "\(words) does not hold a secret in base64")
        #expect(fault(key { $0.secretFile = "/nonexistent" }) == "/nonexistent cannot be read: no such file")
        #expect(fault(key { $0.file = other }) == "\(other) has no key k.example., but other.")
        #expect(fault(key { $0.file = empty }) == "\(empty) has no key k.example.")
        #expect(fault(key { $0.file = words })?.hasPrefix("\(words):1:1: ") == true)
    }

    @Test func faultsOfKeysAreSaidByTheCheck() throws {
        let file = try TestFile(
            "keys: [{name: a, secret-file: /nonexistent}, {name: b, secret: AAAA}]\nzones: []")
        let error = #expect(throws: ConfigurationFaults.self) { try DaemonSettings.load(path: file.path) }
        #expect(error?.lines == ["\(file.path): keys[0] (a.): /nonexistent cannot be read: no such file"])
    }

    // --- The first start ---

    @Test func firstKeyIsMadeOnce() throws {
        let directory = try TestDirectory()
        let first = FirstKey(directory: directory.path)
        #expect(try first.look() == nil)
        let (key, isNew) = try first.make()
        #expect(isNew && key.name == ConfiguredZone.firstKey && key.secret.count == 32)
        let attributes = try FileManager.default.attributesOfItem(atPath: first.path)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        #expect(try first.make() == (key, false))
        #expect(try first.look() == key)
    }

    @Test func damagedFirstKeyStays() throws {
        let directory = try TestDirectory()
        let path = try directory.write("key \"homing-update\" {", to: "update.key")
        let fault = #expect(throws: FirstKeyFault.self) { try FirstKey(directory: directory.path).make() }
        #expect(fault?.description.hasSuffix("; a new one is made when the file is gone") == true)
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "key \"homing-update\" {")
        #expect(throws: FirstKeyFault.self) { try FirstKey(directory: "/nonexistent").make() }
    }

    @Test(arguments: [
        ("", true), ("zones: []", false), ("keys: [{name: homing-update, secret: AAAA}]", false),
        ("zones: [{name: a, update-policy: grant homing-update. zonesub ANY}]", true),
        ("zones: [{name: a, transfer: {keys: Homing-Update}}]", true), ("zones: [{name: a}]", false),
        ("zones: []\nzone-defaults: {update-policy: grant homing-update. zonesub ANY}", true),
    ])
    func firstKeyIsForZonesThatNameIt(_ yaml: String, _ isNeeded: Bool) throws {
        #expect(FirstKey.isNeeded(by: try Configuration.parse(yaml, file: "h.yaml")) == isNeeded)
    }

    // --- What others are told ---

    private let report = KeyReport(
        name: "k.example.", algorithm: "hmac-md5", origin: .command, secret: "c2VjcmV0")

    @Test(arguments: KeyRecipes.Program.allCases)
    func recipesHaveAllThatIsNeeded(_ program: KeyRecipes.Program) {
        var recipes = KeyRecipes(program: program)
        recipes.server = SocketAddress(IPAddress(192, 0, 2, 1), port: 54)
        recipes.zone = "lab.example."
        recipes.reverseZone = "168.192.in-addr.arpa."
        let text = recipes.text(for: report)
        for word in ["k.example", "c2VjcmV0", "192.0.2.1", "54"] { #expect(text.contains(word), "\(word)") }
        #expect(text.contains("--- Kea") == (program == .kea || program == .all))
        #expect(text.contains("hmac-md5.sig-alg.reg.int.") == (program == .lego || program == .all))
    }

    @Test func keaIsToldJSON() throws {
        var recipes = KeyRecipes(program: .kea)
        recipes.reverseZone = "168.192.in-addr.arpa."
        let lines = recipes.text(for: report).split(separator: "\n").filter { !$0.hasPrefix("#") }
        let data = Data(lines.joined(separator: "\n").utf8)
        let document = try #require(try JSONSerialization.jsonObject(with: data) as? [String: [String: Any]])
        #expect(
            document["DhcpDdns"]?.keys.sorted() == [
                "forward-ddns", "ip-address", "port", "reverse-ddns", "tsig-keys",
            ])
    }

    @Test func fileForNsupdateIsAKeyFile() throws {
        let lines = KeyRecipes(program: .nsupdate).text(for: report).split(separator: "\n")
        let start = try #require(lines.firstIndex { $0.hasPrefix("key ") })
        let end = try #require(lines.firstIndex(of: "};"))
        let keys = try KeyFile.keys(Array(lines[start...end].joined(separator: "\n").utf8))
        #expect(keys == [TransactionKey("k.example.", .hmacMD5, secret: Array("secret".utf8))])
    }

    @Test func addressThatOthersAreTold() {
        let machine = Machine(
            addresses: ["192.0.2.9", "2001:db8::9", "127.0.0.1"].compactMap { IPAddress($0) })
        func address(_ texts: String...) -> String? { KeyRecipes.reachable(texts, machine)?.description }
        #expect(address("127.0.0.1:5300", "[::1]:5300") == "127.0.0.1:5300")
        #expect(address("127.0.0.1:53", "192.0.2.1:54") == "192.0.2.1:54")
        #expect(address("0.0.0.0:53", "[::]:53") == "192.0.2.9:53")
        #expect(address("[::]:53") == "[2001:db8::9]:53")
        #expect(address() == nil)
    }

    // --- Keys that nobody has ---

    @Test func keysThatAreNotInTheConfigurationAreRemarked() throws {
        let file = try TestFile(
            """
            keys: [{name: secondary.example, secret: AAAA}]
            zones:
            - {name: a, update-policy: [grant homing-update. zonesub ANY, grant x. zonesub A]}
            - {name: b, transfer: {keys: [secondary.example, secondry.example]}}
            """)
        let settings = try DaemonSettings.load(path: file.path)
        #expect(settings.keys.count == 1)
        #expect(
            settings.keyRemarks(knowing: []) == [
                "zone a.: update-policy names the key x., which is not in keys, and is of no use until \"homing key create\" "
                    + "makes it",
                "zone b.: transfer names the key secondry.example., which is not in keys; did you mean "
                    + "\"secondary.example.\"?",
            ])
        #expect(settings.keyRemarks(knowing: ["x.", "secondry.example."]).isEmpty)
        #expect(settings.summary.contains("holds 2 zones: a., b."))
    }
}
