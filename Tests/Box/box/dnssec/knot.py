"""Knot DNS's keymgr and kzonesign."""

import base64
import re

from .. import name
from .keys import Key
from .plan import DAY
from .run import run

ALGORITHMS = {5: "rsasha1", 7: "rsasha1-nsec3-sha1", 8: "rsasha256", 10: "rsasha512", 13: "ecdsap256sha256", 14: "ecdsap384sha384",
              15: "ed25519", 16: "ed448"}
LONG_AGO, NEVER = 1_500_000_000, 4_000_000_000  # key times, seconds since 1970
EARLIER = 90 * 60  # kzonesign's signatures begin so many seconds before the time it is told

CONFIGURATION = """database:
  storage: "{directory}"
  kasp-db-max-size: 16M
  journal-db-max-size: 16M
log:
  - target: stderr
    any: warning
policy:
  - id: box
    manual: on
    algorithm: {algorithm}
    rrsig-lifetime: {lifetime}
    rrsig-refresh: 2d
    zone-max-ttl: 1d
    nsec3: {nsec3}
    nsec3-iterations: {iterations}
    nsec3-salt-length: {salt_length}
    nsec3-opt-out: {opt_out}
template:
  - id: default
    semantic-checks: off
zone:
  - domain: "{apex}"
    storage: "{storage}"
    file: "{file}"
    dnssec-signing: on
    dnssec-policy: box
"""


def _configure(zone, signing, directory, source=None):
    """Its timing needs the zone's source only for signing."""
    config = directory / "knot.conf"
    config.write_text(CONFIGURATION.format(
        directory=directory, algorithm=ALGORITHMS[signing.algorithm], lifetime=signing.ends - signing.begins - EARLIER,
        nsec3="off" if signing.denial == "nsec" else "on", iterations=signing.iterations, salt_length=len(signing.salt) // 2,
        opt_out="on" if signing.denial == "opt-out" else "off", apex=name.show(zone.apex).replace("\\", "\\\\"),
        storage=source.parent if source else directory, file=source.name if source else "none"))
    return config


def make_key(zone, signing, plan, directory):
    algorithm, apex = plan.algorithm or signing.algorithm, name.show(zone.apex)
    config = _configure(zone, signing, directory)
    words = [f"algorithm={algorithm}", f"ksk={'no' if plan.role == 'zsk' else 'yes'}", f"zsk={'no' if plan.role == 'ksk' else 'yes'}"]
    words += [f"size={plan.bits}"] * (algorithm < 13)
    words += [f"created={LONG_AGO}", f"publish={LONG_AGO}", f"active={LONG_AGO if plan.signs else NEVER}"]
    words += [f"ready={LONG_AGO if plan.signs else NEVER}"] * (plan.role != "zsk")
    title = run(["keymgr", "-c", str(config), apex, "generate", *words], directory).split()[-1]
    said = run(["keymgr", "-c", str(config), apex, "dnskey", title], directory)
    flags, protocol, number, public = re.search(r"DNSKEY (\d+) (\d+) (\d+) (\S+)", said).groups()
    return Key(zone.apex, int(flags), int(number), base64.b64decode(public), int(protocol), private=title)


def sign(zone, signing, directory, source, target, now):
    config, made = _configure(zone, signing, directory, source), directory / "made"
    made.mkdir()
    run(["kzonesign", "-c", str(config), "-o", str(made), "-t", str(now + signing.begins + EARLIER), name.show(zone.apex)], directory)
    (made / source.name).rename(target)
