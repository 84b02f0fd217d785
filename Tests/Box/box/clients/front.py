"""Homing with its encrypted front open, and what clients have to be told of it."""

import subprocess

from ..process import BoxError

NAME, PATH = "resolver.box.example", "/dns-query"
TLS_PORT, HTTPS_PORT, HTTP_PORT = 853, 443, 8080
ADDRESSES = ("127.0.0.1", "::1")
LISTEN = f"""  tls: ["127.0.0.1", "::1"]
  https: ["127.0.0.1", "::1"]
  http: "127.0.0.1:{HTTP_PORT}"
"""
IDENTITY = f"""tls:
  names: {NAME}
  addresses: ["127.0.0.1", "::1"]
"""


def open_front(box, extra=IDENTITY, listen=LISTEN, **options):
    """A fresh resolver that listens on all that there is. `extra` says what it shows to clients."""
    return box.renew_resolver(listen=listen, extra=extra, **options)


def authority(box, resolver):
    """The file with the authority that Homing has made itself, as a person would get it."""
    done = subprocess.run([box.binary, "certificate", "--config", resolver.config, "--ca"], capture_output=True, text=True, timeout=20)
    if done.returncode:
        raise BoxError(f"homing certificate --ca: {done.stderr.strip()}")
    path = resolver.config.parent / "authority.pem"
    path.write_text(done.stdout)
    return path
