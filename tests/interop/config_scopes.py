#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Scopes on the wire: what `popseal audit` says of networks holds for clients from two addresses.

usage: config_scopes.py [--jobs N] [NAME ...]       (as root, after tools/lab)

doveconf is no oracle for `local`, `remote` and trusted networks, so a real Dovecot is asked from two
addresses, and each is looked up among the listeners of the audit's record: the most specific scope
that holds the address decides.
"""
import ipaddress
import json
import os
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import config_meets_wire as meets  # noqa: E402
import lab  # noqa: E402
from servers import dovecot23, dovecot24  # noqa: E402

FIRST, SECOND = lab.CLIENT_ADDRESS, "10.77.0.3"
SERVER, NETWORK = lab.SERVER_ADDRESS, "10.77.0.0/24"

CLOSED_23 = "ssl = yes\ndisable_plaintext_auth = yes\n"
OPEN_23 = "ssl = yes\ndisable_plaintext_auth = no\n"
REQUIRED_23 = "ssl = required\ndisable_plaintext_auth = yes\n"
LET_23, SHUT_23 = "disable_plaintext_auth = no", "disable_plaintext_auth = yes"
CASES_23 = {
    "one-client": CLOSED_23 + f"remote {FIRST} {{\n  {LET_23}\n}}\n",
    "network-but-one": CLOSED_23 + f"remote {NETWORK} {{\n  {LET_23}\n}}\n"
                       f"remote {SECOND} {{\n  {SHUT_23}\n}}\n",
    "one-before-its-network": CLOSED_23 + f"remote {SECOND} {{\n  {SHUT_23}\n}}\n"
                              f"remote {NETWORK} {{\n  {LET_23}\n}}\n",
    "local": CLOSED_23 + f"local {SERVER} {{\n  {LET_23}\n}}\n",
    "other-local": CLOSED_23 + f"local 10.77.0.77 {{\n  {LET_23}\n}}\n",
    "remote-within-local": CLOSED_23 + f"local {SERVER} {{\n  remote {FIRST} {{\n    {LET_23}\n"
                           "  }\n}\n",
    "protocol-within-remote": CLOSED_23 + f"remote {SECOND} {{\n  protocol pop3 {{\n    {LET_23}\n"
                              "  }\n}\n",
    "imap-within-remote": CLOSED_23 + f"remote {SECOND} {{\n  protocol imap {{\n    {LET_23}\n"
                          "  }\n}\n",
    "open-but-one": OPEN_23 + f"remote {FIRST} {{\n  {SHUT_23}\n}}\n",
    "required-for-one": OPEN_23 + f"remote {FIRST} {{\n  ssl = required\n}}\n",
    "trusted-one": REQUIRED_23 + f"login_trusted_networks = {FIRST}\n",
    "trusted-network": REQUIRED_23 + f"login_trusted_networks = {NETWORK}\n",
    "trusted-elsewhere": REQUIRED_23 + "login_trusted_networks = 192.0.2.0/24\n",
}

LET_24, SHUT_24 = "auth_allow_cleartext = yes", "auth_allow_cleartext = no"
CASES_24 = {
    "one-client": f"ssl = yes\nremote {FIRST} {{\n  {LET_24}\n}}\n",
    "open-but-one": f"ssl = yes\n{LET_24}\nremote {SECOND} {{\n  {SHUT_24}\n}}\n",
    "protocol-within-remote": f"ssl = yes\nremote {SECOND} {{\n  protocol pop3 {{\n    {LET_24}\n"
                              "  }\n}\n",
    "trusted-one": f"ssl = yes\nlogin_trusted_networks = {FIRST}\n",
    "trusted-and-required": f"ssl = required\nlogin_trusted_networks = {NETWORK}\n",
}

# Who listens is asked here, too: port 110 by a service of another name, or of no protocol.
SHUT_PORT = "service pop3-login {\n  inet_listener pop3 {\n    port = 0\n  }\n}\n"


def second(command, user, more=""):
    return SHUT_PORT + (f"service old {{\n  executable = {command}\n  chroot = login\n  user = {user}\n"
                        f"{more}  inet_listener any {{\n    port = 110\n  }}\n}}\n")


FREE = "service pop3-login {\n  protocol =\n}\nservice pop3 {\n  protocol =\n}\n"
CASES_23.update({
    "second-service": OPEN_23 + second("pop3-login", "$default_login_user",
                                       "  protocol = pop3\n"),
    "second-service-closed": CLOSED_23 + second("pop3-login -D", "$default_login_user"),
    "no-protocol": OPEN_23 + "protocols = none\n" + FREE,
    "behind-64-trusted": REQUIRED_23 + "login_trusted_networks = "
                         + " ".join(f"127.0.0.{i}" for i in range(70)) + f" {FIRST}\n",
})
# Networks in the forms that Dovecot takes, and what takes trust back.
for form, networks in {"short": "10.77.0/24", "hexadecimal": "0x0a4d0002/32", "octal": "010.77.0.2",
                       "too-short": "10.77/16", "brackets": "[::1]/128 10.77.0/24",
                       "all": "0/0", "other-family": "::ffff:10.77.0.0/112"}.items():
    CASES_23[f"trusted-{form}"] = REQUIRED_23 + f"login_trusted_networks = {networks}\n"
    CASES_24[f"trusted-{form}"] = f"ssl = yes\nlogin_trusted_networks = {networks}\n"
CASES_23.update({
    "trust-taken-back": REQUIRED_23 + f"login_trusted_networks = {NETWORK}\n"
                        f"remote {NETWORK} {{\n  login_trusted_networks =\n}}\n",
    "short-blocks-meet": f"ssl = required\nremote 10.77.0/24 {{\n  {LET_23}\n}}\n"
                         f"remote 0x0a4d0002 {{\n  ssl = no\n}}\n",
    "old-port": OPEN_23 + SHUT_PORT + f"protocol pop3 {{\n  listen = {SERVER}:110\n}}\n",
    "old-port-before": OPEN_23 + f"listen = {SERVER}:110\n" + SHUT_PORT,
    "old-pop3s": OPEN_23 + "protocols = pop3s\n",
    "old-ssl-disable": OPEN_23 + "ssl = required\nssl_disable = no\n",
    "tokens-only": OPEN_23 + "auth_mechanisms = login\n",
})
CASES_24.update({
    "quoted": f'ssl = yes\nlogin_trusted_networks = 192.0.2.0/24 "{FIRST}"\n',
    "trust-taken-back": f"ssl = yes\nlogin_trusted_networks = {NETWORK}\n"
                        f"remote {NETWORK} {{\n  login_trusted_networks =\n}}\n",
})
CASES_24.update({
    "second-service": f"ssl = yes\n{LET_24}\n" + second(
        "/usr/lib/dovecot/pop3-login", "$SET:default_login_user", "  type = login\n"),
})


CLOSED = {"old-port-before", "old-pop3s"}  # nothing listens on port 110


def variants():
    for module, cases in ((dovecot23, CASES_23), (dovecot24, CASES_24)):
        for name, settings in cases.items():
            yield module.variant(f"scope-{name}", settings, tls_port=True,
                                 verdict="no-service" if name in CLOSED else "undetermined")


def matches(scope, client):
    """Returns how specific a scope is that holds the client, or None."""
    bits = 0
    for part in (scope or "").split(", "):
        kind, _, network = part.partition(" ")
        if not kind:
            continue
        network = ipaddress.ip_network(network, strict=False)
        address = ipaddress.ip_address({"local": SERVER, "remote": client}[kind])
        if address not in network:
            return None
        bits += network.prefixlen + 1
    return bits


def claimed(config, client):
    """What the record says of port 110 for this client; trust comes before all else."""
    found = []
    for listener in config["listeners"]:
        bits = matches(listener.get("scope"), client) if listener["port"] == 110 else None
        if bits is not None:
            trusted = listener["reason"] == "trusted-network"
            found.append((trusted, bits, meets.GRAVITY.index(listener["verdict"])))
    return meets.GRAVITY[max(found)[2]] if found else "no-service"


def seen(popseal, instance, client):
    done = subprocess.run([popseal, "scan", "--format", "jsonl", "--no-store", "--netns",
                           instance.client_ns, "--source", client, f"{instance.address}:110"],
                          capture_output=True, text=True)
    for line in done.stdout.splitlines():
        record = json.loads(line)
        if record["type"] == "endpoint":
            return record["verdict"]
    raise lab.LabError(f"scan: {done.stdout}{done.stderr}")


def compare(variant, popseal):
    problems = []
    with lab.running(variant) as instance:
        lab.ip("-n", instance.client_ns, "address", "add", f"{SECOND}/24", "dev",
               f"ps{os.getpid()}c")
        config = meets.audit(popseal, variant, meets.server_root(instance))
        for client in (FIRST, SECOND):
            wire = seen(popseal, instance, client)
            if wire != claimed(config, client):
                problems.append(f"{client}: the wire {wire}, the configuration "
                                f"{claimed(config, client)}")
    if problems:
        problems.append(json.dumps(config["listeners"]))
    return "\n".join(problems)


def main():
    options = meets.read_options(__doc__)
    chosen = [each for each in variants() if not options.names or each.title in options.names]
    failed = meets.check_all(chosen, compare, options.jobs)
    print(f"1..{len(chosen)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
