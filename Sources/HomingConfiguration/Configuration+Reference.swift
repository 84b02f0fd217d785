extension Configuration {
    /// Every key with its meaning, range and default, as a file that means the defaults: `conf/homing.yaml`.
    ///
    /// Sections are live, keys are comments that begin `#key`, prose begins `# `; so removing one `#` sets
    /// one key.
    public static let reference: String = {
        let defaults = Configuration()
        var lines = header
        for setting in ConfigurationSchema.settings {
            lines.append("")
            if setting.children.isEmpty {
                lines += documented(setting, defaults, indentation: "")
            } else {
                lines += comment(setting.documentation, indentation: "")
                lines.append("\(setting.name):")
                let children = setting.children.map { documented($0, defaults, indentation: "  ") }
                lines += children.joined(separator: [""])
            }
        }
        return lines.map { $0 + "\n" }.joined()
    }()

    private static let header =
        comment(
            """
            The configuration of Homing. Every key is here with its default: a key that is absent means the \
            same, and so does an empty file. To change a key, remove the "#" before it. The names of \
            sections stay where they are.
            """)
        + ["#"]
        + comment(
            """
            "homing check" says everything that is wrong with a file. SIGHUP reads it again without losing a \
            query; what is wrong then leaves the old settings in force, and what needs a restart is named in \
            the log.
            """)
        + ["#"]
        + comment(
            """
            Durations are written 500ms, 1.8s, 5m, 2h or 1d; sizes 512B, 64KiB, 256MiB or 1GiB. A list of \
            one item may be the item alone; a list given here replaces the default list.
            """)

    private static func documented(
        _ setting: Setting<Configuration>, _ defaults: Configuration, indentation: String
    ) -> [String] {
        var lines = comment(setting.description, indentation: indentation)
        for key in setting.innerKeys {
            lines += comment(key, indentation: indentation + "#   ", first: indentation + "# - ")
        }
        if let example = setting.example {
            lines.append("\(indentation)# Example:")
            lines += example.split(separator: "\n").map { "\(indentation)#     \($0)" }
        }
        let text = setting.text(defaults)
        let oneLine = "\(indentation)#\(setting.name): \(text.inOneLine)"
        if case .list(let items) = text, oneLine.count > lineLength {
            lines.append("\(indentation)#\(setting.name):")
            lines += items.map { "\(indentation)#- \($0)" }
        } else {
            lines.append(oneLine)
        }
        return lines
    }

    private static let lineLength = 110

    private static func comment(_ text: String, indentation: String = "") -> [String] {
        comment(text, indentation: indentation + "# ", first: indentation + "# ")
    }

    /// Wraps words into lines, each behind its margin.
    private static func comment(_ text: String, indentation: String, first: String) -> [String] {
        var lines: [String] = []
        var line = first
        for word in text.split(separator: " ") {
            if line.count + word.count > lineLength {
                lines.append(String(line.dropLast()))
                line = indentation
            }
            line += "\(word) "
        }
        return lines + [String(line.dropLast())]
    }
}
