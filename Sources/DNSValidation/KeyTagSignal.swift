public import DNSWire

/// The question that tells a zone which of its keys are trusted here (RFC 8145 §5.1): `_ta-4f66-9728.`, type NULL.
public enum KeyTagSignal {
    /// As many tags as fit into a label of 63 octets.
    static let tagsPerQuestion = 12

    /// The questions for an anchor; more than one where its tags do not fit into one.
    public static func questions(for anchor: TrustAnchor) -> [Question] {
        let tags = anchor.keyTags
        return stride(from: 0, to: tags.count, by: tagsPerQuestion).compactMap { start in
            let part = tags[start..<min(start + tagsPerQuestion, tags.count)]
            let label = "_ta" + part.map { "-" + digits($0) }.joined()
            return anchor.zone.prepending(label: Array(label.utf8)).map { Question($0, .null) }
        }
    }

    /// Four hexadecimal digits.
    private static func digits(_ tag: UInt16) -> String {
        let text = String(tag, radix: 16)
        return String(repeating: "0", count: 4 - text.count) + text
    }
}
