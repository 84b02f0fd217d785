import ArgumentParser
import DNSWire
import LoadGenerator

/// Whom to ask, and how queries get there.
struct TargetOptions: ParsableArguments {
    @Argument(
        help: "The server's IP address, with a port if that is not 53 (dot: 853, doh: 443).")
    var server: String

    @Option(name: .shortAndLong, help: "udp, tcp, dot, doh-get or doh-post (over HTTP/2).")
    var transport = LoadTransport.udp

    @Option(help: "The server's name, for TLS and HTTP.")
    var tlsName: String?

    @Option(help: "The path of DNS over HTTPS.")
    var path = "/dns-query"

    @Flag(help: "Resume TLS sessions, from the second connection on.")
    var resume = false

    @Flag(help: "The server is mine, or its owner wants this: it need not be on this machine.")
    var serverIsMine = false

    func check() throws {
        let address = try address()
        guard serverIsMine || address.address.isLoopback else {
            throw ValidationError(
                """
                \(address.address) is not on this machine. To load a server is an attack unless its owner wants it: if the \
                server and the network on the way are yours, say --server-is-mine.
                """)
        }
        guard path.first == "/", path.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else {
            throw ValidationError("--path begins with a slash, and has visible ASCII characters only.")
        }
        guard transport.isEncrypted || (tlsName == nil && !resume) else {
            throw ValidationError("--tls-name and --resume go with --transport dot, doh-get or doh-post.")
        }
    }

    func address() throws -> SocketAddress {
        guard let address = SocketAddress(server, defaultPort: transport.defaultPort), address.port > 0 else {
            throw ValidationError(
                "\"\(server)\" is not an address: 127.0.0.1, 127.0.0.1:5300 or [::1]:5300 would be.")
        }
        return address
    }

    var encryption: EncryptionOptions {
        var options = EncryptionOptions()
        options.name = tlsName
        options.path = path
        options.resumes = resume
        return options
    }
}
