"""Headless Chromium, whose secure DNS an administrator has set by a managed policy."""

import json
import subprocess

from . import command

# A file system of its own lies over Debian's directory of policies, for this one process.
SCRIPT = """set -e
mount -t tmpfs tmpfs /etc/chromium
mkdir -p /etc/chromium/policies/managed
cp "$1" /etc/chromium/policies/managed/box.json
shift
exec chromium "$@"
"""


def make_home(directory, authority=None):
    """A home directory whose certificate store trusts an authority, or nobody."""
    store = directory / ".pki" / "nssdb"
    store.mkdir(parents=True)
    subprocess.run(["certutil", "-d", f"sql:{store}", "-N", "--empty-password"], check=True)
    if authority:
        subprocess.run(["certutil", "-d", f"sql:{store}", "-A", "-t", "C,,", "-n", "box", "-i", authority], check=True)
    return directory


def open_page(verdict, home, template, url, wanted, unwanted=()):
    """The page's text, or the error, is judged. All names are resolved over HTTPS; nothing else is tried (mode `secure`)."""
    policy = home / "policy.json"
    policy.write_text(json.dumps({"DnsOverHttpsMode": "secure", "DnsOverHttpsTemplates": template}))
    words = ["unshare", "--mount", "sh", "-c", SCRIPT, "sh", policy, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run",
             "--disable-background-networking", f"--user-data-dir={home / 'profile'}", "--dump-dom", url]
    command.expect(verdict, words, wanted, unwanted, status=None, title=f"chromium, {template}, {home.name}: {url} gives {wanted}",
                   env={"HOME": str(home), "PATH": "/usr/bin:/bin:/usr/sbin:/sbin"})
