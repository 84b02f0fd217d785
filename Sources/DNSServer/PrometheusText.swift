/// The text format of Prometheus.
public enum PrometheusText {
    /// A label's value, with what would end it escaped.
    public static func label(_ text: String) -> String {
        text.reduce(into: "") { result, character in
            if character == "\\" || character == "\"" { result.append("\\") }
            result.append(character)
        }
    }
}
