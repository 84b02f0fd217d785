"""NSD, which takes no updates: a secondary, or a primary of what its files say."""

PROGRAM = "nsd"

SERVER = """server:
    username: ""
    chroot: ""
    database: ""
    zonesdir: "{state}"
    zonelistfile: "{state}/zone.list"
    xfrdfile: "{state}/xfrd"
    xfrdir: "{state}"
    pidfile: "{directory}/pid"
    server-count: 1
    tcp-count: 200
    ip-address: 127.0.0.1@{port}
    rrl-ratelimit: 0
    rrl-whitelist-ratelimit: 0
    xfrd-reload-timeout: 0
    verbosity: 1
remote-control:
    control-enable: no
"""


def prepare(server):
    """Writes the configuration; returns the command."""
    parts = [SERVER.format(state=server.state, directory=server.directory, port=server.port)]
    parts += [f'key:\n    name: "{key.name}"\n    algorithm: {key.algorithm}\n    secret: "{key.base64}"\n' for key in server.keys]
    parts += [_zone(server, zone) for zone in server.zones]
    config = server.directory / "config"
    config.write_text("".join(parts) + server.extra)
    return [server.binary or "nsd", "-d", "-c", config]


def _zone(server, zone):
    lines = ["zone:", f'    name: "{zone.apex}"', f'    zonefile: "{server.zone_file(zone)}"']
    for peer in zone.primaries:
        lines.append(f"    request-xfr: {peer.address}@{peer.port} {_key(peer)}")
    if zone.primaries:
        lines += ["    allow-notify: 127.0.0.0/8 NOKEY", *(f"    allow-notify: 127.0.0.0/8 {peer.key.name}" for peer in zone.primaries if peer.key)]
        lines += ["    min-refresh-time: 1", "    min-retry-time: 1", "    min-expire-time: 3"]
    for key in zone.transfer:
        lines.append(f"    provide-xfr: 127.0.0.0/8 {key.name}")
    for peer in zone.notify:
        lines.append(f"    notify: {peer.address}@{peer.port} {_key(peer)}")
    lines += [f"    {line}" for line in zone.settings.get("nsd", ())]
    return "\n".join(lines) + "\n"


def _key(peer):
    return peer.key.name if peer.key else "NOKEY"
