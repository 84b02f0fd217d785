"""Tools that make a zone what a file says: octoDNS, which reads it by AXFR and writes by updates, and Ansible's nsupdate module."""

import json
import os
import subprocess

from .. import ways
from ..zones import Key, Zone

KEY = Key("declared-key")
OCTO, ANSIBLE = "octo.example.", "ansible.example."
ZONES = [Zone(apex, grants=(f"grant {KEY.name} zonesub ANY",), transfer=(KEY,)) for apex in (OCTO, ANSIBLE)]
OCTODNS = "/var/lib/homing-box/octodns/bin/"


def run(verdict, server, directory):
    directory.mkdir()
    _octodns(verdict, server, directory)
    _ansible(verdict, server, directory)


# --- octoDNS ---

CONFIGURATION = """providers:
  files:
    class: octodns.provider.yaml.YamlProvider
    directory: {zones}
    default_ttl: 300
    enforce_order: false
  dynamic:
    class: octodns_bind.Rfc2136Provider
    host: 127.0.0.1
    port: {port}
    key_name: {key}
    key_secret: {secret}
    key_algorithm: hmac-sha256
zones:
  {zone}:
    sources: [files]
    targets: [dynamic]
"""
FIRST = """'':
  - {type: NS, values: [ns1.octo.example.], ttl: 300}
  - {type: MX, ttl: 600, values: [{preference: 10, exchange: mail.octo.example.}]}
ns1: {type: A, value: 127.0.0.1}
www: [{type: A, values: [192.0.2.1, 192.0.2.2]}, {type: AAAA, value: '2001:db8::1'}]
mail: {type: A, value: 192.0.2.3}
alias: {type: CNAME, value: www.octo.example.}
text: {type: TXT, values: ['one two', 'v=spf1 -all']}
_sip._tcp: {type: SRV, values: [{priority: 1, weight: 2, port: 5060, target: mail.octo.example.}]}
'*.wild': {type: A, value: 192.0.2.4}
"""
SECOND = (FIRST.replace("192.0.2.2]", "192.0.2.9]").replace("mail: {type: A, value: 192.0.2.3}", "mail: {type: A, value: 192.0.2.3, ttl: 900}")
          .replace("alias: {type: CNAME, value: www.octo.example.}\n", "alias: {type: A, value: 192.0.2.5}\n"))
QUESTIONS = [("www", "A"), ("www", "AAAA"), ("alias", "CNAME"), ("alias", "A"), ("text", "TXT"), ("_sip._tcp", "SRV"), ("any.wild", "A"), ("mail", "A")]


def _octodns(verdict, server, directory):
    zones = directory / "octo"
    zones.mkdir()
    config = directory / "octodns.yaml"
    config.write_text(CONFIGURATION.format(zones=zones, port=server.port, key=KEY.name, secret=KEY.base64, zone=OCTO))
    for text, wanted in ((FIRST, ["192.0.2.1", "192.0.2.2"]), (SECOND, ["192.0.2.1", "192.0.2.9"])):
        (zones / "octo.example.yaml").write_text(text)
        done = _tell([f"{OCTODNS}octodns-sync", "--config-file", config, "--doit"])
        found = [ways.look(ways.of(server)["UDP"], f"{owner}.{OCTO}", type_text) for owner, type_text in QUESTIONS]
        good = done.returncode == 0 and found[0] == ("NOERROR", wanted) and all(answer[0] == "NOERROR" for answer in found)
        verdict.expect(good, f"octoDNS makes the zone what its file says: {found}" + ("" if good else f": {_end(done)}"))
    verdict.expect(found[2] == ("NOERROR", []) and found[3] == ("NOERROR", ["192.0.2.5"]), f"octoDNS puts an address in the place of an alias: {found[2]}, {found[3]}")
    done, serial = _tell([f"{OCTODNS}octodns-sync", "--config-file", config, "--doit"]), server.serial(OCTO)
    verdict.expect("No changes were planned" in done.stdout + done.stderr and serial == server.serial(OCTO), "octoDNS finds nothing to do after that")
    dumped = directory / "dumped"
    done = _tell([f"{OCTODNS}octodns-dump", "--config-file", config, "--output-dir", dumped, OCTO, "dynamic"])
    verdict.expect(done.returncode == 0 and "192.0.2.9" in (dumped / "octo.example.yaml").read_text(), "octoDNS dumps the zone that it transferred" + ("" if done.returncode == 0 else _end(done)))


