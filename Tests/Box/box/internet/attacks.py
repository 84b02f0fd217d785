"""The zones behind which the attacks of `attacks/` are staged: their one server is played by the check itself."""

from .. import name
from ..dnssec.plan import Signing, csk


def build(net):
    host = net.host("ns1.attack.biz.", "stage", v6=False)
    net.zone("attack.biz.", [host], broken=True)
    net.marks["stage"] = host.v4[0]


def build_signed(net):
    """With a key that is ours, and a DS: so what the check signs there is secure. See `attacks/signed.py`."""
    host = net.host("ns1.trap.example.", "stage", v6=False)
    trap = net.zone("trap.example.", [host], broken=True)
    trap.signing = Signing("none", keys=(csk(),))
    net.marks["trap"] = name.lower(trap.apex), host.v4[0]
