"""BIND with dynamic zones. Nothing waits for a timer that need not: changes are told of at once."""

PROGRAM = "named"

SERVER = """options {{
    directory "{state}";
    pid-file "{directory}/pid";
    session-keyfile none;
    lock-file none;
    listen-on port {port} {{ 127.0.0.1; }};
    listen-on port {tls} tls ephemeral {{ 127.0.0.1; }};
    listen-on-v6 {{ none; }};
    recursion no;
    allow-query {{ any; }};
    allow-transfer {{ none; }};
    notify explicit;
    notify-delay 0;
    notify-rate 1000;
    startup-notify-rate 1000;
    serial-query-rate 1000;
    min-refresh-time 1;
    min-retry-time 1;
    request-ixfr yes;
    provide-ixfr yes;
    max-ixfr-ratio unlimited;
    max-journal-size {journal};
    empty-zones-enable no;
    check-integrity no;
    check-names primary ignore;
    check-names secondary ignore;
    dnssec-validation no;
    edns-udp-size 1232;
    max-udp-size 1232;
    update-quota 1000;
    tcp-clients 1000;
{options}}};
controls {{ }};
"""
JOURNAL = "256M"


def prepare(server):
    """Writes the configuration; returns the command."""
    parts = [SERVER.format(state=server.state, directory=server.directory, port=server.port, tls=server.tls_port, journal=JOURNAL,
                           options="".join(_catalog(zone) for zone in server.zones if zone.catalog == "consumer"))]
    parts += [f'key "{key.name}" {{ algorithm {key.algorithm}; secret "{key.base64}"; }};\n' for key in server.keys]
    parts += [_zone(server, zone) for zone in server.zones]
    config = server.directory / "config"
    config.write_text("".join(parts) + server.extra)
    return [server.binary or "named", "-g", "-n", server.workers, "-c", config]


def _zone(server, zone):
    lines = [f'zone "{zone.apex}" {{', f"    type {'secondary' if zone.primaries else 'primary'};", f'    file "{server.zone_file(zone)}";']
    if zone.primaries:
        lines.append(f"    primaries {{ {_peers(zone.primaries)} }};")
    if zone.grants:
        lines.append("    update-policy { " + " ".join(f"{rule};" for rule in zone.grants) + " };")
    if zone.transfer:
        lines.append("    allow-transfer { " + " ".join(f'key "{key.name}";' for key in zone.transfer) + " };")
    if zone.notify:
        lines.append(f"    also-notify {{ {_peers(zone.notify)} }};")
    lines += [f"    {line}" for line in zone.settings.get("bind", ())]
    return "\n".join(lines) + "\n};\n"


def _peers(peers):
    return " ".join(f"{peer.address} port {peer.port}" + (f' key "{peer.key.name}"' if peer.key else "") + ";" for peer in peers)


def _catalog(zone):
    return f'    catalog-zones {{ zone "{zone.apex}" default-primaries {{ {_peers(zone.primaries)} }} in-memory yes min-update-interval 1; }};\n'
