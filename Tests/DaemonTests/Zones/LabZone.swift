import DNSWire
import Foundation

/// The zones of the tests, and what others say of names around them.
enum LabZone {
    static let apex: DomainName = "lab.example."

    /// What a daemon holds, with files in `directory`.
    static func configuration(
        _ directory: TestDirectory,
        policy: [String] = ["grant mover. zonesub ANY", "grant @127.0.0.0/8 name open.lab.example. A"]
    ) -> String {
        """
        zones:
          - name: lab.example
            file: \(directory.path)/lab.example
            update-policy:
        \(policy.map { "      - \"\($0)\"" }.joined(separator: "\n"))
            transfer: {keys: [mover, reader]}
          - name: large.example
            file: \(directory.path)/large.example
            transfer: {keys: mover, networks: 127.0.0.0/8}
          - name: locked.example
          - name: tls.example
            transfer: {keys: mover, require-tls: yes}
        forward-zones:
          - {suffix: ., servers: UPSTREAM}
          - {suffix: sub.lab.example, servers: UPSTREAM}

        """
    }

    static func writeFiles(to directory: TestDirectory) throws {
        for (name, text) in [("lab.example", text), ("large.example", largeText)] {
            try text.write(toFile: directory.path + "/" + name, atomically: true, encoding: .utf8)
        }
    }

    private static let text = """
        $ORIGIN lab.example.
        $TTL 300
        @        SOA   ns hostmaster 100 3600 600 86400 60
        @        NS    ns
        @        MX    10 mail
        ns       A     192.0.2.53
        mail     A     192.0.2.25
        mail     AAAA  2001:db8::25
        www      A     192.0.2.80
        www      TXT   "a web server"
        odd      TYPE65280 \\# 3 010203
        a.b.deep A     192.0.2.1
        *.wild   A     192.0.2.2
        *.wild   TXT   "anything"
        near     CNAME www
        far      CNAME www.example.
        farther  CNAME far
        nowhere  CNAME none.example.
        broken   CNAME fail.example.
        slow     CNAME slow.example.
        inside   CNAME inside.example.
        there    CNAME back.example.
        into     CNAME host.sub
        loop     CNAME pool
        pool     CNAME loop
        moved    DNAME www.example.
        sub      NS    ns.sub
        sub      DS    1 13 2 0000000000000000000000000000000000000000000000000000000000000000
        ns.sub   A     192.0.2.54
        _sip._udp SRV  0 0 5060 mail
        private  A     192.168.7.8
        mid      TXT   \(quoted("m", 250)) \(quoted("m", 230))
        big      TXT   \((0..<20).map { quoted("\($0)b", 200) }.joined(separator: "\nbig TXT "))
        many     MX    \((0..<12).map { "\($0) m\($0)" }.joined(separator: "\nmany MX "))
        \((0..<12).map { "m\($0) AAAA 2001:db8::\($0)" }.joined(separator: "\n"))
        ghost    A     192.0.2.90
        ring     CNAME ring.example.

        """

    private static func quoted(_ text: String, _ count: Int) -> String {
        "\"" + text + String(repeating: "x", count: count) + "\""
    }

    static let largeCount = 4_000
    /// More than a message holds, and than 64 KiB.
    private static let largeText =
        """
        $ORIGIN large.example.
        $TTL 300
        @ SOA ns.lab.example. hostmaster.lab.example. 7 3600 600 86400 60
        @ NS  ns.lab.example.

        """ + (0..<largeCount).map { "h\($0) TXT \"number \($0) of many\"" }.joined(separator: "\n") + "\n"

    /// What the tree says, beside `ExampleZone`.
    static let script: ScriptedUpstream.Script = { question in
        var response = Message()
        response.header.flags.insert(.aa)
        let owner = question.qname
        if let target = aliases[owner] {
            response.answers = [Record(owner, .cname, ttl: 300, .name(target))]
            return response
        }
        // The tree knows nothing of what is held here, or else.
        if owner.isSubdomain(of: "sub.lab.example.") {
            if owner == "host.sub.lab.example.", question.qtype == .a {
                response.answers = [Record(owner, .a, ttl: 300, .address(IPAddress(192, 0, 2, 99)))]
            } else {
                response.responseCode = .nxDomain
            }
            return response
        }
        if owner.isSubdomain(of: apex), question.qtype == .a {
            response.answers = [Record(owner, .a, ttl: 300, .address(IPAddress(203, 0, 113, 66)))]
            return response
        }
        return ExampleZone.script(question)
    }

    private static let aliases: [DomainName: DomainName] = [
        "in.example.": "www.lab.example.", "in2.example.": "far.lab.example.",
        "gone.example.": "gone.lab.example.", "private.example.": "private.lab.example.",
        "back.example.": "www.lab.example.", "ghost.example.": "ghost.lab.example.",
        "ring.example.": "ring.lab.example.",
    ]
}
