"""What the reference resolvers are known not to manage in the box, by shape: counted as skipped for them, never for Homing."""

SLOW_TO_GIVE_UP = "repeats at a dead server for longer than our client waits"
FIRST_REPLY_COUNTS = "takes the first packet with the right ID and address for the answer, and ends there"

KNOWN = {
    "unbound": {
        "one-closed-of-two": SLOW_TO_GIVE_UP, "one-hole-of-two": SLOW_TO_GIVE_UP, "two-closed-of-three": SLOW_TO_GIVE_UP,
        "two-hole-of-three": SLOW_TO_GIVE_UP, "half-garbage": SLOW_TO_GIVE_UP, "half-edns-drop": SLOW_TO_GIVE_UP,
        "odd-garbage-first": FIRST_REPLY_COUNTS, "odd-wrong-question-first": FIRST_REPLY_COUNTS,
        "odd-edns-badvers": "takes BADVERS without records for NODATA",
        "half-empty": "takes an empty reply without AA for NODATA",
        "dname-asked-as-cname": "if it validates, wants a signature of the CNAME that a DNAME makes, if that was asked for",
        "all-endless-referral": "takes a referral of a zone to itself for NODATA",
    },
    "bind": {
        "sibling-glue": "does not follow the glue of two zones that serve each other",
        "large": "caches no RRset of more than 100 records",
        "half-empty": "takes an empty reply without AA for NODATA",
        "half-garbage": FIRST_REPLY_COUNTS, "odd-garbage-first": FIRST_REPLY_COUNTS,
        "odd-edns-badvers": "does without EDNS only after FORMERR", "odd-edns-notimp": "does without EDNS only after FORMERR",
        "odd-poison-additional": "refuses a negative reply with such an authority section",
    },
    "homing": {},
}


# What they make of DNSSEC: beginnings of shapes (None for all), a part of what is then found, and the reason.
KNOWN_OF_DNSSEC = {
    "unbound": (
        (None, "wanted one of", "has few codes for what is bogus: 9 for a chain, 6 for what it remembers"),
        (("bogus-revoked-only",), "it is bogus", "minds the REVOKE bit (RFC 5011) of trust anchors alone"),
        (("bogus-ds-downgrade",), "it is bogus", "lets a SHA-1 digest count beside one of SHA-256 (RFC 4509 §3 says SHOULD not)"),
        (("dnssec-half",), "it is secure", "does not always ask the other server when one gave something bogus"),
        (("dnssec-wrong-beside-right",), "it is secure", "judges a set by the signer's name of its first signature"),
    ),
    "bind": (
        (None, "wanted one of", "says nothing by EDE about validation"),
        (("dnssec-iterations", "crossing"), "it is insecure", "believes 150 iterations of NSEC3"),
        (("bogus-entry",), "it is bogus", "lets a DS lead to a key without the zone bit, or of another protocol"),
        (("dnssec-key-size",), "it is secure", "takes no RSA exponent of more than 35 bits"),
        (("bogus", "crossing"), "NO-ANSWER", "looks longer for what is not bogus than our client waits"),
        (("ordinary",), "AD is not set", "remembers some missing DS without their proofs"),
    ),
    "delv": (
        (None, "fully validated; it is insecure", "says of denied names and wildcards what the proof's signatures are, whatever opt-out "
                                                  "or more than 50 iterations of NSEC3 (it believes 150) make of it"),
        (("dnssec-key-size",), "it is secure", "takes no RSA exponent of more than 35 bits"),
        (("dnssec-half",), "it is secure", "does not ask again when a resolver gave it the bad copy"),
        (("bogus-entry",), "it is bogus", "lets a DS lead to a key without the zone bit, or of another protocol"),
    ),
    "homing": (),
}


def excuse_dnssec(resolver, shape, trouble):
    """Why such trouble is no news, or None."""
    for shapes, part, reason in KNOWN_OF_DNSSEC[resolver]:
        if part in trouble and (shapes is None or shape.startswith(shapes)):
            return reason
    return excuse(resolver, shape)


def excuse(resolver, shape):
    """Why a failure there is no news, or None. The box's Unbound is 1.17, its BIND 9.18: those of Debian 12."""
    return KNOWN.get(resolver, {}).get(shape)
