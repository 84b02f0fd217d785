"""ldns-keygen and ldns-signzone, the companions of NSD."""

from .. import name
from . import canonical, keyfiles
from .run import run

ALGORITHMS = {5: "RSASHA1", 7: "RSASHA1-NSEC3-SHA1", 8: "RSASHA256", 10: "RSASHA512", 13: "ECDSAP256SHA256", 14: "ECDSAP384SHA384",
              15: "ED25519", 16: "ED448"}


def make_key(zone, signing, plan, directory):
    algorithm = plan.algorithm or signing.algorithm
    sizes = ["-b", str(plan.bits)] if algorithm < 13 else []
    entry = [] if plan.role == "zsk" else ["-k"]
    said = run(["ldns-keygen", "-a", ALGORITHMS[algorithm], *sizes, *entry, name.show(zone.apex)], directory)
    return keyfiles.read(zone.apex, directory, said.split()[0])


def sign(zone, signing, directory, source, target, now):
    pairs = list(zip(signing.keys, zone.keys))
    unsigned = directory / "unsigned"
    silent = "".join(keyfiles.line(key) for plan, key in pairs if plan.published and not plan.signs)
    unsigned.write_text(source.read_text() + silent)
    denial = [] if signing.denial == "nsec" else ["-n", "-t", str(signing.iterations), *(["-s", signing.salt] if signing.salt else [])]
    denial += ["-p"] * (signing.denial == "opt-out")
    run(["ldns-signzone", "-o", name.show(zone.apex), "-f", str(target), "-i", canonical.show_time(now + signing.begins),
         "-e", canonical.show_time(now + signing.ends), *denial, str(unsigned),
         *(key.private for plan, key in pairs if plan.signs)], directory)
