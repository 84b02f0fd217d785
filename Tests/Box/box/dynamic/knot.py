"""Knot DNS with dynamic zones. Its journal is synced with each change (journal-db-mode: robust)."""

PROGRAM = "knotd"

SERVER = """server:
    rundir: "{directory}"
    user: "root"
    udp-workers: {workers}
    tcp-workers: {workers}
    background-workers: {workers}
    udp-max-payload: 1232
    listen: [ "127.0.0.1@{port}" ]
database:
    storage: "{state}"
    journal-db-mode: robust
    journal-db-max-size: 1G
log:
  - target: stderr
    any: info
"""
TEMPLATE = """template:
  - id: default
    storage: "{state}"
    zonefile-sync: -1
    zonefile-load: whole
    journal-content: changes
    journal-max-usage: 512M
    journal-max-depth: 20000
    serial-policy: increment
    semantic-checks: off
    refresh-min-interval: 2
    retry-min-interval: 1
    expire-min-interval: 3
"""
KEPT = ["    zonefile-load: none", "    journal-content: all"]  # of a secondary zone, which has no file


def prepare(server):
    """Writes the configuration; returns the command."""
    parts = [SERVER.format(state=server.state, directory=server.directory, port=server.port, workers=server.workers)]
    if server.keys:
        parts.append("key:\n")
        parts += [f"  - id: {key.name}\n    algorithm: {key.algorithm}\n    secret: {key.base64}\n" for key in server.keys]
    peers = list(dict.fromkeys(peer for zone in server.zones for peer in (*zone.primaries, *zone.notify)))
    if peers:
        parts.append("remote:\n")
        for peer in peers:
            parts.append(f"  - id: {_title(peer)}\n    address: {peer.address}@{peer.port}\n" + (f"    key: {peer.key.name}\n" if peer.key else ""))
    rules = [rule for zone in server.zones for rule in _rules(server, zone)]
    if rules:
        parts += ["acl:\n", *rules]
    # What is on disk holds everything: a server that was killed goes on from its journal.
    parts.append(TEMPLATE.format(state=server.state))
    interpreted = [zone for zone in server.zones if zone.catalog]
    if interpreted:
        parts.append("  - id: member\n    storage: \"" + str(server.state) + "\"\n    refresh-min-interval: 2\n    retry-min-interval: 1\n")
        for zone in interpreted:
            if zone.primaries:
                parts.append(f"    master: [{', '.join(_title(peer) for peer in zone.primaries)}]\n    acl: [{zone.title}-acl]\n")
    parts.append("zone:\n")
    parts += [_zone(server, zone) for zone in server.zones]
    config = server.directory / "config"
    config.write_text("".join(parts) + server.extra)
    return [server.binary or "knotd", "-c", config]


def _title(peer):
    return f"peer-{peer.port}-{peer.key.name if peer.key else 'open'}"


def _rules(server, zone):
    """Who may change a zone may change all of it here."""
    known = {key.name for key in server.keys}
    granted = sorted({rule.split()[1] for rule in zone.grants if rule.startswith("grant")} & known)
    if granted:
        yield f"  - id: {zone.title}-update\n    key: [{', '.join(granted)}]\n    action: update\n"
    if zone.transfer:
        yield f"  - id: {zone.title}-transfer\n    key: [{', '.join(key.name for key in zone.transfer)}]\n    action: transfer\n"
    if zone.primaries:
        keys = sorted({peer.key.name for peer in zone.primaries if peer.key})
        yield f"  - id: {zone.title}-acl\n    address: [127.0.0.0/8]\n    action: [notify]\n" + (f"    key: [{', '.join(keys)}]\n" if keys else "")


def _zone(server, zone):
    lines = [f"  - domain: {zone.apex}", f'    file: "{server.zone_file(zone)}"']
    if zone.primaries:
        lines += [f"    master: [{', '.join(_title(peer) for peer in zone.primaries)}]", *KEPT]
    if zone.notify:
        lines.append(f"    notify: [{', '.join(_title(peer) for peer in zone.notify)}]")
    rules = [rule.split("\n", 1)[0].removeprefix("  - id: ") for rule in _rules(server, zone)]
    if rules:
        lines.append(f"    acl: [{', '.join(rules)}]")
    if zone.catalog == "consumer":
        lines += ["    catalog-role: interpret", "    catalog-template: member"]
    lines += [f"    {line}" for line in zone.settings.get("knot", ())]
    return "\n".join(lines) + "\n"
