"""The programs that people have write to their zones, unmodified: Kea with real DHCP clients, certbot, lego, octoDNS, Ansible."""

import subprocess

from ..dynamic.programs import acme, declared, dhcp, reenacted
from ..dynamic.server import DynamicServer
from ..process import BoxError


def check(box, verdict):
    if box.kind not in ("homing", "bind"):
        return verdict.skip(f"{box.kind} is not tried with this")
    keys = [dhcp.KEY, acme.KEY, declared.KEY, *reenacted.KEYS]
    zones = [*dhcp.ZONES, *acme.ZONES, *declared.ZONES, *reenacted.ZONES]
    _be_own_resolver(box)
    server = DynamicServer(box.kind, box.directory / "clients", zones, keys, binary=box.binary, port=53, tls_port=8853).start()
    try:
        reenacted.run(verdict, server)
        for title, run in (("dhcp", dhcp.run), ("acme", acme.run), ("declared", declared.run)):
            try:
                run(verdict, server, box.directory / f"clients-{title}")
            except (BoxError, subprocess.SubprocessError) as error:
                verdict.expect(False, f"{title}: {error}")
    finally:
        server.stop()
        subprocess.run(["umount", "/etc/resolv.conf"], check=False)


def _be_own_resolver(box):
    """In the box's own mount namespace, programs find the server where they look for one."""
    path = box.directory / "resolv.conf"
    path.write_text("nameserver 127.0.0.1\n")
    subprocess.run(["mount", "--bind", path, "/etc/resolv.conf"], check=True)
