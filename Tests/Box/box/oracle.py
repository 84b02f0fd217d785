"""The answer that a perfect resolver would give: it has read every zone file and never sends a packet."""

from . import name, security
from .lookup import find

CHAIN_LIMIT = 12  # names in a chain of aliases; the longest that is meant to work has 8 aliases


def expect(net, question):
    """Fills in the question's `rcode`, `answer`, `status` and `codes`; turns it meant-to-fail if it cannot be answered."""
    records, qname, status = [], name.lower(question.qname), security.Status(security.SECURE)
    for _ in range(CHAIN_LIMIT):
        zone = net.zone_for(qname, question.qtype)
        if net.is_broken(zone):
            break
        found = find(zone, qname, question.qtype)
        status = status.and_then(security.of_found(net, zone, found, qname, question.qtype))
        for owner, type_text, rrset in found.records:
            records += [f"{name.show(owner)} {type_text} {text}" for text in rrset.canonical]
        if found.kind != "alias" or question.qtype == "CNAME":
            question.rcode = "NXDOMAIN" if found.kind == "nxdomain" and zone.denies_names else "NOERROR"
            question.answer = sorted(set(records))
            question.status, question.codes = status.word, status.codes
            return
        qname = name.lower(found.target)
    question.kind, question.rcode, question.answer = "meant-to-fail", "SERVFAIL", []
