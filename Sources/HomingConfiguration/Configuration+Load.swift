extension Configuration {
    /// Reads a configuration file. All that is wrong with it is thrown at once, in the order of its lines.
    public static func load(path: String) throws(ConfigurationProblems) -> Configuration {
        try parse(contents(of: path), file: path)
    }

    /// Reads the text of a configuration; `file` is its name in messages. No text at all means the defaults.
    public static func parse(_ text: String, file: String) throws(ConfigurationProblems) -> Configuration {
        try parse(Array(text.utf8), file: file)
    }

    /// Reads the octets of a file, which need not be text at all.
    public static func parse(_ octets: [UInt8], file: String) throws(ConfigurationProblems) -> Configuration {
        let document = try YAMLDocument(octets, file: file)
        var configuration = Configuration()
        var reader = ConfigurationReader(file: file)
        reader.renamedKeys = document.renamedKeys
        if let root = document.root {
            reader.readMapping(root, at: "", ConfigurationSchema.settings, into: &configuration)
            reader.checkTogether(configuration)
        }
        guard reader.problems.isEmpty else { throw ConfigurationProblems(reader.problems) }
        return configuration
    }

    private static func contents(of path: String) throws(ConfigurationProblems) -> [UInt8] {
        do {
            return try ConfiguredFile.start(of: path, upTo: YAMLDocument.maximumSize + 1)
        } catch {
            throw ConfigurationProblems([ConfigurationProblem(file: path, message: error.reason)])
        }
    }
}
