"""DNS messages: enough to ask a question, to read any reply, and to compose what the odd server says."""

import struct
from dataclasses import dataclass, field

from . import name, rdata

RCODES = {0: "NOERROR", 1: "FORMERR", 2: "SERVFAIL", 3: "NXDOMAIN", 4: "NOTIMP", 5: "REFUSED", 6: "YXDOMAIN",
          7: "YXRRSET", 8: "NXRRSET", 9: "NOTAUTH", 10: "NOTZONE", 16: "BADVERS"}
QR, AA, TC, RD, RA, AD, CD = 0x8000, 0x0400, 0x0200, 0x0100, 0x0080, 0x0020, 0x0010
DO = 0x8000  # of EDNS
OPTION_EDE = 15
CLASS_IN, TYPE_OPT = 1, 41


@dataclass(slots=True)
class Record:
    owner: tuple
    type: int
    ttl: int
    text: str

    def __str__(self):
        return f"{name.show(name.lower(self.owner))} {rdata.type_of(self.type)} {self.text}"


@dataclass(slots=True)
class Message:
    id: int
    flags: int
    qname: tuple = None
    qtype: int = None
    answer: list = field(default_factory=list)
    authority: list = field(default_factory=list)
    additional: list = field(default_factory=list)
    edns: tuple = None  # (payload size, version, flags), None without OPT
    extended_rcode: int = 0
    ede: list = field(default_factory=list)  # pairs of a code and a text (RFC 8914)

    @property
    def rcode(self):
        code = self.extended_rcode << 4 | self.flags & 15
        return RCODES.get(code, f"RCODE{code}")


def compose_query(identifier, qname, qtype, recursion=True, payload=1232, flags=0, edns_flags=0):
    """One question; `payload` 0 leaves EDNS out."""
    head = struct.pack("!6H", identifier, flags | (RD if recursion else 0), 1, 0, 0, 1 if payload else 0)
    opt = struct.pack("!BHHIH", 0, TYPE_OPT, payload, edns_flags, 0) if payload else b""
    return head + name.wire(qname) + struct.pack("!HH", qtype, CLASS_IN) + opt


def read_name(message, position):
    """The name at `position` and the offset just after it. Pointers must go strictly backwards."""
    labels, after, limit = [], None, position
    while True:
        length = message[position]
        if length >= 0xC0:
            target = (length & 0x3F) << 8 | message[position + 1]
            if target >= limit:
                raise ValueError("compression pointer does not go backwards")
            after = after or position + 2
            position = limit = target
        elif length >= 0x40:
            raise ValueError("unknown label type")
        elif length == 0:
            return tuple(labels), after or position + 1
        else:
            labels.append(bytes(message[position + 1:position + 1 + length]))
            position += 1 + length


def parse(message):
    """A `Message`; raises ValueError whatever is wrong with it."""
    try:
        return _parse(message)
    except (IndexError, struct.error) as error:
        raise ValueError(f"message cut short: {error}") from None


def _parse(message):
    identifier, flags, questions, *counts = struct.unpack_from("!6H", message)
    parsed, position = Message(identifier, flags), 12
    if questions > 1:
        raise ValueError("more than one question")
    if questions:
        parsed.qname, position = read_name(message, position)
        parsed.qtype, _ = struct.unpack_from("!HH", message, position)
        position += 4
    for section, count in zip((parsed.answer, parsed.authority, parsed.additional), counts):
        for _ in range(count):
            position = _read_record(message, position, parsed, section)
    if position != len(message):
        raise ValueError("octets after the last record")
    return parsed


def _read_errors(options):
    """The extended errors among EDNS options."""
    position = 0
    while position < len(options):
        code, length = struct.unpack_from("!HH", options, position)
        position += 4 + length
        if position > len(options):
            raise ValueError("an EDNS option runs past its OPT")
        if code == OPTION_EDE:
            yield struct.unpack_from("!H", options, position - length)[0], bytes(options[position - length + 2:position]).decode(errors="replace")


def _read_record(message, position, parsed, section):
    owner, position = read_name(message, position)
    number, klass, ttl, length = struct.unpack_from("!HHIH", message, position)
    start, end = position + 10, position + 10 + length
    if end > len(message):
        raise ValueError("record runs past the end")
    if number == TYPE_OPT:
        parsed.edns = (klass, ttl >> 16 & 255, ttl & 0xFFFF)
        parsed.extended_rcode = ttl >> 24
        parsed.ede = list(_read_errors(message[start:end]))
    else:
        section.append(Record(owner, number, ttl, rdata.show(number, message, start, end, read_name)))
    return end
