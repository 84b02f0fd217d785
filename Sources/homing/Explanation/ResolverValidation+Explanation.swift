import DNSResolution
import HomingConfiguration

extension ResolverValidation {
    /// What an explanation validates with: the built-in anchor of the root, or what a configuration and files say.
    ///
    /// - Parameters:
    ///   - path: a configuration, of which the section `dnssec` counts; `mode` does not.
    ///   - anchorFiles: added to those of the configuration.
    init(explainingWith path: String?, anchorFiles: [String]) throws(ConfigurationFaults) {
        var dnssec = Configuration.DNSSEC()
        if let path {
            do throws(ConfigurationProblems) {
                dnssec = try Configuration.load(path: path).dnssec
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
    }
}
