"""What can be broken in a zone once it is signed. Owners are relative to the zone; "@" is its apex, "*" as an owner is every one."""

import base64

from .. import name
from .plan import BOGUS_CODE, NO_DNSKEY, NO_NSEC, NO_RRSIG, Spoiling

PROOFS = ("NSEC", "NSEC3")


def corrupt_signature(*pairs, chain=False):
    """The last octets of these RRsets' signatures are others."""
    return Spoiling(_on_signatures(pairs, _corrupted), pairs, chain=chain, codes=frozenset({BOGUS_CODE}))


def drop_signature(*pairs, chain=False):
    return Spoiling(_on_signatures(pairs, lambda record: None), pairs, chain=chain, codes=frozenset({NO_RRSIG}))


def drop_all_signatures():
    """But those of the DNSKEY RRset."""
    def edit(records, zone):
        return [record for record in records if record.type != "RRSIG" or record.covers() == "DNSKEY"]

    return Spoiling(edit, (("*", "*"),), denial=True, codes=frozenset({NO_RRSIG}))


def drop_keys():
    """The DNSKEY RRset is gone, with its signatures."""
    def edit(records, zone):
        return [record for record in records if not record.is_of(name.lower(zone.apex), "DNSKEY")]

    return Spoiling(edit, chain=True, codes=frozenset({NO_DNSKEY, NO_RRSIG, BOGUS_CODE}))


def drop_proofs():
    """No NSEC and NSEC3 at all."""
    def edit(records, zone):
        return [record for record in records if record.type not in PROOFS and record.covers() not in PROOFS]

    return Spoiling(edit, denial=True, codes=frozenset({NO_NSEC, NO_RRSIG, BOGUS_CODE}))


def corrupt_proofs():
    """Every NSEC and NSEC3 has a bad signature."""
    def edit(records, zone):
        return [_corrupted(record) if record.covers() in PROOFS else record for record in records]

    return Spoiling(edit, denial=True, codes=frozenset({BOGUS_CODE, NO_NSEC}))


def _corrupted(record):
    words = record.text.split()
    octets = base64.b64decode("".join(words[8:]))
    spoiled = octets[:-4] + bytes(octet ^ 0x77 for octet in octets[-4:])
    record.text = " ".join([*words[:8], base64.b64encode(spoiled).decode()])
    return record


def _on_signatures(pairs, change):
    """Records with `change` made of the signatures of these RRsets; None drops one."""
    def edit(records, zone):
        wanted = {(name.lower(name.parse(owner, zone.apex)), type_text) for owner, type_text in pairs}
        kept = (change(record) if (name.lower(record.owner), record.covers()) in wanted else record for record in records)
        return [record for record in kept if record is not None]

    return edit
