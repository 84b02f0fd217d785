/// One word of a scenario file.
struct Token: Hashable {
    /// Without the quotes; escapes are left for whoever knows what the word is.
    var text: String
    var isQuoted: Bool

    /// As it stood in the file.
    var written: String { isQuoted ? "\"\(text)\"" : text }
}

/// One line that says something, with its place for messages.
struct Line: Hashable {
    /// From 1.
    var number: Int
    var tokens: [Token]

    /// The first word, which decides what the line is.
    var keyword: String { tokens[0].text }
    /// The words behind the first.
    var arguments: ArraySlice<Token> { tokens.dropFirst() }
}

/// What is wrong with a scenario file, and where.
struct ScenarioError: Error, Hashable, CustomStringConvertible {
    var line: Int
    var reason: String

    var description: String { "line \(line): \(reason)" }
}

/// Cuts text into words: blanks separate, quotes join, a comment ends the line.
enum Tokenizer {
    /// The lines of `text` that are neither blank nor comment alone.
    static func lines(of text: String, startingAt first: Int = 1) throws(ScenarioError) -> [Line] {
        var lines: [Line] = []
        var number = first
        for raw in text.split(separator: "\n", omittingEmptySubsequences: false) {
            let tokens = try tokens(of: raw, line: number)
            if !tokens.isEmpty { lines.append(Line(number: number, tokens: tokens)) }
            number += 1
        }
        return lines
    }

    /// `;` ends a line wherever it stands bare; `#` only at the start of a word, since `\#` begins generic
    /// RDATA.
    static func tokens(
        of raw: some StringProtocol, line: Int, quotes: [Character] = ["\""]
    ) throws(ScenarioError) -> [Token] {
        var tokens: [Token] = []
        var word = ""
        var openQuote: Character?
        /// A quote that opens inside of a word (`alpn="h2"`) stays part of it.
        var isInsideWord = false
        var isEscaped = false
        func endWord(isQuoted: Bool = false) {
            if !word.isEmpty || isQuoted { tokens.append(Token(text: word, isQuoted: isQuoted)) }
            word = ""
        }
        scan: for character in raw {
            if isEscaped || character == "\\" {
                word.append(character)
                isEscaped = !isEscaped
            } else if character == openQuote {
                openQuote = nil
                if isInsideWord { word.append(character) } else { endWord(isQuoted: true) }
            } else if openQuote != nil {
                word.append(character)
            } else if quotes.contains(character) {
                openQuote = character
                isInsideWord = !word.isEmpty
                if isInsideWord { word.append(character) }
            } else if character == ";" || (character == "#" && word.isEmpty) {
                break scan
            } else if character.isWhitespace || character == "(" || character == ")" {
                // A record is one line here, so parentheses have nothing to hold together.
                endWord()
            } else {
                word.append(character)
            }
        }
        guard openQuote == nil else { throw ScenarioError(line: line, reason: "a quote is not closed") }
        endWord()
        return tokens
    }
}
