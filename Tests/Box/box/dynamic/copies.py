"""Copies of a zone, as a secondary would have them: by a whole transfer, and from an older copy by an incremental one."""

import functools
import operator
import struct
from dataclasses import dataclass

import dns.rdatatype

from . import message, tsig, ways

SOA = 6


class BadTransfer(Exception):
    """A transfer that no secondary could take."""


@dataclass(frozen=True)
class Copy:
    """`records` are (owner, type, TTL, RDATA), all octets as the server spells them; the SOA is one of them."""
    serial: int
    records: frozenset

    def digest(self):
        return digest(self.records)

    def folded(self):
        """For comparing with a server that keeps no case of names, in owners or in RDATA."""
        return frozenset((owner.lower(), number, ttl, octets.lower() if number in NAMES_WITHIN else octets) for owner, number, ttl, octets in self.records)


def digest(records):
    """Of a set, so that a change of it changes this by what comes and goes."""
    return functools.reduce(operator.xor, map(hash, records), 0)


def whole(server, apex, key=None, encrypted=False):
    query = message.message(message.QUERY, [message.question(apex, "AXFR")])
    records = _records(_fetch(server, query, key, encrypted=encrypted))
    if len(records) < 2 or records[0] != records[-1] or records[0][1] != SOA:
        raise BadTransfer(f"the transfer of {apex} does not begin and end with one SOA")
    body = records[:-1]
    if len(set(body)) != len(body):
        raise BadTransfer(f"the transfer of {apex} has a record twice")
    return Copy(_serial(records[0]), frozenset(body))


def newer(server, apex, old, key=None, see=lambda serial, digest: None):
    """The current zone out of an older copy, and whether it came incrementally. Raises `BadTransfer` where a change does not fit. Each version on
    the way is shown to `see`.
    """
    soa = next(record for record in old.records if record[1] == SOA)
    query = message.message(message.QUERY, [message.question(apex, "IXFR")], authorities=[message.record(apex, "SOA", ttl=soa[2], octets=soa[3])])
    records = _records(_fetch(server, query, key, have=old.serial))
    if not records or records[0][1] != SOA:
        raise BadTransfer(f"the incremental transfer of {apex} does not begin with its SOA")
    if len(records) == 1:
        if _serial(records[0]) != old.serial:
            raise BadTransfer("only an SOA, and it is a newer one")
        return old, True
    if records[1][1] != SOA or _serial(records[1]) == _serial(records[0]):
        return Copy(_serial(records[0]), frozenset(records[:-1])), False
    return _apply(old, records, see), True


def _apply(old, records, see):
    """RFC 1995 §4: each difference is the old SOA, what goes, the new SOA, what comes."""
    zone, serial, position, last, now = set(old.records), old.serial, 1, len(records) - 1, old.digest()
    while position < last:
        if records[position][1] != SOA or _serial(records[position]) != serial:
            raise BadTransfer(f"a difference from {_serial(records[position])} where one from {serial} was due")
        adding = False
        while position < last and not (adding and records[position][1] == SOA):
            record = records[position]
            now ^= hash(record)
            if record[1] == SOA and _serial(record) != serial or adding:
                if record in zone:
                    raise BadTransfer(f"adds what is there: {show(record)}")
                zone.add(record)
                if record[1] == SOA:
                    adding, serial = True, _serial(record)
            else:
                if record not in zone:
                    raise BadTransfer(f"deletes what is not there: {show(record)}")
                zone.remove(record)
            position += 1
        see(serial, now)
    if serial != _serial(records[0]) or records[-1] != records[0]:
        raise BadTransfer(f"ends with {serial}, not {_serial(records[0])}")
    return Copy(serial, frozenset(zone))


def _fetch(server, query, key, **more):
    signed = tsig.sign(query, key) if key else query
    messages = ways.transfer(server, signed, **more)
    if not messages:
        raise BadTransfer("no answer")
    if key:
        try:
            tsig.verify_stream(messages, key, tsig.mac_of(signed), every=False)
        except tsig.BadSignature as error:
            raise BadTransfer(str(error)) from None
    return messages


def _records(messages):
    return [record for octets in messages for record in _answer(tsig.split(octets)[0])]


# Where names are in RDATA that others may compress (RFC 3597 §4): octets before the first, and how many there are.
NAMES_WITHIN = {2: (0, 1), 5: (0, 1), 6: (0, 2), 12: (0, 1), 14: (0, 2), 15: (2, 1), 17: (0, 2), 18: (2, 1), 21: (2, 1), 24: (18, 1), 26: (2, 2),
                30: (0, 1), 33: (6, 1), 35: None, 36: (2, 1), 39: (0, 1)}


def _answer(octets):
    """The records of a message's answer section, names spelled as they came, uncompressed. Only what many thousand records can bear."""
    if octets[3] & 15:
        raise BadTransfer(f"RCODE {octets[3] & 15}")
    questions, count = struct.unpack_from("!2H", octets, 4)
    known, position = {}, 12
    for _ in range(questions):
        position = _name(octets, position, known)[1] + 4
    for _ in range(count):
        owner, position = _name(octets, position, known)
        number, _, ttl, length = struct.unpack_from("!HHIH", octets, position)
        start, position = position + 10, position + 10 + length
        yield owner, number, ttl, _content(octets, number, start, position, known)


def _content(octets, number, start, end, known):
    if number not in NAMES_WITHIN:
        return octets[start:end]
    if number == 35:  # NAPTR: its texts come first
        at = start + 4
        for _ in range(3):
            at += 1 + octets[at]
        before, count = at - start, 1
    else:
        before, count = NAMES_WITHIN[number]
    parts, at = [octets[start:start + before]], start + before
    for _ in range(count):
        spelled, at = _name(octets, at, known)
        parts.append(spelled)
    return b"".join((*parts, octets[at:end]))


def _name(octets, position, known):
    """The name at `position`, uncompressed, and where it ends. Names that pointers lead to are remembered in `known`."""
    start, at = position, position
    while (length := octets[at]) and length < 64:
        at += 1 + length
    if not length:
        whole = octets[start:at + 1]
        return whole, at + 1
    target = (length & 63) << 8 | octets[at + 1]
    if target >= start:
        raise BadTransfer("a compression pointer that does not go back")
    if target not in known:
        known[target] = _name(octets, target, known)[0]
    return octets[start:at] + known[target], at + 2


def _serial(record):
    return int.from_bytes(record[3][-20:-16], "big")


def show(record):
    owner, number, ttl, octets = record
    return f"{owner!r} {ttl} {dns.rdatatype.to_text(number)} {octets.hex()}"


def difference(one, other, most=3):
    """In words, what two sets of records do not share."""
    only, missing = sorted(one - other), sorted(other - one)
    return f"{len(only)} more ({'; '.join(map(show, only[:most]))}), {len(missing)} fewer ({'; '.join(map(show, missing[:most]))})"
