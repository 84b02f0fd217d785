"""dnsdist, whose packet cache answers here. What it does not know it asks the resolver behind it."""

from .settings import BACKEND_PORT, TLS_PORT

TITLE, PACKAGE = "dnsdist", "dnsdist"
WAYS = ("udp", "tcp", "dot")  # over HTTPS it answers two of dnsperf's streams on a connection, and then none
RESOLVES, TWO, FORWARDS, PROCESSES = False, True, True, False
CACHED = 500_000  # messages

# A listener is a thread: with two of each they share their port.
LISTENERS = """addLocal("127.0.0.1:{s.port}", {{ reusePort = true }})
addTLSLocal("127.0.0.1:{tls}", "{s.certificate.chain}", "{s.certificate.key}", {{ reusePort = true }})
"""
CONFIG = """setACL({{ "127.0.0.0/8" }})
setSecurityPollSuffix("")
setVerboseHealthChecks(false)
setMaxTCPClientThreads({s.threads})
newServer({{ address = "127.0.0.1:{backend}", healthCheckMode = "up" }})
getPool(""):setCache(newPacketCache({cached}))
"""


def files(settings):
    listeners = LISTENERS.format(s=settings, tls=TLS_PORT) * settings.threads
    return {"config": listeners + CONFIG.format(s=settings, backend=BACKEND_PORT, cached=CACHED)}


def command(settings, binary):
    return [binary or "dnsdist", "--supervised", "--disable-syslog", "-C", settings.directory / "config"]
