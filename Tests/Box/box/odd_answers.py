"""An honest authoritative reply from a zone of the model, as a value that a manner can then spoil."""

import struct
from dataclasses import dataclass, field

from . import name, rdata, wire
from .lookup import find

FORMERR, SERVFAIL, NXDOMAIN, NOTIMP, REFUSED, NOTAUTH, BADVERS = 1, 2, 3, 4, 5, 9, 16


@dataclass
class Request:
    message: wire.Message
    zone: object
    host: object
    over_tcp: bool

    @property
    def qtype(self):
        return rdata.type_of(self.message.qtype)


@dataclass
class Reply:
    """Records are (owner, type, ttl, RDATA on the wire)."""
    id: int
    question: tuple  # (name, number), or None
    rcode: int = 0
    flags: int = wire.QR | wire.AA
    answer: list = field(default_factory=list)
    authority: list = field(default_factory=list)
    additional: list = field(default_factory=list)
    edns_version: int = None  # None: no OPT

    def compose(self, limit=65535):
        sections = (self.answer, self.authority, self.additional)
        counts = [len(section) for section in sections]
        counts[2] += self.edns_version is not None
        body = b"".join(self._record(*record) for section in sections for record in section)
        whole = self._head(self.flags, counts) + body + self._opt()
        if len(whole) <= limit:
            return whole
        return self._head(self.flags | wire.TC, (0, 0, int(self.edns_version is not None))) + self._opt()

    def _head(self, flags, counts):
        head = struct.pack("!6H", self.id, flags | self.rcode & 15, 1 if self.question else 0, *counts)
        if self.question:
            head += name.wire(self.question[0]) + struct.pack("!HH", self.question[1], wire.CLASS_IN)
        return head

    def _record(self, owner, type_text, ttl, octets):
        same = self.question and name.lower(owner) == name.lower(self.question[0])
        spelled = b"\xc0\x0c" if same else name.wire(owner)
        return spelled + struct.pack("!HHIH", rdata.number_of(type_text), wire.CLASS_IN, ttl, len(octets)) + octets

    def _opt(self):
        if self.edns_version is None:
            return b""
        return struct.pack("!BHHIH", 0, wire.TYPE_OPT, 1232, (self.rcode >> 4) << 24 | self.edns_version << 16, 0)


def empty(request, rcode=0, flags=wire.QR):
    """A reply without records: the question, and an OPT if the query had one."""
    message = request.message
    return Reply(message.id, (message.qname, message.qtype), rcode, flags | message.flags & wire.RD,
                 edns_version=0 if message.edns else None)


def honest(request):
    zone, qname = request.zone, name.lower(request.message.qname)
    if not name.is_below(qname, name.lower(zone.apex)):
        return empty(request, REFUSED)
    reply = empty(request, flags=wire.QR | wire.AA)
    found = find(zone, qname, request.qtype)
    reply.answer = [(owner, type_text, rrset.ttl, octets) for owner, type_text, rrset in found.records for octets in rrset.wire]
    if found.kind == "referral":
        reply.flags &= ~wire.AA
        servers, glue = zone.cuts[found.cut]
        reply.authority = [(found.cut, "NS", 86400, name.wire(server)) for server in servers]
        reply.additional = [(owner, type_text, 86400, rdata.compile(type_text, text)) for owner, type_text, text in glue]
    if found.kind in ("nodata", "nxdomain"):
        reply.rcode = NXDOMAIN if found.kind == "nxdomain" else 0
        reply.authority = [(zone.apex, "SOA", 600, zone.rrsets[name.lower(zone.apex)]["SOA"].wire[0])]
    return reply
