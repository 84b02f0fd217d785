import DNSWire
import Testing

@Suite struct DomainNameTests {
    @Test(arguments: [
        (".", "."), ("example.com", "example.com."), ("Example.COM.", "Example.COM."),
        ("a\\.b.c.", "a\\.b.c."),
        ("\\097b.", "ab."), ("a\\032b.", "a\\032b."), ("\\\\.", "\\\\."), ("a\\(b\\).", "a\\(b\\)."),
        ("*.x.", "*.x."),
        ("\\255\\000.", "\\255\\000."), ("_dns._tcp.", "_dns._tcp."), ("\\\"\\;\\@\\$.", "\\\"\\;\\@\\$."),
        ("b\u{fc}cher.", "b\\195\\188cher."),
    ])
    func textRoundTrip(text: String, canonical: String) throws {
        let name = try DomainName(text)
        #expect(name.description == canonical)
        #expect(try DomainName(canonical).isIdentical(to: name))
    }

    @Test(
        arguments: [
            ("", .empty), ("a..b", .emptyLabel), (".a", .emptyLabel), ("..", .emptyLabel),
            ("a\\", .badEscape),
            ("\\256.", .badEscape), ("\\1", .badEscape), ("\\12", .badEscape), ("\\1a2.", .badEscape),
            (String(repeating: "a", count: 64), .labelTooLong),
            (String(repeating: "a.", count: 128), .nameTooLong),
        ] as [(String, DomainName.TextError)])
    func badText(text: String, error: DomainName.TextError) {
        #expect(throws: error) { try DomainName(text) }
    }

    @Test func relativeNames() throws {
        #expect(try DomainName("www", relativeTo: "example.com.") == "www.example.com.")
        #expect(try DomainName("www.", relativeTo: "example.com.") == "www.")
        #expect(try DomainName(".", relativeTo: "example.com.") == .root)
        let long = try DomainName(String(repeating: "a.", count: 126))
        #expect(throws: DomainName.TextError.nameTooLong) { try DomainName("bb", relativeTo: long) }
        #expect(try DomainName("b", relativeTo: long).wire.count == 255)
    }

