"""What the servers that stand in for Homing are known not to do as the list of odd input has it. Homing is excused of nothing."""

import fnmatch

KNOWN = {
    "bind": {
        "an expired zone comes back": "BIND looks for a zone that it could not load once a minute",
        "updates are forwarded": "BIND is not told to forward updates here",
        "row 14: a question of class 1234": "NOTIMP",
        "row 19: *": "all RRsets over UDP too, unless minimal-any is set",
        "row 45: a MAC of 0 octets": "NOTAUTH with BADSIG",
        "row 58: *": "no extended errors with a refused update",
        "row 61: a notification by a stranger": "a primary answers NOERROR and does nothing",
        "names are synced": "BIND syncs its journals, but not the directory that names them",
        "writes that were not synced": "BIND's journal is corrupt when blocks of it reached the disk that it had not synced: the zone is not loaded",
        "disk: writes *": "BIND writes by stdio, which is not seen here",
        "disk: it is read-only*": "BIND writes by stdio, which is not seen here",
        "SIG(0)": "Debian's BIND no longer verifies SIG(0), since CVE-2024-1975",
    },
    "nsd": {
        "case of names": "NSD keeps a name that it knows as it saw it first",
    },
    "knot": {
        "case of names": "Knot keeps names in lower case",
        "names are synced": "Knot syncs its store, but not the directory that names it",
        "disk: writes *": "Knot writes through memory",
        "disk: it is read-only*": "Knot writes through memory",
        "SIG(0)": "Knot does not know SIG(0)",
        "policy": "Knot has no such rules",
    },
}


def known(kind, what):
    """Why this kind of server is not expected to get that right; None where it is."""
    return next((why for pattern, why in KNOWN.get(kind, {}).items() if fnmatch.fnmatchcase(what, pattern)), None)
