"""Zone files, and the master-file form that all three programs read alike."""

from .. import name
from ..model import DAY


def lines(zone):
    """The zone's own records, then its delegations and their glue. SOA first, as servers like it. Its keys are added by who signs it."""
    owners = sorted(zone.rrsets, key=lambda owner: owner != name.lower(zone.apex))
    for owner in owners:
        types = zone.rrsets[owner]
        for type_text in sorted(types.keys() - {"DNSKEY"}, key=lambda text: (text != "SOA", text)):
            for text in types[type_text].source:
                yield f"{name.show(zone.spelling[owner])} {types[type_text].ttl} IN {type_text} {text}"
    glue = set()
    for apex, (servers, records) in zone.cuts.items():
        for server in servers:
            yield f"{name.show(apex)} {DAY} IN NS {name.show(server)}"
        glue.update(records)
    for owner, type_text, text in sorted(glue):
        yield f"{name.show(owner)} {DAY} IN {type_text} {text}"


def title(zone):
    """What its files are called."""
    return name.show(name.lower(zone.apex)).rstrip(".").replace("/", "_") or "root"


def write(net, directory):
    """Writes every zone once, whoever serves it; returns zone -> path."""
    directory.mkdir()
    paths = {}
    for zone in net.zones.values():
        paths[zone] = directory / f"{title(zone)}.zone"
        paths[zone].write_text("\n".join(lines(zone)) + "\n")
    return paths
