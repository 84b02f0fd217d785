import DNSWire

// --- Policies ---

/// Which line of a policy is no rule, and why.
public struct UpdatePolicyError: Error, Hashable, Sendable {
    /// Of the line, from 1.
    public let number: Int
    public let error: UpdateRuleError
}

extension UpdatePolicyError: CustomStringConvertible {
    public var description: String { "rule \(number), \(error)" }
}

extension UpdatePolicy {
    /// Reads a rule a line, each in the form that `UpdateRule` describes; at most `maximumRules` of them.
    public init(lines: [String]) throws(UpdatePolicyError) {
        var rules: [UpdateRule] = []
        for (index, line) in lines.enumerated() {
            do throws(UpdateRuleError) {
                guard index < Self.maximumRules else {
                    throw UpdateRuleError(column: 1, word: "", reason: "more than \(Self.maximumRules) rules")
                }
                rules.append(try UpdateRule(line))
            } catch {
                throw UpdatePolicyError(number: index + 1, error: error)
            }
        }
        self.init(rules)
    }

    /// The rules as they are read.
    public var lines: [String] { rules.map(\.description) }
}

// --- Rules ---

/// Why a line is no rule: the word at fault, and where it stands.
public struct UpdateRuleError: Error, Hashable, Sendable {
    /// Octets from the start of the line, from 1.
    public let column: Int
    /// Cut to a readable length; empty where the line ends too early.
    public let word: String
    /// What is wrong with it.
    public let reason: String
}

extension UpdateRuleError: CustomStringConvertible {
    public var description: String { "column \(column): " + (word.isEmpty ? "" : "\(word): ") + reason }
}

// --- Read ---

extension UpdateRule {
    /// More than there are kinds of records that anybody keeps at one name.
    public static let maximumListedTypes = 100

    /// Reads a rule in the form that `UpdateRule` describes.
    public init(_ text: String) throws(UpdateRuleError) {
        var words = RuleWords(text)
        let verb = try words.next("grant or deny")
        switch verb.text {
        case "grant": isGrant = true
        case "deny": isGrant = false
        default: throw verb.error("grant or deny expected")
        }
        (signer, network) = try Self.who(try words.next("a key or @network"))
        names = try Self.names(&words)
        if names.name == nil { words.skipUnusedName() }
        types = try Self.types(&words, takesName: names.name != nil)
    }

    private static func who(_ word: RuleWords.Word) throws(UpdateRuleError) -> (Signer, IPNetwork?) {
        guard IPNetwork(word.text) == nil else { throw word.error("a network is written @\(word.text)") }
        let (key, network) = word.splitAtNetwork
        let signer: Signer
        switch key {
        case "" where network != nil: signer = .anyone
        case "*": signer = .any
        default:
            let name = try word.name(key, "the name of a key")
            signer = name.isWildcard ? name.parent.map { .keysBelow($0) } ?? .any : .key(name)
        }
        guard let network, network != "*" else { return (signer, nil) }
        guard let parsed = IPNetwork(network) else {
            throw word.error("a network such as 192.0.2.0/24 expected behind @")
        }
        return (signer, parsed)
    }

    private static func names(_ words: inout RuleWords) throws(UpdateRuleError) -> Names {
        let word = try words.next("what names it is about")
        switch word.text {
        case "name": return .name(try words.nextName())
        case "subdomain": return .subdomain(try words.nextName())
        case "wildcard":
            let name = try words.next("a wildcard")
            let wildcard = try name.name(name.text, "a wildcard")
            guard wildcard.isWildcard else { throw name.error("a wildcard such as *.example. expected") }
            return .wildcard(wildcard)
        case "zonesub": return .zonesub
        case "self": return .selfName
        case "selfsub": return .selfsub
        case "selfwild": return .selfwild
        case "tcp-self": return .tcpSelf
        case "6to4-self": return .sixToFourSelf
        case _ where word.text.hasPrefix("krb5-") || word.text.hasPrefix("ms-"):
            throw word.error("needs Kerberos, which is not spoken here")
        case "external": throw word.error("no other program is asked for rights here")
        default:
            let kinds = "name, subdomain, wildcard, zonesub, self, selfsub, selfwild, tcp-self or 6to4-self"
            throw word.error("\(kinds) expected")
        }
    }

    private static func types(_ words: inout RuleWords, takesName: Bool) throws(UpdateRuleError) -> Types {
        var listed: [ListedType] = []
        while let word = words.nextOptional() {
            if word.text.uppercased() == "ANY" {
                guard listed.isEmpty, words.isAtEnd else { throw word.error("ANY stands alone") }
                return .any
            }
            let type = try listedType(word, takesName: takesName)
            guard !listed.contains(where: { $0.type == type.type }) else { throw word.error("given twice") }
            listed.append(type)
            guard listed.count <= maximumListedTypes else {
                throw word.error("more than \(maximumListedTypes) types")
            }
        }
        return listed.isEmpty ? .byDefault : .listed(listed)
    }

