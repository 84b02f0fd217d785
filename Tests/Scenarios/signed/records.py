"""Names and records as text and in canonical wire form (RFC 4034 §6). Names are absolute, lower case, without escapes."""

import base64
import ipaddress
from dataclasses import dataclass, replace

TYPES = {
    "A": 1, "NS": 2, "CNAME": 5, "SOA": 6, "PTR": 12, "MX": 15, "TXT": 16, "AAAA": 28, "SRV": 33, "DNAME": 39,
    "DS": 43, "RRSIG": 46, "NSEC": 47, "DNSKEY": 48, "NSEC3": 50, "NSEC3PARAM": 51, "NULL": 10, "ANY": 255,
}


@dataclass(frozen=True)
class Record:
    owner: str
    ttl: int
    type: str
    text: str

    def __str__(self):
        return f"{self.owner} {self.ttl} IN {self.type} {self.text}"

    def with_owner(self, owner):
        return replace(self, owner=owner)


def labels(name):
    return [] if name == "." else name.rstrip(".").split(".")


def parent(name):
    rest = labels(name)[1:]
    return ".".join(rest) + "." if rest else "."


def is_below(name, top):
    """At or below."""
    return top == "." or name == top or name.endswith("." + top)


def ancestors(name, top):
    """`name` and what is above it down to `top`, the longest first."""
    if not is_below(name, top):
        raise ValueError(f"{name} is not below {top}")
    while name != top:
        yield name
        name = parent(name)
    yield top


def join(label, name):
    return f"{label}." if name == "." else f"{label}.{name}"


def name_wire(name):
    return b"".join(bytes([len(l)]) + l.lower().encode() for l in labels(name)) + b"\0"


def order(name):
    """The canonical order of names (RFC 4034 §6.1)."""
    return [l.lower().encode() for l in reversed(labels(name))]


def bitmap(types):
    """RFC 4034 §4.1.2."""
    numbers = sorted(TYPES[t] for t in types)
    wire = b""
    for window in sorted({n >> 8 for n in numbers}):
        low = [n & 255 for n in numbers if n >> 8 == window]
        bits = bytearray(max(low) // 8 + 1)
        for n in low:
            bits[n // 8] |= 0x80 >> n % 8
        wire += bytes([window, len(bits)]) + bits
    return wire


def by_number(types):
    return " ".join(sorted(types, key=lambda t: TYPES[t]))


def base32hex(data):
    return base64.b32hexencode(data).decode().lower()


def rdata_wire(type, text):
    words = text.split()
    if type == "A" or type == "AAAA":
        return ipaddress.ip_address(text).packed
    if type in ("NS", "CNAME", "DNAME", "PTR"):
        return name_wire(text)
    if type == "SOA":
        return name_wire(words[0]) + name_wire(words[1]) + b"".join(int(w).to_bytes(4, "big") for w in words[2:])
    if type == "MX":
        return int(words[0]).to_bytes(2, "big") + name_wire(words[1])
    if type == "SRV":
        return b"".join(int(w).to_bytes(2, "big") for w in words[:3]) + name_wire(words[3])
    if type == "TXT":
        data = text.strip('"').encode()
        return bytes([len(data)]) + data
    if type in ("DNSKEY", "DS"):
        head = int(words[0]).to_bytes(2, "big") + bytes([int(words[1]), int(words[2])])
        rest = "".join(words[3:])
        return head + (base64.b64decode(rest) if type == "DNSKEY" else bytes.fromhex(rest))
    if type == "NSEC":
        return name_wire(words[0]) + bitmap(words[1:])
    if type in ("NSEC3", "NSEC3PARAM"):
        salt = b"" if words[3] == "-" else bytes.fromhex(words[3])
        head = bytes([int(words[0]), int(words[1])]) + int(words[2]).to_bytes(2, "big") + bytes([len(salt)]) + salt
        if type == "NSEC3PARAM":
            return head
        hashed = base64.b32hexdecode(words[4].upper())
        return head + bytes([len(hashed)]) + hashed + bitmap(words[5:])
    raise ValueError(f"no wire form for {type}")
