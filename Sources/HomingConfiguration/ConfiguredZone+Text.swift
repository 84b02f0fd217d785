import DNSWire

extension ConfiguredZone {
    /// Reads one zone as it would stand in `zones:`, such as `{name: lab.example, notify: 192.0.2.1}`. All that is wrong with it
    /// is thrown at once, under the key `zone`.
    ///
    /// - Parameters:
    ///   - configuration: whose `zone-defaults` hold for what the text leaves out, and whose listeners must not be the primaries.
    ///   - source: its name in messages.
    public static func parse(
        _ text: String, in configuration: Configuration = Configuration(), source: String = "zone"
    ) throws(ConfigurationProblems) -> ConfiguredZone {
        let document = try YAMLDocument(Array(text.utf8), file: source)
        var zone = ConfiguredZone(name: .root)
        zone.options = configuration.zoneDefaults
        var reader = ConfigurationReader(file: source)
        reader.renamedKeys = document.renamedKeys
        guard let root = document.root, !root.isNothing else {
            throw ConfigurationProblems([
                ConfigurationProblem(
                    file: source, key: "zone", message: "expected keys with values, found nothing")
            ])
        }
        reader.readMapping(root, at: "zone", ConfigurationSchema.zone, into: &zone)
        if reader.problems.isEmpty { reader.checkZone(zone, at: "zone", configuration) }
        guard reader.problems.isEmpty else { throw ConfigurationProblems(reader.problems) }
        return zone
    }

    /// Reads a zone from values that a command was given: each is a word, or what would stand behind its key in YAML when it
    /// begins with `{` or `[`.
    public static func parse(
        values: [(key: String, value: String)], in configuration: Configuration = Configuration()
    ) throws(ConfigurationProblems) -> ConfiguredZone {
        var keys: [String] = []
        for (key, _) in values where !keys.contains(key) { keys.append(key) }
        let pairs = keys.map { key in
            let items = values.filter { $0.key == key }.map { item in
                ["{", "["].contains(item.value.first) ? item.value : YAMLText.quoted(item.value)
            }
            return "\(key): " + (items.count == 1 ? items[0] : "[" + items.joined(separator: ", ") + "]")
        }
        return try parse("{" + pairs.joined(separator: ", ") + "}", in: configuration)
    }

    /// As it would stand in `zones:`, in one line, without what `defaults` say already.
    public func text(without defaults: ZoneOptions = ZoneOptions()) -> String {
        var blank = ConfiguredZone(name: .root)
        blank.options = defaults
        return flowMapping(self, ConfigurationSchema.zone.notable(in: self, blank))
    }
}
