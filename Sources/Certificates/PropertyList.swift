/// A value of Apple's property lists, and its XML.
indirect enum PropertyList {
    case text(String)
    case number(Int)
    case flag(Bool)
    case data([UInt8])
    case list([PropertyList])
    /// In the order in which the keys are written.
    case dictionary([(key: String, value: PropertyList)])

    /// A whole document.
    var document: String {
        var text = """
            <?xml version="1.0" encoding="UTF-8"?>
            <!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
            <plist version="1.0">

            """
        append(to: &text, indentation: "")
        return text + "</plist>\n"
    }

    private func append(to text: inout String, indentation: String) {
        let inner = indentation + "\t"
        switch self {
        case .text(let value): text += "\(indentation)<string>\(Self.escaped(value))</string>\n"
        case .number(let value): text += "\(indentation)<integer>\(value)</integer>\n"
        case .flag(let value): text += "\(indentation)<\(value)/>\n"
        case .data(let octets): text += "\(indentation)<data>\(Base64.text(octets))</data>\n"
        case .list(let items):
            text += "\(indentation)<array>\n"
            for item in items { item.append(to: &text, indentation: inner) }
            text += "\(indentation)</array>\n"
        case .dictionary(let pairs):
            text += "\(indentation)<dict>\n"
            for (key, value) in pairs {
                text += "\(inner)<key>\(Self.escaped(key))</key>\n"
                value.append(to: &text, indentation: inner)
            }
            text += "\(indentation)</dict>\n"
        }
    }

    private static func escaped(_ text: String) -> String {
        text.reduce(into: "") { escaped, character in
            switch character {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            default: escaped.append(character)
            }
        }
    }
}
