# SPDX-License-Identifier: Apache-2.0
"""The raw replies of a variant before TLS, to read: what the server says, word for word."""
import lab
import truth

NOBODY = "nosuchuser-probe"
DIALOGUES = (
    (f"USER {NOBODY}", "PASS x"),
    ("PASS x",),
    ("AUTH",),
    ("AUTH PLAIN", "*"),
    ("AUTH PLAIN AG5vc3VjaHVzZXIteAB4",),
    ("AUTH LOGIN", "*"),
    ("AUTH CRAM-MD5", "*"),
    (f"APOP {NOBODY} {'0' * 32}",),
    ("STLS",),
    ("XYZZY",),
)


def show(instance):
    """Print every dialogue on one line each; a list's lines are joined."""
    place = (instance.asking_ns, instance.address, lab.CLEAR_PORT)
    with truth.Session(*place) as session:
        print(f"  greeting: {session.greeting!r}")
        print(f"  CAPA: {session.ask('CAPA')!r} {rest(session)}")
    for commands in DIALOGUES:
        with truth.Session(*place) as session:
            print("  " + " | ".join(f"{command}: {session.ask(command)!r}{rest(session)}"
                                   for command in commands), flush=True)


def rest(session):
    """Further lines of the same reply, as far as they came with it."""
    lines = []
    session.socket.settimeout(0.3)
    while (line := session.line()) and not line.startswith("(timed out"):
        lines.append(line)
    session.socket.settimeout(truth.TIMEOUT)
    return f" {lines}" if lines else ""