    /// `A` or `A(3)`.
    private static func listedType(_ word: RuleWords.Word, takesName: Bool) throws(UpdateRuleError)
        -> ListedType
    {
        let parts = word.text.split(separator: "(", maxSplits: 1, omittingEmptySubsequences: false)
        guard let type = parts.first.flatMap({ RecordType($0) }), !type.isMeta, type.rawValue != 0 else {
            throw word.error(
                "a record type expected" + (takesName ? "" : "; this kind of rule takes no name"))
        }
        guard parts.count == 2 else { return ListedType(type) }
        let digits = parts[1].dropLast()
        guard parts[1].last == ")", !digits.isEmpty, digits.utf8.allSatisfy({ (48...57).contains($0) }),
            let count = Int(digits), (1...UpdateLimits.recordsOfRRset).contains(count)
        else { throw word.error("a number from 1 to \(UpdateLimits.recordsOfRRset) expected, as in PTR(1)") }
        return ListedType(type, maximumRecords: count)
    }
}

/// The words of a rule, between blanks.
private struct RuleWords {
    struct Word {
        let text: String
        let column: Int
    }

    private var words: ArraySlice<Word>
    private let end: Int

    init(_ text: String) {
        var words: [Word] = []
        var column = 1
        for part in text.utf8.split(
            omittingEmptySubsequences: false, whereSeparator: { $0 == 0x20 || $0 == 0x09 })
        {
            if !part.isEmpty { words.append(Word(text: String(Substring(part)), column: column)) }
            column += part.count + 1
        }
        self.words = words[...]
        end = column - 1
    }

    var isAtEnd: Bool { words.isEmpty }

    mutating func nextOptional() -> Word? { words.popFirst() }

    mutating func next(_ what: String) throws(UpdateRuleError) -> Word {
        guard let word = words.popFirst() else {
            throw UpdateRuleError(column: max(1, end), word: "", reason: "\(what) expected, the rule ends")
        }
        return word
    }

    /// BIND's rules have a name behind `self` and its kin, too, and make no use of it.
    mutating func skipUnusedName() {
        if let word = words.first, word.text == "*" || word.text.contains(".") { _ = words.popFirst() }
    }

    mutating func nextName() throws(UpdateRuleError) -> DomainName {
        let word = try next("a name")
        return try word.name(word.text, "a name")
    }
}

extension RuleWords.Word {
    func error(_ reason: String) -> UpdateRuleError {
        // What is in a file need not be fit for a terminal.
        let shown = text.unicodeScalars.prefix(80).map { $0.value < 0x20 || $0.value == 0x7f ? "?" : $0 }
        return UpdateRuleError(column: column, word: String(String.UnicodeScalarView(shown)), reason: reason)
    }

    func name(_ text: String, _ what: String) throws(UpdateRuleError) -> DomainName {
        do throws(DomainName.TextError) {
            return try DomainName(text)
        } catch {
            throw self.error("\(what) expected")
        }
    }

    /// What stands before and behind the `@`; one that is escaped belongs to the name.
    var splitAtNetwork: (key: String, network: String?) {
        var isEscaped = false
        for index in text.indices {
            if text[index] == "@", !isEscaped {
                return (String(text[..<index]), String(text[text.index(after: index)...]))
            }
            isEscaped = text[index] == "\\" && !isEscaped
        }
        return (text, nil)
    }
}

// --- Write ---

extension UpdateRule: CustomStringConvertible {
    /// The rule in the form that it is read from.
    public var description: String {
        var words = [isGrant ? "grant" : "deny", who, names.keyword]
        if let name = names.name { words.append("\(name)") }
        switch types {
        case .byDefault: break
        case .any: words.append("ANY")
        case .listed(let listed):
            words += listed.map { "\($0.type)" + ($0.maximumRecords.map { "(\($0))" } ?? "") }
        }
        return words.joined(separator: " ")
    }

    private var who: String {
        let from = network.map { "@\($0)" }
        return switch signer {
        case .anyone: from ?? "@*"
        case .any: "*" + (from ?? "")
        case .key(let name): "\(name)" + (from ?? "")
        case .keysBelow(let name): (name.isRoot ? "*." : "*.\(name)") + (from ?? "")
        }
    }
}

extension UpdateRule.Names {
    fileprivate var keyword: String {
        switch self {
        case .name: "name"
        case .subdomain: "subdomain"
        case .wildcard: "wildcard"
        case .zonesub: "zonesub"
        case .selfName: "self"
        case .selfsub: "selfsub"
        case .selfwild: "selfwild"
        case .tcpSelf: "tcp-self"
        case .sixToFourSelf: "6to4-self"
        }
    }

    fileprivate var name: DomainName? {
        switch self {
        case .name(let name), .subdomain(let name), .wildcard(let name): name
        default: nil
        }
    }
}
