"""The security status that a validating resolver must find: of a zone, and of what a zone says about one question."""

import functools
from dataclasses import dataclass

from . import name
from .dnssec.plan import BOGUS, INSECURE, SECURE

ORDER = (SECURE, INSECURE, BOGUS)


@dataclass
class Status:
    """`codes` are EDE codes: one of them belongs to a bogus answer, an insecure one may have them."""
    word: str
    codes: frozenset = frozenset()

    def and_then(self, other):
        """The status of an answer that is made of both."""
        if self.word == other.word:
            return Status(self.word, self.codes | other.codes)
        return max(self, other, key=lambda status: ORDER.index(status.word))


def of_zone(net, zone):
    """Of what the zone holds, as far as its own data is in order."""
    if zone not in net.statuses:
        net.statuses[zone] = _of_zone(net, zone)
    return net.statuses[zone]


def _of_zone(net, zone):
    apex = name.lower(zone.apex)
    if (apex, "*") in net.lies:
        return Status(BOGUS, net.lies[apex, "*"])
    if any(name.is_below(apex, above) for above in net.negative_anchors):
        return Status(INSECURE)
    own = Status(zone.signing.yields, zone.signing.codes) if zone.signing else Status(INSECURE)
    if apex in net.anchors:
        return _with_spoilings(zone, own)
    parent = net.parent_of(zone)
    above = of_zone(net, parent)
    if above.word != SECURE:
        return above
    delegated = of_rrset(parent, apex, "DS") if "DS" in parent.rrsets.get(apex, {}) else None
    if delegated is None:
        denied = of_denial(parent, apex)
        return Status(INSECURE, denied.codes) if denied.word != BOGUS else denied
    if delegated.word == BOGUS:
        return delegated
    return _with_spoilings(zone, own)


def _with_spoilings(zone, own):
    for spoiling in zone.signing.spoilings if zone.signing else ():
        if spoiling.chain:
            own = own.and_then(Status(BOGUS, spoiling.codes))
    return own


def of_found(net, zone, found, qname, qtype):
    """Of what `lookup.find` found in a zone."""
    status = of_zone(net, zone)
    if status.word != SECURE:
        return status
    codes = net.lies.get((qname, qtype)) or qtype == "DS" and net.lies.get((qname, "*"))
    if codes:
        return Status(BOGUS, codes)
    for owner, type_text, _ in found.records:
        place = found.wildcard if found.wildcard and owner == qname else owner
        if "DNAME" in (kind for _, kind, _ in found.records) and type_text == "CNAME":
            continue  # made up from the DNAME
        status = status.and_then(of_rrset(zone, place, type_text))
    if found.kind in ("nodata", "nxdomain") or found.wildcard:
        status = status.and_then(of_denial(zone, qname, by_name=found.kind == "nxdomain" or bool(found.wildcard)))
    return status


def of_rrset(zone, owner, type_text):
    """Of one RRset in a secure zone."""
    status = Status(SECURE)
    for spoiling in zone.signing.spoilings if zone.signing else ():
        for place, kind in spoiling.sets:
            if kind in ("*", type_text) and (place == "*" or name.lower(name.parse(place, zone.apex)) == owner) and type_text != "DNSKEY":
                status = status.and_then(Status(BOGUS, spoiling.codes))
    return status


def of_denial(zone, qname, by_name=False):
    """Of a proof in a secure zone that `qname` does not exist (`by_name`), or has not the type that was asked for."""
    signing = zone.signing
    status = Status(signing.denial_yields, signing.denial_codes)
    for spoiling in signing.spoilings:
        if spoiling.denial:
            status = status.and_then(Status(BOGUS, spoiling.codes))
    if signing.denial == "opt-out" and (by_name or not _is_in_chain(zone, qname)):
        status = status.and_then(Status(INSECURE))  # RFC 5155 §9.2
    return status


def _is_in_chain(zone, qname):
    """Whether an opt-out NSEC3 chain has a record for the name. ldns puts insecure delegations into it, the other tools do not."""
    return qname in _chain(zone)


@functools.cache
def _chain(zone):
    cuts = () if zone.signing.tool == "ldns" else zone.cuts
    owners = (owner for owner in [*zone.rrsets, *zone.cuts] if owner not in cuts or "DS" in zone.rrsets.get(owner, {}))
    return {above for owner in owners for above in name.ancestors(owner)}
