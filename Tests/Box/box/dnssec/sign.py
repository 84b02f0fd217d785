"""Signs the small internet: keys for every zone, their DS in the parents, then all zone files, several at a time."""

import os
import time
from concurrent.futures import ThreadPoolExecutor

from .. import name
from ..servers import zonefile
from . import bind, hand, knot, ldns, records

TOOLS = {"bind": bind, "knot": knot, "ldns": ldns, "hand": hand}
SLOW = 3000  # bits of an RSA key from which on it is made first


def make_keys(net, directory):
    """After this the model knows every DNSKEY and DS, so that expectations can be worked out."""
    directory.mkdir()
    signed = [zone for zone in net.zones.values() if zone.signing]
    signed.sort(key=lambda zone: -max(plan.bits for plan in zone.signing.keys) // SLOW)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(lambda zone: _make_keys_of(zone, directory), signed))
    for zone in signed:
        _publish(net, zone)


def _make_keys_of(zone, directory):
    zone.workshop = directory / zonefile.title(zone)
    zone.workshop.mkdir()
    tool = TOOLS.get(zone.signing.tool, hand)
    zone.keys = [(tool if plan.published else hand).make_key(zone, zone.signing, plan, zone.workshop) for plan in zone.signing.keys]


def _publish(net, zone):
    for plan, key in zip(zone.signing.keys, zone.keys):
        octets = key.rdata()
        if plan.published and zone.signing.tool != "none":
            zone.add("@", "DNSKEY", f"\\# {len(octets)} {octets.hex()}")
        for digest in plan.digests():
            octets = key.ds(abs(digest), right=digest > 0)
            parent = net.parent_of(zone)
            if parent is not None and zone.delegated:
                parent.add(zone.apex, "DS", f"\\# {len(octets)} {octets.hex()}", ttl=3600)


def sign(net, directory, now=None):
    """Writes every zone file. Returns a function of a zone and a daemon that gives the path of the file to be served."""
    now = int(time.time() if now is None else now)
    plain = zonefile.write(net, directory)
    (directory / "signed").mkdir()
    ready = {zone: directory / "signed" / plain[zone].name for zone in net.zones.values() if zone.signing and zone.signing.tool in TOOLS}
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(lambda pair: _sign(pair[0], plain[pair[0]], pair[1], now), ready.items()))

    def path(zone, daemon):
        copy = zone.copies.get(daemon.title)
        if copy is None:
            return ready.get(zone, plain[zone])
        if copy == "unsigned":
            return plain[zone]
        target = directory / "signed" / f"{zonefile.title(zone)}.{daemon.title}"
        records.write(target, copy.edit(records.read(ready[zone]), zone))
        return target

    return path


def _sign(zone, source, target, now):
    TOOLS[zone.signing.tool].sign(zone, zone.signing, zone.workshop, source, target, now)
    if zone.signing.spoilings:
        held = records.read(target)
        for spoiling in zone.signing.spoilings:
            held = spoiling.edit(held, zone)
        records.write(target, held)