# --- Ansible ---

def _ansible(verdict, server, directory):
    common = {"server": "127.0.0.1", "port": server.port, "key_name": KEY.name, "key_secret": KEY.base64, "key_algorithm": "hmac-sha256"}
    task = lambda title, **more: {"name": title, "community.general.nsupdate": {**common, **more}, "register": title, "ignore_errors": True}
    zone = {"zone": ANSIBLE}
    tasks = [
        task("added", record="host", value="192.0.2.1", ttl=300, **zone), task("added_again", record="host", value="192.0.2.1", ttl=300, **zone),
        task("changed", record="host", value=["192.0.2.2", "192.0.2.3"], ttl=300, **zone), task("changed_again", record="host", value=["192.0.2.3", "192.0.2.2"], ttl=300, **zone),
        task("retimed", record="host", value=["192.0.2.2", "192.0.2.3"], ttl=600, **zone),
        task("over_tcp", record="tcp", type="TXT", value="text", protocol="tcp", **zone),
        task("zone_found", record=f"found.{ANSIBLE}", value="192.0.2.4"),
        task("removed", record="host", state="absent", **zone), task("removed_again", record="host", state="absent", **zone),
        task("refused", record=f"x.{OCTO}", value="192.0.2.1", zone="nowhere.example."),
    ]
    say = {"name": "results", "ansible.builtin.copy": {"dest": str(directory / "results.json"), "content": "{{ dict(names | zip(names | map('extract', vars))) | to_json }}"},
           "vars": {"names": [each["name"] for each in tasks]}}
    playbook = directory / "playbook.yml"
    playbook.write_text(json.dumps([{"hosts": "localhost", "connection": "local", "gather_facts": False,
                                     "vars": {"ansible_python_interpreter": "/usr/bin/python3"}, "tasks": [*tasks, say]}]))
    home = directory / "ansible"
    done = _tell(["/usr/bin/ansible-playbook", "-i", "localhost,", playbook],
                 {"ANSIBLE_HOME": str(home), "ANSIBLE_LOCAL_TEMP": str(home / "tmp"), "HOME": str(home), "LC_ALL": "C.UTF-8"})
    if not (directory / "results.json").exists():
        verdict.expect(False, f"Ansible: {_end(done)}")
        return
    results = json.loads((directory / "results.json").read_text())
    wanted = {"added": True, "added_again": False, "changed": True, "changed_again": False, "retimed": True, "over_tcp": True, "zone_found": True,
              "removed": True, "removed_again": False}
    for title, changed in wanted.items():
        result = results[title]
        verdict.expect(not result.get("failed") and result.get("changed") is changed, f"Ansible, {title}: changed {result.get('changed')} {result.get('msg') or ''}")
    verdict.expect(results["refused"].get("failed"), f"Ansible, refused: {results['refused'].get('msg')}")
    look = ways.of(server)["UDP"]
    found = [ways.look(look, f"{owner}.{ANSIBLE}", type_text) for owner, type_text in (("host", "A"), ("tcp", "TXT"), ("found", "A"))]
    verdict.expect(found == [("NXDOMAIN", []), ("NOERROR", ['"text"']), ("NOERROR", ["192.0.2.4"])], f"Ansible leaves what it said: {found}")


def _tell(command, environment=None):
    return subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=180, env={**os.environ, "PYTHONPATH": "", **(environment or {})})


def _end(done):
    return (done.stdout + done.stderr)[-1500:]
