"""What the figures were measured on and with."""

import os
import pathlib
import platform
import re
import subprocess
import time

from .peers import KINDS, NAMES


def describe(kinds, binary):
    """Words and numbers for JSON and for the head of the report."""
    return {"time": time.strftime("%Y-%m-%dT%H:%MZ", time.gmtime()), "processor": _processor(), "cores": os.cpu_count(),
            "memory-mebibytes": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") >> 20, "kernel": platform.release(),
            "system": platform.freedesktop_os_release()["PRETTY_NAME"], "load-average": os.getloadavg()[0],
            "versions": {NAMES[kind]: _version(kind, binary) for kind in kinds if KINDS[kind].PACKAGE or kind == "homing"},
            "dnsperf": _package("dnsperf"), "nsd": _package("nsd"), "openssl": _package("libssl3")}


def show(machine):
    versions = ", ".join(f"{title} {version}" for title, version in machine["versions"].items())
    return (f"{machine['time']}: {machine['cores']} cores of {machine['processor']}, {machine['memory-mebibytes']} MiB, Linux {machine['kernel']}, "
            f"{machine['system']}, load average {machine['load-average']:.1f}\n{versions}; dnsperf {machine['dnsperf']}")


def _processor():
    found = re.search(r"model name\s*:\s*(.*)", pathlib.Path("/proc/cpuinfo").read_text())
    return found[1] if found else platform.machine()


def _version(kind, binary):
    if kind == "homing":
        return subprocess.run([binary, "--version"], capture_output=True, text=True).stdout.strip().removeprefix("homing ")
    return _package(KINDS[kind].PACKAGE)


def _package(title):
    return subprocess.run(["dpkg-query", "-W", "-f", "${Version}", title], capture_output=True, text=True).stdout
