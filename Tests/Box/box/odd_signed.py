"""Servers that sign while they answer, and deny by records made for the question: as large operators do (RFC 4470, RFC 7129 App. B, RFC 9824)."""

import time

from . import name
from .dnssec import canonical
from .odd_answers import NXDOMAIN, honest
from .odd_manners import manner

AN_HOUR = 3600
NXNAME = "TYPE128"


def _signed(zone, records):
    """Records, RRset by RRset, each with its signature."""
    key, now, sets = zone.keys[0], int(time.time()), {}
    for owner, type_text, ttl, octets in records:
        sets.setdefault((name.lower(owner), type_text), []).append((owner, ttl, octets))
    made = []
    for (_, type_text), entries in sets.items():
        owner, ttl, _ = entries[0]
        octets = canonical.signature(key, owner, type_text, ttl, [entry for _, _, entry in entries], now - AN_HOUR, now + 24 * AN_HOUR)
        made += [(owner, type_text, ttl, entry) for _, _, entry in entries] + [(owner, "RRSIG", ttl, octets)]
    return made


def _answer(request, deny):
    reply, zone = honest(request), request.zone
    if not reply.answer:
        reply.authority += deny(request, reply, name.lower(request.message.qname))
    if request.message.edns and request.message.edns[2] & 0x8000:
        reply.answer, reply.authority = _signed(zone, reply.answer), _signed(zone, reply.authority)
    else:
        reply.authority = [record for record in reply.authority if record[1] == "SOA"]
    return [reply]


def _types(zone, owner):
    return set(zone.rrsets.get(owner, {})) | {"RRSIG"}


def _next_closer(zone, qname):
    """The highest name above `qname`, or itself, that does not exist."""
    return next(above for above in reversed(list(name.ancestors(qname))) if len(above) > len(zone.apex) and above not in zone.nodes)


@manner("signed-compact")
def compact(request):
    """Nothing is denied but types: also where there is no name."""
    def deny(request, reply, qname):
        types = _types(request.zone, qname) if reply.rcode == 0 else {"RRSIG", NXNAME}
        reply.rcode = 0
        return [(qname, "NSEC", 600, canonical.nsec((b"\0", *qname), types | {"NSEC"}))]

    return _answer(request, deny)


@manner("signed-nsec")
def just_around(request):
    """An NSEC from just before a name to just after it."""
    def around(owner):
        label = owner[0]
        before = label[:-1] + bytes((label[-1] - 1,)) + b"~"
        return (before, *owner[1:]), "NSEC", 600, canonical.nsec((label + b"\0", *owner[1:]), {"RRSIG", "NSEC"})

    def deny(request, reply, qname):
        if reply.rcode == 0:
            return [(qname, "NSEC", 600, canonical.nsec((b"\0", *qname), _types(request.zone, qname) | {"NSEC"}))]
        closer = _next_closer(request.zone, qname)
        return [around(closer), around((b"*", *closer[1:]))]

    return _answer(request, deny)


@manner("signed-nsec3")
def just_around_the_hash(request):
    zone = request.zone

    def entry(place, following, types=()):
        octets = lambda number: (number % (1 << 160)).to_bytes(20, "big")
        return (canonical.hash_label(octets(place)), *zone.apex), "NSEC3", 600, canonical.nsec3(octets(following), types)

    def hashed(owner):
        return int.from_bytes(canonical.nsec3_hash(owner), "big")

    def matching(owner):
        types = _types(zone, owner) if owner in zone.rrsets else set()
        return entry(hashed(owner), hashed(owner) + 1, types | ({"NSEC3PARAM"} if owner == zone.apex else set()))

    def covering(owner):
        return entry(hashed(owner) - 1, hashed(owner) + 1)

    def deny(request, reply, qname):
        if reply.rcode != NXDOMAIN:
            return [matching(qname)]
        closer = _next_closer(zone, qname)
        return [matching(closer[1:]), covering(closer), covering((b"*", *closer[1:]))]

    return _answer(request, deny)
