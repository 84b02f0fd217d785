"""What one zone says about one question: RFC 1034 §4.3.2 with DNAME (RFC 6672) and wildcards (RFC 4592)."""

from dataclasses import dataclass, field

from . import name
from .model import RRset


@dataclass
class Found:
    kind: str  # answer, alias, referral, nodata, nxdomain
    records: list = field(default_factory=list)  # (owner, type, RRset) in answer order
    target: tuple = None                         # of an alias
    cut: tuple = None                            # of a referral
    wildcard: tuple = None                       # where the records really stand


def find(zone, qname, qtype):
    """`qname` in lower case and within the zone."""
    for depth in range(len(zone.apex), len(qname) + 1):
        node = qname[len(qname) - depth:]
        if node in zone.cuts and not (node == qname and qtype == "DS"):
            return Found("referral", cut=node)
        if node not in zone.nodes:
            return _from_wildcard(zone, qname, (b"*", *node[1:]), qtype)
        if node != qname and "DNAME" in zone.rrsets.get(node, ()):
            return _from_dname(zone, qname, node)
    return _at_node(zone.rrsets.get(qname, {}), qname, qtype)


def _at_node(types, owner, qtype):
    if "CNAME" in types and qtype != "CNAME":
        rrset = types["CNAME"]
        return Found("alias", [(owner, "CNAME", rrset)], target=name.parse(rrset.canonical[0]))
    if qtype in types:
        return Found("answer", [(owner, qtype, types[qtype])])
    return Found("nodata")


def _from_wildcard(zone, qname, wildcard, qtype):
    if wildcard not in zone.nodes:
        return Found("nxdomain")
    found = _at_node(zone.rrsets.get(wildcard, {}), qname, qtype)
    found.wildcard = wildcard
    return found


def _from_dname(zone, qname, owner):
    rrset = zone.rrsets[owner]["DNAME"]
    target = qname[:len(qname) - len(owner)] + name.parse(rrset.canonical[0])
    return Found("alias", [(owner, "DNAME", rrset), (qname, "CNAME", _alias(target, rrset.ttl))], target=target)


def _alias(target, ttl):
    return RRset(ttl, [name.show(target)], [name.wire(target)], [name.show(target)])
