"""Transaction signatures (RFC 8945) by hand: made, spoiled, and checked, with no code that others have, too."""

import hmac
import struct
import time
from dataclasses import dataclass

from .. import name, wire
from .message import ANY, TSIG, add_record

WIRE_NAMES = {"hmac-md5": "hmac-md5.sig-alg.reg.int."}
DIGESTS = {word: word.removeprefix("hmac-") for word in ("hmac-md5", "hmac-sha1", "hmac-sha224", "hmac-sha256", "hmac-sha384", "hmac-sha512")}
BADSIG, BADKEY, BADTIME, BADTRUNC = 16, 17, 18, 22
FUDGE = 300


@dataclass
class Signature:
    """The TSIG record of a message."""
    key: str
    algorithm: str
    when: int
    fudge: int
    mac: bytes
    original_id: int
    error: int
    other: bytes


class BadSignature(Exception):
    """A reply whose signature is missing or wrong."""


def sign(octets, key, *, when=None, fudge=FUDGE, request_mac=b"", algorithm=None, key_name=None, change_mac=lambda mac: mac, error=0, other=b""):
    """The message with its TSIG record. `change_mac` may spoil what was computed."""
    when = int(time.time()) if when is None else when
    owner = name.lower(name.parse(key_name or key.name + "."))
    algorithm = name.parse(algorithm or WIRE_NAMES.get(key.algorithm, key.algorithm + "."))
    variables = _variables(owner, algorithm, when, fudge, error, other)
    mac = change_mac(_hmac(key, _prior(request_mac) + octets + variables))
    content = (name.wire(algorithm) + _time(when) + struct.pack("!HH", fudge, len(mac)) + mac + octets[:2]
               + struct.pack("!HH", error, len(other)) + other)
    return add_record(octets, name.wire(owner) + struct.pack("!HHIH", TSIG, ANY, 0, len(content)) + content)


def mac_of(octets):
    """The MAC of a signed message."""
    return split(octets)[1].mac


def split(octets):
    """The message without its TSIG record, and that record; None where there is none."""
    start, found = _last_record(octets)
    if found is None:
        return octets, None
    count, = struct.unpack_from("!H", octets, 10)
    return octets[:10] + struct.pack("!H", count - 1) + octets[12:start], found


def verify(octets, key, request_mac, now=None):
    """Whether a reply is signed as it should be; raises `BadSignature`. Returns its MAC."""
    bare, found = split(octets)
    if found is None:
        raise BadSignature("not signed")
    variables = _variables(name.lower(name.parse(found.key)), name.lower(name.parse(found.algorithm)), found.when, found.fudge, found.error, found.other)
    original = struct.pack("!H", found.original_id) + bare[2:]
    _expect(found, _hmac(key, _prior(request_mac) + original + variables))
    if not found.error and abs(found.when - (time.time() if now is None else now)) > found.fudge:
        raise BadSignature("signed at another time")
    return found.mac


def verify_stream(messages, key, request_mac, every=True):
    """Whether the messages of a transfer are signed as they should be (RFC 8945 §5.3.1), each of them unless told otherwise."""
    prior, unsigned, first = request_mac, b"", True
    for index, octets in enumerate(messages):
        bare, found = split(octets)
        if found is None:
            if every or first or index == len(messages) - 1:
                raise BadSignature(f"message {index + 1} of {len(messages)} is not signed")
            unsigned += bare
            continue
        original = struct.pack("!H", found.original_id) + bare[2:]
        owner, algorithm = name.lower(name.parse(found.key)), name.lower(name.parse(found.algorithm))
        last = _variables(owner, algorithm, found.when, found.fudge, found.error, found.other) if first else _time(found.when) + struct.pack("!H", found.fudge)
        _expect(found, _hmac(key, _prior(prior) + unsigned + original + last))
        prior, unsigned, first = found.mac, b"", False


def _expect(found, wanted):
    if not hmac.compare_digest(found.mac, wanted):
        raise BadSignature(f"the MAC is wrong ({len(found.mac)} octets, error {found.error})")


def _hmac(key, octets):
    return hmac.digest(key.secret, octets, DIGESTS[key.algorithm])


def _prior(mac):
    return struct.pack("!H", len(mac)) + mac if mac else b""


def _time(when):
    return struct.pack("!HI", when >> 32 & 0xFFFF, when & 0xFFFFFFFF)


def _variables(owner, algorithm, when, fudge, error, other):
    return (name.wire(owner) + struct.pack("!HI", ANY, 0) + name.wire(algorithm) + _time(when)
            + struct.pack("!HHH", fudge, error, len(other)) + other)


def _last_record(octets):
    """Where the last record starts, and what it says if it is a TSIG record."""
    questions, *counts = struct.unpack_from("!4H", octets, 4)
    position = 12
    for _ in range(questions):
        position = wire.read_name(octets, position)[1] + 4
    start = number = owner = None
    for _ in range(sum(counts)):
        start = position
        owner, position = wire.read_name(octets, position)
        number, _, _, length = struct.unpack_from("!HHIH", octets, position)
        content, position = position + 10, position + 10 + length
    if number != TSIG or not counts[2]:
        return None, None
    algorithm, at = wire.read_name(octets, content)
    high, low, fudge, length = struct.unpack_from("!HIHH", octets, at)
    mac, at = octets[at + 10:at + 10 + length], at + 10 + length
    original, error, more = struct.unpack_from("!HHH", octets, at)
    return start, Signature(name.show(owner), name.show(algorithm), high << 32 | low, fudge, mac, original, error, octets[at + 6:at + 6 + more])
