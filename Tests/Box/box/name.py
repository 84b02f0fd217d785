"""Domain names as tuples of labels, and their two spellings: master-file text and wire.

A tuple of `bytes` keeps every odd label exactly (dots, spaces, NULs), hashes, and slices into its ancestors.
"""

Name = tuple  # of bytes, the root being ()


def parse(text, origin=()):
    """The name that master-file `text` means; a name without its final dot is below `origin`."""
    if text == "@":
        return origin
    if text == ".":
        return ()
    labels, label, position = [], bytearray(), 0
    while position < len(text):
        character = text[position]
        if character == "\\":
            digits = text[position + 1:position + 4]
            if len(digits) == 3 and digits.isdigit():
                label.append(int(digits))
                position += 4
            else:
                label.append(ord(text[position + 1]))
                position += 2
            continue
        if character == ".":
            labels.append(bytes(label))
            label.clear()
        else:
            label.append(ord(character))
        position += 1
    if label:
        return (*labels, bytes(label), *origin)
    return tuple(labels)


def show(name):
    """Master-file text, absolute, every unusual octet escaped."""
    if not name:
        return "."
    return "".join(_show_label(label) + "." for label in name)


def _show_label(label):
    if label.replace(b"-", b"").replace(b"_", b"").isalnum():
        return label.decode("ascii")
    return "".join(_show_octet(octet) for octet in label)


def _show_octet(octet):
    character = chr(octet)
    if character in '."();@$\\':
        return "\\" + character
    plain = character.isascii() and (character.isalnum() or character in "-_*/")
    return character if plain else f"\\{octet:03d}"


def lower(name):
    return tuple(label.lower() for label in name)


def wire(name):
    return b"".join(bytes((len(label),)) + label for label in name) + b"\0"


def is_below(name, ancestor):
    """Whether `name` is `ancestor` or beneath it. Both in lower case."""
    return len(name) >= len(ancestor) and name[len(name) - len(ancestor):] == ancestor


def ancestors(name):
    """The name itself, its parent, and so on up to the root."""
    return (name[depth:] for depth in range(len(name) + 1))
