"""Copies of a zone, as a secondary would have them: by a whole transfer, and from an older copy by an incremental one."""

from dataclasses import dataclass

import dns.message
import dns.rdatatype

from . import message, tsig, ways

SOA = dns.rdatatype.SOA


class BadTransfer(Exception):
    """A transfer that no secondary could take."""


@dataclass(frozen=True)
class Copy:
    """`records` are (owner, type, TTL, RDATA), all octets as the server spells them; the SOA is one of them."""
    serial: int
    records: frozenset

    def folded(self):
        """For comparing with a server that keeps no case of owners."""
        return frozenset((owner.lower(), *rest) for owner, *rest in self.records)


def whole(server, apex, key=None, encrypted=False):
    query = message.message(message.QUERY, [message.question(apex, "AXFR")])
    records = _records(_fetch(server, query, key, encrypted=encrypted))
    if len(records) < 2 or records[0] != records[-1] or records[0][1] != SOA:
        raise BadTransfer(f"the transfer of {apex} does not begin and end with one SOA")
    body = records[:-1]
    if len(set(body)) != len(body):
        raise BadTransfer(f"the transfer of {apex} has a record twice")
    return Copy(_serial(records[0]), frozenset(body))


def newer(server, apex, old, key=None):
    """The current zone out of an older copy, and whether it came incrementally. Raises `BadTransfer` where a change does not fit."""
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
    return _apply(old, records), True


def _apply(old, records):
    """RFC 1995 §4: each difference is the old SOA, what goes, the new SOA, what comes."""
    zone, serial, position, last = set(old.records), old.serial, 1, len(records) - 1
    while position < last:
        if records[position][1] != SOA or _serial(records[position]) != serial:
            raise BadTransfer(f"a difference from {_serial(records[position])} where one from {serial} was due")
        adding = False
        while position < last and not (adding and records[position][1] == SOA):
            record = records[position]
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
    records = []
    for octets in messages:
        parsed = dns.message.from_wire(tsig.split(octets)[0], xfr=True, one_rr_per_rrset=True)
        if parsed.rcode():
            raise BadTransfer(f"RCODE {parsed.rcode()}")
        for rrset in parsed.answer:
            owner = rrset.name.to_wire()
            records += [(owner, int(rrset.rdtype), rrset.ttl, each.to_wire()) for each in rrset]
    return records


def _serial(record):
    return int.from_bytes(record[3][-20:-16], "big")


def show(record):
    owner, number, ttl, octets = record
    return f"{owner!r} {ttl} {dns.rdatatype.to_text(number)} {octets.hex()}"


def difference(one, other, most=3):
    """In words, what two sets of records do not share."""
    only, missing = sorted(one - other), sorted(other - one)
    return f"{len(only)} more ({'; '.join(map(show, only[:most]))}), {len(missing)} fewer ({'; '.join(map(show, missing[:most]))})"
