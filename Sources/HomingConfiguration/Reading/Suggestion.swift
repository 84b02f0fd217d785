/// What a misspelled key was probably meant to be.
public enum Suggestion {
    /// `; did you mean "x"?`, or nothing when no key is near.
    ///
    /// First the keys allowed at that place, then the whole table: a key in the wrong section is a common
    /// slip.
    static func text<Root>(for name: String, among settings: [Setting<Root>]) -> String {
        let near = nearest(to: name, among: settings.map(\.name)).first
        let elsewhere = ConfigurationSchema.paths.filter { $0.hasSuffix("." + normalised(name)) }.first
        guard let guess = near ?? elsewhere else { return "" }
        return "; did you mean \"\(guess)\"?"
    }

    /// The candidates within a third of the name's length, nearest first, those of equal distance in their
    /// order.
    public static func nearest(to name: String, among candidates: [String]) -> [String] {
        let name = normalised(name)
        let allowance = max(1, name.count / 3)
        return candidates.map { (distance(name, normalised($0)), $0) }
            .filter { $0.0 <= allowance }
            .enumerated().sorted { ($0.element.0, $0.offset) < ($1.element.0, $1.offset) }
            .map(\.element.1)
    }

    /// Capitals and underscores are spelling habits, not mistakes.
    private static func normalised(_ name: String) -> String {
        String(name.prefix(100).lowercased().map { $0 == "_" ? "-" : $0 })
    }

    /// The number of insertions, deletions, substitutions and swaps of neighbours between two texts
    /// (optimal string alignment).
    static func distance(_ a: String, _ b: String) -> Int {
        let (a, b) = (Array(a), Array(b))
        var beforeLast: [Int] = []
        var last = Array(0...b.count)
        for i in a.indices {
            var row = [i + 1]
            for j in b.indices {
                let substitution = last[j] + (a[i] == b[j] ? 0 : 1)
                var cost = min(substitution, last[j + 1] + 1, row[j] + 1)
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
                    cost = min(cost, beforeLast[j - 1] + 1)
                }
                row.append(cost)
            }
            (beforeLast, last) = (last, row)
        }
        return last[b.count]
    }
}
