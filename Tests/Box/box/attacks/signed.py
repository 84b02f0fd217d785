"""Signed zones on the stage: what they say is signed while it is asked for, rightly or as the attack wants it."""

import os
import time

from .. import name, rdata, wire
from ..dnssec import canonical, keys

TTL, AN_HOUR = 600, 3600
SOA = rdata.compile("SOA", "ns.trap.example. hostmaster.trap.example. 1 7200 3600 1209600 60")
ADDRESS = rdata.compile("A", "23.1.2.3")


class SignedZone:
    """A zone at an address of its own, with a DS in its parent, which is another such zone or in the box.

    `at` holds functions of a query that give its replies, by name or by name and type; what is not there does not exist.
    """

    def __init__(self, stage, apex, address, parent=None, key=None, ds=None, signed=True):
        self.apex, self.stage, self.parent = name.parse(apex) if isinstance(apex, str) else apex, stage, parent
        self.address = stage.open(address)
        self.key = key or keys.generate(self.apex, 13, keys.ZONE | keys.ENTRY)
        self.keys = [self.key.rdata()]
        self.ds = ([self.key.ds()] if ds is None else ds) if signed else []
        self.signed = signed
        self.at = {}
        self.deny = self.nothing
        self.deny_ds = self.no_type  # of children without DS
        stage.refer(name.show(self.apex), self._reply)

    def _reply(self, query):
        if self.parent and query.address == self.parent.address:
            return [self._refer(query)]
        script = self.at.get((query.qname, query.qtype)) or self.at.get(query.qname)
        if script:
            return script(query)
        if query.qname == self.apex and query.qtype in ("DNSKEY", "SOA", "NS"):
            entries = {"DNSKEY": self.keys, "SOA": [SOA], "NS": [name.wire(self._server())]}[query.qtype]
            return [query.reply(answer=self.rrset(self.apex, query.qtype, *entries))]
        return [self.deny(query)]

    def _refer(self, query):
        """What the parent's server says of this zone."""
        parent = self.parent
        ds = parent.rrset(self.apex, "DS", *self.ds) if self.ds else []
        if query.qname == self.apex and query.qtype == "DS":
            return query.reply(answer=ds) if ds else parent.deny_ds(query, self.apex)
        proof = ds or parent.deny_ds(query, self.apex).authority[len(parent.soa()):]
        glue = [(self._server(), "A", AN_HOUR, rdata.compile("A", self.address))]
        return query.reply(flags=wire.QR, authority=[(self.apex, "NS", AN_HOUR, name.wire(self._server())), *proof], additional=glue)

    def _server(self):
        return (b"ns", *self.apex)

    # What is said

    def put(self, owner, type_text="A", *entries, script=None):
        """An RRset at a name relative to the zone; or a script for it."""
        owner = name.lower(name.parse(owner, self.apex))
        entries = entries or (ADDRESS,)
        self.at[owner] = script or (lambda query: [
            query.reply(answer=self.rrset(query.message.qname, type_text, *entries)) if query.qtype == type_text else self.no_type(query)])
        return self

    def rrset(self, owner, type_text, *entries, ttl=TTL, **lies):
        """Records, and their signature."""
        records = [(owner, type_text, ttl, octets) for octets in entries]
        return records + [self.signature(owner, type_text, *entries, ttl=ttl, **lies)] if self.signed else records

    def signature(self, owner, type_text, *entries, ttl=TTL, key=None, **lies):
        now = int(time.time())
        octets = canonical.signature(key or self.key, name.lower(owner), type_text, ttl, entries, now - AN_HOUR, now + 24 * AN_HOUR, **lies)
        return owner, "RRSIG", ttl, octets

    def false_signatures(self, owner, type_text, algorithm, tag, count, size, most=0x7F):
        """Signatures that say everything right, and are noise."""
        head = canonical.signature(self.key, name.lower(owner), type_text, TTL, [b""], int(time.time()) - AN_HOUR, int(time.time()) + AN_HOUR, tag=tag)
        head = head[:2] + bytes((algorithm,)) + head[3:18 + len(name.wire(self.apex))]
        return [(owner, "RRSIG", TTL, head + bytes((os.urandom(1)[0] & most,)) + os.urandom(size - 1)) for _ in range(count)]

    def soa(self):
        return self.rrset(self.apex, "SOA", SOA, ttl=60)

    def no_type(self, query, cut=None):
        """RFC 4470: an NSEC for the name that was asked, which has no type at all; or for a `cut`, which has no DS."""
        owner, types = cut or query.qname, {"NSEC", "RRSIG"} | ({"NS"} if cut else set())
        return query.reply(authority=self.soa() + self.rrset(owner, "NSEC", canonical.nsec((b"\0", *owner), types), ttl=60))

    def nothing(self, query):
        return self.no_type(query)


def with_tag(public, tag, algorithm=8, flags=keys.ZONE):
    """A public key whose tag is `tag`: two octets in its middle are chosen for it."""
    middle = len(public) // 4 * 2
    base = bytes(public[:middle]) + b"\0\0" + bytes(public[middle + 2:])
    made = keys.Key((), flags, algorithm, base)
    wanted = tag - made.tag()
    for word in (wanted % 0x10000, (wanted - 1) % 0x10000, (wanted + 1) % 0x10000):
        made.public = base[:middle] + word.to_bytes(2, "big") + base[middle + 2:]
        if made.tag() == tag:
            return made
    raise ValueError("no such key")


def rsa_noise(bits, exponent=b"\1\0\1"):
    """A public key of RSA that nobody has the private one of."""
    modulus = bytearray(os.urandom(bits // 8))
    modulus[0] |= 0x80
    modulus[-1] |= 1
    length = bytes((len(exponent),)) if len(exponent) < 256 else b"\0" + len(exponent).to_bytes(2, "big")
    return length + exponent + bytes(modulus)
