"""The zone behind which the attacks of `attacks/` are staged: its one server is played by the check itself."""


def build(net):
    host = net.host("ns1.attack.biz.", "stage", v6=False)
    net.zone("attack.biz.", [host], broken=True)
    net.marks["stage"] = host.v4[0]