    @Test func limits() throws {
        let full = String(repeating: "a", count: 63)
        // Three labels of 63 octets and one of 61 make 255 with the length octets and the root.
        let longest = try DomainName("\(full).\(full).\(full).\(full.dropLast(2)).")
        #expect(longest.wire.count == 255)
        #expect(throws: DomainName.TextError.nameTooLong) {
            try DomainName("\(full).\(full).\(full).\(full.dropLast()).")
        }
        #expect(longest.prepending(label: [97]) == nil)
        let many = try DomainName(String(repeating: "a.", count: 127))
        #expect(many.labelCount == 127 && many.wire.count == 255)
        var offset = 0
        let parsed = try DomainName(parsing: many.wire.span, at: &offset)
        #expect(parsed == many)
        #expect(offset == 255)
        #expect(DomainName(labels: [[UInt8](repeating: 97, count: 64)]) == nil)
        #expect(DomainName(labels: [[]]) == nil)
        #expect(DomainName(labels: many.labels) == many)
        #expect(DomainName(labels: many.labels + [[97]]) == nil)
    }

    @Test func ancestorsByTheirOffsets() throws {
        for text in [".", "com.", "a.Example.com.", String(repeating: "a.", count: 127)] {
            let name = try DomainName(text)
            var ancestors: [DomainName] = []
            var next: DomainName? = name
            while let ancestor = next {
                ancestors.append(ancestor)
                next = ancestor.parent
            }
            #expect(name.ancestorOffsets.map { name.ancestor(at: $0) } == ancestors)
        }
    }

    @Test func namesOfEveryLengthDifferByOneOctet() throws {
        for length in 1...40 {
            let label = [UInt8](repeating: UInt8(ascii: "A"), count: length)
            let name = try #require(DomainName(labels: [label]))
            #expect(name == name.lowercase)
            for index in 0..<length {
                var other = label
                other[index] = UInt8(ascii: "b")
                #expect(DomainName(labels: [other]) != name)
            }
        }
    }

    /// RFC 4034 §6.1.
    @Test func canonicalOrder() throws {
        let names: [DomainName] = [
            "example.", "a.example.", "yljkjljk.a.example.", "Z.a.example.", "zABC.a.EXAMPLE.", "z.example.",
            "\\001.z.example.", "*.z.example.", "\\200.z.example.",
        ]
        #expect(names.reversed().sorted() == names)
        for (index, name) in names.enumerated() {
            #expect(!(name < name))
            for later in names[(index + 1)...] { #expect(name < later && !(later < name)) }
        }
        #expect(DomainName.root < "a.")
        #expect(!("A." < ("a." as DomainName)) && !("a." < ("A." as DomainName)))
        // Order goes label by label: a shorter label sorts first, whatever follows it.
        #expect("z.a.example." < ("a.aa.example." as DomainName))
    }

    @Test func equalityIgnoresCaseOfLettersOnly() {
        let name: DomainName = "WwW.eXample."
        #expect(name == "www.EXAMPLE." && name.hashValue == ("www.EXAMPLE." as DomainName).hashValue)
        #expect(!name.isIdentical(to: "www.example."))
        #expect(("@." as DomainName) != "`.")
        #expect(("[." as DomainName) != "{.")
        #expect(name.lowercase.isIdentical(to: "www.example."))
        // A label of 65 octets is none, so no length octet is folded.
        #expect(("\\001a." as DomainName) != "\\001.a.")
    }

    /// Words of eight octets are looked at first, and then the rest.
    @Test func `a capital letter is found wherever it stands`() throws {
        for length in 1...40 {
            let lower = try DomainName(String(repeating: "a", count: length))
            #expect(lower.lowercase.isIdentical(to: lower))
            for place in 0..<length {
                let text = String(repeating: "a", count: place) + "A"
                let name = try DomainName(text + String(repeating: "a", count: length - place - 1))
                #expect(name.lowercase.isIdentical(to: lower))
                var signed: [UInt8] = [0x41]
                name.appendCanonical(to: &signed)
                #expect(signed == [0x41] + lower.wire)
            }
        }
    }

    @Test func kinship() {
        let name: DomainName = "a.b.Example.com."
        #expect(name.parent == "b.example.com." && DomainName.root.parent == nil)
        #expect(name.suffix(2) == "example.com." && name.suffix(9) == name && name.suffix(0) == .root)
        #expect(name.suffix(-1) == .root)
        #expect(
            name.isSubdomain(of: "EXAMPLE.com.") && name.isSubdomain(of: name) && name.isSubdomain(of: .root))
        #expect(!name.isProperSubdomain(of: name) && !name.isSubdomain(of: "xample.com."))
        // The octets of a suffix that starts inside of a label do not count.
        #expect(!("a\\003com." as DomainName).isSubdomain(of: "com."))
        #expect(name.commonLabelCount(with: "x.EXAMPLE.com.") == 2)
        #expect(name.commonLabelCount(with: "b.example.com.") == 3)
        #expect(name.commonLabelCount(with: "org.") == 0)
        #expect(
            ("*.a." as DomainName).isWildcard && !("\\*a." as DomainName).isWildcard
                && !DomainName.root.isWildcard)
    }

    /// RFC 6672 §2.2, with the cases of its table 1.
    @Test(
        arguments: [
            ("com.", "example.com.", "example.net.", nil),
            ("example.com.", "example.com.", "example.net.", nil),
            ("a.example.com.", "example.com.", "example.net.", "a.example.net."),
            ("a.b.example.com.", "example.com.", "example.net.", "a.b.example.net."),
            ("ab.example.com.", "b.example.com.", "example.net.", nil),
            ("foo.example.com.", "example.com.", "example.net.", "foo.example.net."),
            ("a.x.example.com.", "x.example.com.", "example.net.", "a.example.net."),
            ("a.example.com.", "example.com.", "y.example.net.", "a.y.example.net."),
            ("cyc.example.com.", "example.com.", "example.com.", "cyc.example.com."),
            ("cyc.example.com.", "example.com.", "c.example.com.", "cyc.c.example.com."),
            ("shortloop.x.x.", "x.", ".", "shortloop.x."), ("shortloop.x.", "x.", ".", "shortloop."),
        ] as [(String, String, String, String?)])
    func suffixReplacement(name: String, old: String, new: String, result: String?) throws {
        let expected = try result.map { DomainName.SuffixReplacement.name(try DomainName($0)) }
        #expect(
            try DomainName(name).replacingSuffix(try DomainName(old), with: try DomainName(new)) == expected)
    }

    @Test func suffixReplacementMayBeTooLong() throws {
        let long = try DomainName(String(repeating: "a.", count: 127))
        #expect(("bb.x." as DomainName).replacingSuffix("x.", with: long) == .tooLong)
    }

    // --- Compression, RFC 9267 ---

    /// A message of a header, `before`, and a name at its end.
    private func parse(_ before: [UInt8], _ name: [UInt8]) throws(WireError) -> (DomainName, Int) {
        let message = [UInt8](repeating: 0, count: 12) + before + name
        var offset = 12 + before.count
        let result = try DomainName(parsing: message.span, at: &offset)
        return (result, offset)
    }

    @Test func pointersGoBackward() throws {
        let example = Array("\u{7}example\u{0}".utf8)
        #expect(try parse(example, [1, 97, 0xc0, 12]) == ("a.example.", 25))
        // Into the middle of a label, if that reads as a name.
        #expect(try parse([3, 1, 98, 0], [1, 97, 0xc0, 13]) == ("a.b.", 20))
        // Through another pointer.
        #expect(try parse(example + [1, 98, 0xc0, 12], [0xc0, 21]) == ("b.example.", 27))
    }

    @Test(
        arguments: [
            // To itself, forward, to the name's own start, in a circle of two, into the header, behind the end.
            ([], [0xc0, 12], .badPointer), ([], [0xc0, 14, 0], .badPointer),
            ([], [1, 97, 0xc0, 12], .badPointer),
            ([0xc0, 14], [0xc0, 12], .badPointer), ([], [0xc0, 0], .badPointer),
            ([], [0xff, 0xff], .badPointer),
            ([0], [0xc0, 11], .badPointer),
            // Cut off.
            ([], [], .truncated), ([], [3, 97, 97], .truncated), ([], [3, 97, 97, 97], .truncated),
            ([], [0xc0], .truncated),
            // Label types 01 and 10.
            ([], [0x40, 0], .badLabelType), ([], [0x80, 0], .badLabelType),
            ([], [1, 97, 0x41, 0x08, 0], .badLabelType),
        ] as [([UInt8], [UInt8], WireError.Code)])
    func badNames(before: [UInt8], name: [UInt8], code: WireError.Code) {
        let error = #expect(throws: WireError.self) { try parse(before, name) }
        #expect(error?.code == code)
    }

    @Test func expandedNamesAreBounded() throws {
        // Four labels of 63 octets by pointers, each to the one before.
        var message = [UInt8](repeating: 0, count: 12)
        var starts: [Int] = []
        for _ in 0..<4 {
            let start = message.count
            message += [63] + [UInt8](repeating: 97, count: 63)
            message += starts.last.map { [0xc0 | UInt8($0 >> 8), UInt8($0 & 255)] } ?? [0]
            starts.append(start)
        }
        var offset = starts[2]
        let name = try DomainName(parsing: message.span, at: &offset)
        #expect(name.wire.count == 193)
        #expect(throws: WireError(.nameTooLong, at: starts[0])) {
            try DomainName(parsing: message.span, at: &offset)
        }
        // A chain of 200 pointers, each to the one before.
        message = [UInt8](repeating: 0, count: 13)
        var last = 12
        for _ in 0..<200 {
            let start = message.count
            message += [0xc0 | UInt8(last >> 8), UInt8(last & 255)]
            last = start
        }
        #expect(throws: WireError.self) {
            var offset = last
            return try DomainName(parsing: message.span, at: &offset)
        }
    }
}
