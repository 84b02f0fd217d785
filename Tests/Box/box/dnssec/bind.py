"""BIND's dnssec-keygen and dnssec-signzone."""

import re

from .. import name
from . import canonical, keyfiles
from .run import run

ALGORITHMS = {5: "RSASHA1", 7: "NSEC3RSASHA1", 8: "RSASHA256", 10: "RSASHA512", 13: "ECDSAP256SHA256", 14: "ECDSAP384SHA384",
              15: "ED25519", 16: "ED448"}


def make_key(zone, signing, plan, directory):
    algorithm = plan.algorithm or signing.algorithm
    sizes = ["-b", str(plan.bits)] if algorithm < 13 else []
    entry = [] if plan.role == "zsk" else ["-f", "KSK"]
    said = run(["dnssec-keygen", "-q", "-a", ALGORITHMS[algorithm], *sizes, *entry, name.show(zone.apex)], directory)
    return keyfiles.read(zone.apex, directory, re.search(r"^K\S+", said, re.MULTILINE).group())


def sign(zone, signing, directory, source, target, now):
    pairs = list(zip(signing.keys, zone.keys))
    unsigned = directory / "unsigned"
    published = "".join(keyfiles.line(key) for plan, key in pairs if plan.published)
    unsigned.write_text(source.read_text() + published)
    denial = [] if signing.denial == "nsec" else ["-3", signing.salt or "-", "-H", str(signing.iterations)]
    denial += ["-A"] * (signing.denial == "opt-out")
    # -x: only those for it sign the DNSKEY RRset; -z: a key for it signs everything.
    roles = "-x" if any(plan.role == "zsk" and plan.signs for plan, _ in pairs) else "-z"
    run(["dnssec-signzone", "-q", "-P", roles, "-o", name.show(zone.apex), "-O", "full", "-f", str(target),
         "-s", canonical.show_time(now + signing.begins), "-e", canonical.show_time(now + signing.ends), *denial, str(unsigned),
         *(key.private for plan, key in pairs if plan.signs)], directory)
