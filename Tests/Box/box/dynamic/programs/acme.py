"""certbot and lego, which prove to an ACME server by TXT records that a name is theirs; that server is pebble, which asks the server under test."""

import contextlib
import json
import os
import subprocess

from ...clients.chains import Authority
from ...process import Program, wait_until
from ..zones import Key, Zone
from .. import ways

KEY = Key("acme-key", "hmac-sha512")
APEX = "acme.example."
ZONES = [Zone(APEX, grants=(f"grant {KEY.name} zonesub TXT",), transfer=(KEY,))]
PORT, MANAGEMENT = 14000, 15000
DIRECTORY = f"https://localhost:{PORT}/dir"


def run(verdict, server, directory):
    directory.mkdir()
    authority = Authority(directory / "authority")
    with _pebble(directory, server, authority):
        _certbot(verdict, server, directory)
        _lego(verdict, server, directory, authority)


@contextlib.contextmanager
def _pebble(directory, server, authority):
    own = authority.issue("pebble", ["localhost"], ["127.0.0.1"])
    config = directory / "pebble.json"
    config.write_text(json.dumps({"pebble": {
        "listenAddress": f"127.0.0.1:{PORT}", "managementListenAddress": f"127.0.0.1:{MANAGEMENT}", "certificate": str(own.chain), "privateKey": str(own.key),
        "httpPort": 5002, "tlsPort": 5001, "ocspResponderURL": "", "externalAccountBindingRequired": False}}))
    program = Program("pebble", ["pebble", "-config", str(config), "-dnsserver", f"127.0.0.1:{server.port}"], directory / "pebble.log",
                      env={**os.environ, "PEBBLE_VA_NOSLEEP": "1", "PEBBLE_WFE_NONCEREJECT": "0"})
    try:
        wait_until(lambda: "Listening" in program.log.read_text(errors="replace"), 20, "pebble listens", program)
        yield
    finally:
        program.stop()


def _certbot(verdict, server, directory):
    secrets = directory / "rfc2136.ini"
    secrets.write_text(f"dns_rfc2136_server = 127.0.0.1\ndns_rfc2136_port = {server.port}\ndns_rfc2136_name = {KEY.name}.\n"
                       f"dns_rfc2136_secret = {KEY.base64}\ndns_rfc2136_algorithm = HMAC-SHA512\n")
    secrets.chmod(0o600)
    home = directory / "certbot"
    command = ["certbot", "certonly", "--non-interactive", "--agree-tos", "--register-unsafely-without-email", "--server", DIRECTORY, "--no-verify-ssl",
               "--config-dir", home / "config", "--work-dir", home / "work", "--logs-dir", home / "logs", "--dns-rfc2136", "--dns-rfc2136-credentials", secrets,
               "--dns-rfc2136-propagation-seconds", "1", "-d", f"certbot.{APEX.rstrip('.')}", "-d", f"*.certbot.{APEX.rstrip('.')}"]
    _obtain(verdict, server, "certbot", command, home / "config" / "live" / f"certbot.{APEX.rstrip('.')}" / "fullchain.pem", {})


def _lego(verdict, server, directory, authority):
    home = directory / "lego"
    environment = {"LEGO_CA_CERTIFICATES": str(authority.path), "RFC2136_NAMESERVER": f"127.0.0.1:{server.port}", "RFC2136_TSIG_KEY": f"{KEY.name}.",
                   "RFC2136_TSIG_ALGORITHM": "hmac-sha512.", "RFC2136_TSIG_SECRET": KEY.base64, "RFC2136_POLLING_INTERVAL": "1", "RFC2136_PROPAGATION_TIMEOUT": "30"}
    command = ["lego", "--server", DIRECTORY, "--accept-tos", "--email", "box@example.com", "--dns", "rfc2136", "--dns.resolvers", f"127.0.0.1:{server.port}",
               "--path", home, "--domains", f"lego.{APEX.rstrip('.')}", "--domains", f"*.lego.{APEX.rstrip('.')}"]
    if server.port != 53:
        command.append("--dns.disable-cp")  # it would ask the zone's servers on their usual port
    _obtain(verdict, server, "lego", [*command, "run"], home / "certificates" / f"lego.{APEX.rstrip('.')}.crt", environment)


def _obtain(verdict, server, title, command, certificate, environment):
    serial = server.serial(APEX)
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=180, env={**os.environ, **environment})
    said = (done.stdout + done.stderr).strip()
    verdict.expect(done.returncode == 0 and certificate.exists(), f"{title} gets a certificate for a name and all below it"
                   + ("" if done.returncode == 0 else f": {said[-1500:]}"))
    left = ways.look(ways.of(server)["UDP"], f"_acme-challenge.{title}.{APEX}", "TXT")
    verdict.expect(left == ("NXDOMAIN", []) and server.serial(APEX) != serial, f"{title} leaves nothing behind: {left}, serial {serial} then {server.serial(APEX)}")
