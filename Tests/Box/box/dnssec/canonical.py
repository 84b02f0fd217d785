"""What is signed (RFC 4034 §6), and the RDATA of RRSIG, NSEC and NSEC3."""

import base64
import hashlib
import struct
import time

from .. import name, rdata

# Types whose RDATA holds names that are signed in lower case: RFC 4034 §6.2, as RFC 6840 §5.1 left it.
FOLDED = {"NS", "CNAME", "SOA", "PTR", "MX", "RP", "SRV", "NAPTR", "DNAME"}
NSEC3_SHA1, OPT_OUT = 1, 1
_BASE32 = bytes.maketrans(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", b"0123456789abcdefghijklmnopqrstuv")


def order(owner):
    """The key that sorts names canonically: RFC 4034 §6.1."""
    return tuple(label.lower() for label in reversed(owner))


def fold(type_text, octets):
    """RDATA with its names in lower case."""
    if type_text not in FOLDED:
        return octets
    folded, position = b"", 0
    for field in rdata.FIELDS[type_text]:
        start = position
        if field == "name":
            labels = []
            while octets[position]:
                labels.append(octets[position + 1:position + 1 + octets[position]])
                position += 1 + octets[position]
            position += 1
            folded += name.wire(name.lower(tuple(labels)))
            continue
        position += 1 + octets[position] if field == "string" else struct.calcsize(rdata.INTEGERS[field])
        folded += octets[start:position]
    return folded


def signature(key, owner, type_text, ttl, entries, begins, ends, *, labels=None, signer=None, tag=None, spoil=False):
    """RDATA of an RRSIG by `key` over an RRset; the options make it a wrong one."""
    if labels is None:
        labels = len(owner) - (owner[:1] == (b"*",))
    signer = key.owner if signer is None else signer
    head = struct.pack("!HBBIIIH", rdata.number_of(type_text), key.algorithm, labels, ttl, ends & 0xFFFFFFFF, begins & 0xFFFFFFFF,
                       key.tag() if tag is None else tag) + name.wire(name.lower(signer))
    covered = owner if labels >= len(owner) else (b"*", *owner[len(owner) - labels:])
    start = name.wire(name.lower(covered)) + struct.pack("!HHI", rdata.number_of(type_text), 1, ttl)
    folded = sorted({fold(type_text, octets) for octets in entries})
    made = key.sign(head + b"".join(start + struct.pack("!H", len(octets)) + octets for octets in folded))
    if spoil:
        made = made[:-8] + bytes(octet ^ 0x33 for octet in made[-8:])
    return head + made


def show_signature(octets):
    """Master-file text of an RRSIG's RDATA."""
    number, algorithm, labels, ttl, ends, begins, tag = struct.unpack_from("!HBBIIIH", octets)
    signer, end = _plain_name(octets, 18)
    return (f"{rdata.type_of(number)} {algorithm} {labels} {ttl} {show_time(ends)} {show_time(begins)} {tag} {name.show(signer)} "
            f"{base64.b64encode(octets[end:]).decode()}")


def show_time(seconds):
    return time.strftime("%Y%m%d%H%M%S", time.gmtime(seconds))


def _plain_name(octets, position):
    labels = []
    while octets[position]:
        labels.append(bytes(octets[position + 1:position + 1 + octets[position]]))
        position += 1 + octets[position]
    return tuple(labels), position + 1


def bitmap(types):
    """RFC 4034 §4.1.2."""
    windows = {}
    for type_text in types:
        number = rdata.number_of(type_text)
        octets = windows.setdefault(number >> 8, bytearray(32))
        octets[(number & 255) >> 3] |= 0x80 >> (number & 7)
    made = b""
    for window in sorted(windows):
        octets = bytes(windows[window]).rstrip(b"\0")
        made += bytes((window, len(octets))) + octets
    return made


def nsec(following, types):
    return name.wire(following) + bitmap(types)


def nsec3(following, types, iterations=0, salt=b"", flags=0):
    """`following` is a hash."""
    return nsec3_parameters(iterations, salt, flags) + bytes((len(following),)) + following + bitmap(types)


def nsec3_parameters(iterations=0, salt=b"", flags=0):
    return struct.pack("!BBHB", NSEC3_SHA1, flags, iterations, len(salt)) + salt


def nsec3_hash(owner, iterations=0, salt=b""):
    """RFC 5155 §5."""
    octets = name.wire(name.lower(owner))
    for _ in range(iterations + 1):
        octets = hashlib.sha1(octets + salt).digest()
    return octets


def hash_label(hashed):
    """Base 32 with the extended hex alphabet, as a label."""
    return base64.b32encode(hashed).translate(_BASE32).rstrip(b"=")
