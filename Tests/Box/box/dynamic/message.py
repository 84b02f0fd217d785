"""DNS messages put together record by record, the forbidden ones too (RFC 2136, 5936, 1995, 1996)."""

import random
import struct

from .. import name, rdata

QUERY, NOTIFY, UPDATE = 0, 4, 5
IN, NONE, ANY = 1, 254, 255
SOA, OPT, TSIG = 6, 41, 250
OPT_RECORD = struct.pack("!BHHIH", 0, OPT, 1232, 0, 0)


def record(owner, type_text, text=None, *, klass=IN, ttl=0, octets=None):
    """A record in wire form. Its RDATA is compiled from `text`, or is `octets`, or is empty."""
    if octets is None:
        octets = b"" if text is None else rdata.compile(type_text, text)
    return _wire(owner) + struct.pack("!HHIH", rdata.number_of(type_text), klass, ttl, len(octets)) + octets


def question(qname, type_text, klass=IN):
    return _wire(qname) + struct.pack("!HH", rdata.number_of(type_text), klass)


def message(opcode, questions=(), answers=(), authorities=(), additional=(), *, flags=0, identifier=None):
    """Sections are sequences of records in wire form."""
    identifier = random.getrandbits(16) if identifier is None else identifier
    sections = (questions, answers, authorities, additional)
    return struct.pack("!6H", identifier, opcode << 11 | flags, *map(len, sections)) + b"".join(b"".join(section) for section in sections)


def update(zone, changes=(), prerequisites=(), additional=(), *, zone_type="SOA", klass=IN, **more):
    return message(UPDATE, [question(zone, zone_type, klass)], prerequisites, changes, additional, **more)


# --- What an update asks for (RFC 2136 §2.5) ---

def add(owner, type_text, text, ttl=300):
    return record(owner, type_text, text, ttl=ttl)


def delete(owner, type_text="ANY", text=None):
    """A record, an RRset, or all of a name."""
    return record(owner, type_text, text, klass=ANY if text is None else NONE)


# --- What it depends on (RFC 2136 §2.4) ---

def exists(owner, type_text="ANY", text=None):
    """An RRset, whatever it holds or with a record of it; or a name."""
    return record(owner, type_text, text, klass=ANY if text is None else IN)


def absent(owner, type_text="ANY"):
    return record(owner, type_text, klass=NONE)


def notify(zone, **more):
    return message(NOTIFY, [question(zone, "SOA")], flags=0x0400, **more)


def add_record(octets, appended):
    """The message with one more record in its additional section."""
    count, = struct.unpack_from("!H", octets, 10)
    return octets[:10] + struct.pack("!H", count + 1) + octets[12:] + appended


def _wire(owner):
    return name.wire(name.parse(owner) if isinstance(owner, str) else owner)
