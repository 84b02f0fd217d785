import DNSResolution
import DNSWire

/// What `homing query` is to ask, whom and how.
struct QueryRequest: Hashable, Sendable {
    var question: Question
    var server: SocketAddress
    var usesTCP = false
    var dnssecOK = false
    var recursionDesired = true
    var usesEDNS = true
    /// Seconds, for the whole of it.
    var timeout = 5.0

    /// Where a Homing with the built-in configuration listens.
    static let defaultServer = SocketAddress(IPAddress(127, 0, 0, 1), port: 5300)

    init(question: Question, server: SocketAddress) {
        self.question = question
        self.server = server
    }

    /// What words of the command line, and two options that have no word, say together.
    init(_ words: QueryWords, port: UInt16? = nil, timeout: Double = 5) throws(QueryWordError) {
        guard timeout > 0, timeout <= 3600 else { throw .badTimeout }
        var server = words.server
        if let port {
            guard server == nil || server?.port == 0 else { throw .twice("port") }
            server = server ?? Self.defaultServer
            server?.port = port
        }
        // A server that somebody names is more likely an ordinary one than a Homing that is tried out.
        if server?.port == 0 { server?.port = 53 }
        self.init(
            question: Question(words.name, words.type ?? .a, words.qclass ?? .internet),
            server: server ?? Self.defaultServer)
        usesTCP = words.given.contains("+tcp")
        dnssecOK = words.given.contains("+dnssec")
        recursionDesired = !words.given.contains("+norecurse")
        usesEDNS = !words.given.contains("+noedns")
        self.timeout = timeout
    }

    /// The query in wire form.
    ///
    /// - Parameter cookie: the client's octets, and the server's where it gave some before (RFC 7873).
    func message(id: UInt16, cookie: (client: [UInt8], server: [UInt8])) -> [UInt8] {
        var message = Message(header: Header(id: id), questions: [question])
        if recursionDesired { message.header.flags.insert(.rd) }
        if usesEDNS {
            message.edns = EDNS(
                dnssecOK: dnssecOK,
                options: [.nsid([]), .cookie(client: cookie.client, server: cookie.server)])
        }
        return message.compose()
    }
}

//--- Words of the command line ---

/// Why the words of a query cannot be one.
enum QueryWordError: Error, Equatable, CustomStringConvertible {
    case noName
    case badName(String)
    case notASCII(String)
    case tooMany(String)
    case badServer(String)
    case badOption(String)
    case twice(String)
    case badTimeout

    var description: String {
        switch self {
        case .noName: "What name? Give it first, as in: homing query example.com AAAA"
        case .badName(let word): "\"\(word)\" is not a domain name."
        case .notASCII(let word): "\"\(word)\" has letters beyond ASCII; give its form that begins with xn--."
        case .tooMany(let word): "\"\(word)\" is no record type and no class."
        case .badServer(let word):
            "\"\(word)\" is not a server: @ and an IP address are expected, and a port if it is not 53, "
                + "as in @192.0.2.1, @192.0.2.1:5300 or @[2001:db8::1]:5300."
        case .badOption(let word):
            "\"\(word)\" is not known; there are \(QueryWords.switches.joined(separator: " "))."
        case .badTimeout: "The time to wait is more than 0 and at most 3600 s."
        case .twice(let what): "The \(what) is given twice."
        }
    }
}

/// The words of `homing query`, in the manner of dig: a name, then a type and a class in any order, `@server` and `+switch`.
struct QueryWords: Equatable {
    static let switches = ["+tcp", "+dnssec", "+norecurse", "+noedns", "+json"]

    var name: DomainName = .root
    var type: RecordType?
    var qclass: RecordClass?
    /// Port 0 where none is given.
    var server: SocketAddress?
    var given: Set<String> = []

    init(_ words: [String]) throws(QueryWordError) {
        var hasName = false
        for word in words {
            if word.hasPrefix("@") {
                guard server == nil else { throw .twice("server") }
                server = try Self.server(String(word.dropFirst()))
            } else if word.hasPrefix("+") {
                guard let known = Self.switches.first(where: { $0 == word.lowercased() }) else {
                    throw .badOption(word)
                }
                given.insert(known)
            } else if !hasName {
                hasName = true
                try readName(word)
            } else if let type = RecordType(word) {
                // A type that the name implied may be repeated.
                guard self.type == nil || self.type == type else { throw .twice("record type") }
                self.type = type
            } else if let qclass = RecordClass(word) {
                guard self.qclass == nil else { throw .twice("class") }
                self.qclass = qclass
            } else {
                throw .tooMany(word)
            }
        }
        guard hasName else { throw .noName }
    }

    /// An IP address means the name of its PTR record.
    private mutating func readName(_ word: String) throws(QueryWordError) {
        if let address = IPAddress(word) {
            name = DomainName(reverseOf: address)
            type = .ptr
            return
        }
        guard word.utf8.allSatisfy({ $0 < 0x80 }) else { throw .notASCII(word) }
        guard let name = try? DomainName(word) else { throw .badName(word) }
        self.name = name
    }

    static func server(_ text: String) throws(QueryWordError) -> SocketAddress {
        guard let server = SocketAddress(text, defaultPort: 0) else { throw .badServer(text) }
        return server
    }
}
