import DNSResolution
import DNSTransport
import DNSValidation
import DNSWire
import HomingConfiguration

extension ResolverValidation {
    /// What an explanation validates with: the built-in anchor of the root, or what a configuration and files say.
    ///
    /// - Parameters:
    ///   - path: a configuration, of which the section `dnssec` counts, without `mode`, and what the daemon that runs with
    ///     it has learned of the anchors, where that can be read.
    ///   - anchorFiles: added to those of the configuration.
    init(explainingWith path: String?, anchorFiles: [String]) throws(ConfigurationFaults) {
        var dnssec = Configuration.DNSSEC()
        var learned: [TrustPoint] = []
        if let path {
            do throws(ConfigurationProblems) {
                let configuration = try Configuration.load(path: path)
                dnssec = configuration.dnssec
                learned = Self.learned(configuration)
            } catch {
                throw ConfigurationFaults(lines: error.problems.map(\.description))
            }
        }
        dnssec.mode = .validate
        dnssec.trustAnchors += anchorFiles
        var faults: [String] = []
        let validation = DaemonSettings.validation(dnssec, file: path ?? "command line", &faults)
        guard let validation, faults.isEmpty else { throw ConfigurationFaults(lines: faults) }
        self = validation
        let wall = Moment.reading().wall
        anchors = AutomatedTrustAnchors(configured: anchors, saved: learned, at: wall).anchors
    }

    private static func learned(_ configuration: Configuration) -> [TrustPoint] {
        let store = TrustAnchorStore(directory: configuration.process.stateDirectory)
        guard configuration.dnssec.followRollovers, case .contents(let contents) = store.look() else {
            return []
        }
        return contents.points
    }
}
