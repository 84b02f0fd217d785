"""PowerDNS with its SQLite store, as a primary that takes updates, or as a secondary."""

import subprocess

PROGRAM = "pdns_server"

SERVER = """local-address=127.0.0.1
local-port={port}
socket-dir={directory}
launch=gsqlite3
gsqlite3-database={state}/pdns.sqlite3
gsqlite3-pragma-synchronous=1
primary=yes
secondary=yes
dnsupdate=yes
allow-dnsupdate-from=127.0.0.0/8
allow-axfr-ips=127.0.0.0/8
allow-notify-from=127.0.0.0/8
xfr-cycle-interval=1
zone-cache-refresh-interval=0
cache-ttl=0
query-cache-ttl=0
negquery-cache-ttl=0
guardian=no
daemon=no
security-poll-suffix=
loglevel=4
"""
SCHEMA = "/usr/share/pdns-backend-sqlite3/schema/schema.sqlite3.sql"


def prepare(server):
    """Writes the configuration and fills the store; returns the command."""
    config = server.directory / "pdns.conf"
    config.write_text(SERVER.format(state=server.state, directory=server.directory, port=server.port) + server.extra)
    store = server.state / "pdns.sqlite3"
    if not store.exists():
        with open(SCHEMA) as schema:
            subprocess.run(["sqlite3", store], stdin=schema, check=True)
        _fill(server)
    return [server.binary or "pdns_server", f"--config-dir={server.directory}"]


def _fill(server):
    tell = lambda *words: subprocess.run(["pdnsutil", f"--config-dir={server.directory}", *map(str, words)], check=True, capture_output=True)
    for key in server.keys:
        tell("import-tsig-key", key.name, key.algorithm, key.base64)
    for zone in server.zones:
        if zone.primaries:
            tell("create-secondary-zone", zone.apex, *(f"{peer.address}:{peer.port}" for peer in zone.primaries))
            for peer in zone.primaries:
                if peer.key:
                    tell("activate-tsig-key", zone.apex, peer.key.name, "secondary")
            continue
        tell("load-zone", zone.apex, server.zone_file(zone))
        tell("set-kind", zone.apex, "primary")
        for key in zone.transfer:
            tell("activate-tsig-key", zone.apex, key.name, "primary")
        for rule in zone.grants:
            tell("add-meta", zone.apex, "TSIG-ALLOW-DNSUPDATE", rule.split()[1].strip('"'))
        for peer in zone.notify:
            tell("add-meta", zone.apex, "ALSO-NOTIFY", f"{peer.address}:{peer.port}")
