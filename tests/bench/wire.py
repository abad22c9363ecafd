# SPDX-License-Identifier: Apache-2.0
"""A farm at the other end of a veth pair, for peers that bring a TCP stack of their own."""
import collections
import contextlib
import json
import subprocess
import tempfile

import rig

NEAR, FAR = "10.63.0.1", "10.63.0.2"
MASSCAN_SOURCE = "10.63.0.3"  # no address of the kernel's, which would reset what it did not begin
FARM_NETWORK = "10.64.0.0"
PACKETS_A_SECOND = 20000

Pair = collections.namedtuple("Pair", "interface router")


def network(hosts):
    return f"{FARM_NETWORK}/{33 - hosts.bit_length()}"


def ip(*words, inside=()):
    done = subprocess.run([*inside, "ip", *words], capture_output=True, text=True)
    if done.returncode:
        raise rig.Broken(f"ip {' '.join(words)}: {done.stderr.strip()}")
    return done.stdout


@contextlib.contextmanager
def pair():
    """The farm in a namespace of its own, which is gone with it."""
    start = ("unshare", "--net", "sh", "-c", f'{rig.LONG_QUEUE}; exec "$@"', "sh")
    with rig.farm(prefix=start) as farm:
        inside = ("nsenter", "--target", str(farm.pid), "--net")
        ip("link", "add", "near", "type", "veth", "peer", "name", "far", "netns", str(farm.pid))
        ip("address", "add", f"{NEAR}/24", "dev", "near")
        ip("link", "set", "near", "up")
        for words in (("link", "set", "lo", "up"), ("address", "add", f"{FAR}/24", "dev", "far"),
                      ("link", "set", "far", "up"),
                      ("route", "add", "local", f"{FARM_NETWORK}/16", "dev", "lo")):
            ip(*words, inside=inside)
        ip("route", "add", f"{FARM_NETWORK}/16", "via", FAR)
        far = json.loads(ip("-json", "link", "show", "far", inside=inside))[0]
        try:
            yield Pair("near", far["address"])
        finally:
            ip("link", "delete", "near")  # a namespace takes its time to go


def masscan(command, wires, hosts):
    """(seconds, hosts whose capability list or greeting it got) of one run."""
    with tempfile.NamedTemporaryFile("r", dir=rig.WORK) as output:
        words = command + [
            "--banners", f"-p{rig.PORT}", "--rate", str(PACKETS_A_SECOND), "--wait", "3",
            "--adapter", wires.interface, "--adapter-ip", MASSCAN_SOURCE,
            "--router-mac", wires.router.replace(":", "-"), "-oL", output.name, network(hosts)]
        seconds, _ = rig.timed(words, "masscan")
        fields = [line.split(" ", 6) for line in output]
    return seconds, len({line[3] for line in fields if line[0] == "banner"})


def answered(records):
    return sum(record["type"] == "endpoint" and record["verdict"] in ("permits", "refuses")
               for record in records)
