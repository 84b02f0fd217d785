"""dnsmasq, whose cache answers here. It has one thread, and a process for each TCP connection, which ends after a hundred questions: some are lost."""

from .settings import BACKEND_PORT

TITLE, PACKAGE = "dnsmasq", "dnsmasq-base"
WAYS = ("udp", "tcp")
RESOLVES, TWO, FORWARDS, PROCESSES = False, False, True, False

CONFIG = """port={s.port}
listen-address=127.0.0.1
bind-interfaces
user=root
pid-file=
no-resolv
no-hosts
no-poll
server=127.0.0.1#{backend}
cache-size={cached}
cache-rr=ANY
dns-forward-max=1000
log-facility=/dev/null
"""
CACHED = 50_000  # records; its default of 150 is for a household


def files(settings):
    return {"config": CONFIG.format(s=settings, backend=BACKEND_PORT, cached=CACHED)}


def command(settings, binary):
    return [binary or "dnsmasq", "--keep-in-foreground", "-C", settings.directory / "config"]
