import ArgumentParser
import Certificates
import Foundation

/// `homing certificate`: what clients over TLS and HTTPS are shown, and how they can trust it.
struct CertificateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "certificate",
        abstract: "Say which certificate clients are shown, and how they can trust it.",
        discussion: """
            Without options: the certificates, the authority that clients have to be told of where Homing has made \
            it itself, and DNS stamps. With one of them: that thing alone, for other programs.

            It changes nothing. Homing's own certificate is made when "homing serve" starts, in process.state-directory, \
            which its user and root can read.

            Exit status: 0 when there is something to show, 1 when there is not; why goes to standard error.
            """)

    @OptionGroup var file: ConfigurationFile

    @Flag(help: "Print the DNS stamps, one a line.")
    var stamps = false

    @Flag(help: "Print the pins of the public keys (SPKI, SHA-256, base64), one a line.")
    var pin = false

    @Flag(help: "Print the authority that clients have to trust, in PEM form.")
    var ca = false

    @Option(
        help: ArgumentHelp(
            "Print a configuration profile for iOS and macOS, for DNS over \"tls\" or \"https\".",
            valueName: "tls|https"))
    var appleProfile: CertificateReport.AppleTransport?

    @Flag(help: "Print everything as JSON.")
    var json = false

    func validate() throws {
        guard [stamps, pin, ca, appleProfile != nil, json].count(where: { $0 }) <= 1 else {
            throw ValidationError(
                "Only one of --stamps, --pin, --ca, --apple-profile and --json can be given.")
        }
    }

    func run() throws {
        do {
            let report = try CertificateReport(DaemonSettings.load(path: file.path), at: WallClock.now())
            print(try output(report), terminator: "")
        } catch let faults as ConfigurationFaults {
            FileHandle.standardError.write(Data("\(faults)\n".utf8))
            throw ExitCode.failure
        }
    }

    private func output(_ report: CertificateReport) throws -> String {
        if let appleProfile { return try report.appleProfile(appleProfile) }
        if stamps { return report.stamps.map { $0.stamp + "\n" }.joined() }
        if pin { return report.certificates.map { $0.details.pin + "\n" }.joined() }
        if json { return report.json + "\n" }
        guard ca else { return report.text + "\n" }
        guard let authority = report.authority else {
            throw ConfigurationFaults(lines: [
                "the certificates are configured, and others vouch for them: there is no authority of our own"
            ])
        }
        return String(decoding: try authority.pem(), as: UTF8.self)
    }
}

extension CertificateReport.AppleTransport: ExpressibleByArgument {}
