"""PowerDNS Recursor. It serves no encrypted clients."""

TITLE, PACKAGE = "PowerDNS Recursor", "pdns-recursor"
WAYS = ("udp", "tcp")
RESOLVES, TWO, FORWARDS, PROCESSES = True, True, False, False
ENTRIES_A_MEBIBYTE = 2000  # of its caches, which are limited by their entries

CONFIG = """local-address=127.0.0.1
local-port={s.port}
allow-from=127.0.0.0/8
hint-file={s.directory}/root.hints
socket-dir={s.directory}
daemon=no
disable-syslog=yes
loglevel=0
quiet=yes
security-poll-suffix=
threads={s.threads}
pdns-distributes-queries=no
reuseport=yes
max-cache-entries={entries}
max-packetcache-entries={entries}
dnssec={validation}
lua-config-file={s.directory}/anchors.lua
"""


def files(settings):
    anchors = "".join(f'addTA(".", "{tag} {algorithm} {digest_type} {digest}")\n' for tag, algorithm, digest_type, digest in settings.root_anchors)
    return {"recursor.conf": CONFIG.format(s=settings, entries=settings.cache * ENTRIES_A_MEBIBYTE, validation="validate" if anchors else "off"),
            "anchors.lua": 'clearTA(".")\n' + anchors if anchors else ""}


def command(settings, binary):
    return [binary or "pdns_recursor", f"--config-dir={settings.directory}"]
