import DNSCrypto
import DNSResolution
import DNSValidation
import DNSWire
import HomingConfiguration

/// What the section `dnssec` means for those who validate.
extension DaemonSettings {
    /// No file of trust anchors is this long.
    private static let maximumAnchorFileSize = 1 << 20

    /// Nil when nothing is validated. What is wrong with files is added to `faults`.
    static func validation(
        _ configuration: Configuration.DNSSEC, file: String, _ faults: inout [String]
    ) -> ResolverValidation? {
        guard configuration.mode == .validate else { return nil }
        var anchors: [TrustAnchor] = []
        for (index, path) in configuration.trustAnchors.enumerated() {
            do throws(ConfigurationFaults) {
                anchors += try Self.anchors(in: path)
            } catch {
                faults += error.lines.map { "\(file): dnssec.trust-anchors[\(index)]: \($0)" }
            }
        }
        if !anchors.contains(where: \.zone.isRoot) { anchors.append(.root) }
        let set = TrustAnchorSet(anchors: anchors, negative: configuration.negativeTrustAnchors)
        let limits = ValidationLimits()
        for anchor in set.anchors {
            // More would be passed over in silence.
            let count = max(anchor.signers.count, anchor.keys.count)
            guard count > limits.signersPerZone else { continue }
            faults.append(
                "\(file): dnssec.trust-anchors: \(count) records of \(anchor.zone), and only "
                    + "\(limits.signersPerZone) are looked at")
        }
        let verifier = LibcryptoVerifier(
            supportsSHA1Signatures: configuration.sha1, supportsSHA1Digests: configuration.sha1)
        var validation = ResolverValidation(anchors: set, verifier: verifier)
        validation.settings.skew = configuration.signatureSkew.milliseconds / 1_000
        validation.bogusTTL = configuration.bogusTTL.wholeSeconds
        validation.isAggressive = configuration.aggressiveNSEC
        return validation
    }

    private static func anchors(in path: String) throws(ConfigurationFaults) -> [TrustAnchor] {
        let text: String
        do {
            text = try ConfiguredFile.text(
                of: path, purpose: "trust anchors", maximumSize: maximumAnchorFileSize)
        } catch {
            throw ConfigurationFaults(lines: [error.description])
        }
        do {
            return try TrustAnchorFile.anchors(in: MasterFileSource(name: path, text: text))
        } catch {
            throw ConfigurationFaults(lines: error.faults.map(\.description))
        }
    }
}

extension ResolverValidation {
    /// Where chains of trust begin and where they are cut, a line for each.
    var summary: [String] {
        anchors.anchors.map { anchor in
            let tags = anchor.keyTags.map(String.init).joined(separator: ", ")
            return "validates \(anchor.zone) and what is below it, by the keys \(tags)"
        } + anchors.negativeAnchors.map { "does not validate \($0) and what is below it" }
    }

    /// Whether anything of an anchor can be checked here.
    private func isSupported(_ anchor: TrustAnchor) -> Bool {
        anchor.keys.contains { verifier.supports($0.algorithm) }
            || anchor.signers.contains {
                verifier.supports($0.algorithm) && verifier.supports($0.digestType)
            }
    }

    /// Zones that are insecure because nobody here can check what their anchors name (RFC 4035 §5.2).
    var remarks: [String] {
        anchors.anchors.filter { !isSupported($0) }.map { anchor in
            let names = Set(
                anchor.keys.map(\.algorithm.description)
                    + anchor.signers.map { "\($0.algorithm) with \($0.digestType)" })
            return "\(anchor.zone) is insecure, as if it were not signed: its trust anchor needs "
                + "\(names.sorted().joined(separator: ", ")), which is not supported"
        }
    }
}
