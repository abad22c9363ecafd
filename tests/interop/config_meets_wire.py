#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Config meets wire: what `popseal audit` reads in a real server's files is what its ports do.

usage: config_meets_wire.py [--jobs N] [NAME ...]       (as root, after tools/lab)

Each variant of the interop lab is started, asked from another address, and its own root is
audited meanwhile: the two verdicts are the same. Variants whose wire verdict rests on something
that no configuration says (the client's address, a back end that is down, options of the command line) are
left out.
"""
import argparse
import concurrent.futures
import json
import pathlib
import subprocess
import sys
import traceback

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import lab  # noqa: E402
import run as interop  # noqa: E402
from servers import courier, mailutils, nginx  # noqa: E402

AUDITED = {"dovecot", "cyrus", "courier", "nginx", "mailutils"}
# Here the unit that was started decides, and no file.
BY_UNIT = {"courier/only-995"}
ROOTS = {"dovecot": "/lab/dovecot.conf", "nginx": "/lab/nginx.conf"}
# Of what the files alone are of interest: the tests of the other witnesses have no use for them.
STUNNEL = """
foreground = yes
pid =
[pop3]
client = yes
accept = 110
connect = 127.0.0.1:1995
"""
EXTRA = [
    # The start script sets POP3_TLS after the files.
    courier.variant("required-within", ["POP3_TLS=1", "POP3_TLS_REQUIRED=1"], courier.CLEAR,
                    verdict="refuses"),
    mailutils.variant("joined-strings", {110: '"requ" "ired"'}, verdict="refuses"),
    # They exclude each other in one block only.
    nginx.variant("ssl-above-starttls", "only", tls=False, settings="ssl on;", verdict="refuses"),
    # The server behind sees TLS, and cannot refuse.
    lab.Variant("stunnel", "client", product="stunnel", verdict="permits", inner_ports=(1995,),
                start="pop3d --daemon --foreground &\nexec stunnel4 /etc/stunnel/stunnel.conf\n",
                files={"/etc/stunnel/stunnel.conf": STUNNEL, "/etc/mailutils.conf":
                       mailutils.CONFIG.format(servers="server 127.0.0.1:1995 "
                                                       "{ tls-mode connection; };")}),
]
GRAVITY = ["no-service", "refuses", "undetermined", "permits"]
LEAST = 25


def is_fit(variant):
    return variant.product in AUDITED and variant.login_works and not variant.from_server \
        and not variant.truth and variant.title not in BY_UNIT


def wire_verdict(popseal, instance):
    """The worst over both ports, as scan sees it from the client's address."""
    done = subprocess.run([popseal, "scan", "--format", "jsonl", "--no-store", "--netns",
                           instance.asking_ns, instance.address], capture_output=True, text=True)
    records = [json.loads(line) for line in done.stdout.splitlines()]
    verdicts = [record["verdict"] for record in records if record["type"] == "endpoint"]
    if len(verdicts) != 2:
        raise lab.LabError(f"scan: {done.stdout}{done.stderr}")
    return max(verdicts, key=GRAVITY.index)


def server_root(instance):
    """The root of the server's first process within the chroot."""
    for process in pathlib.Path("/proc").iterdir():
        if not process.name.isdigit():
            continue
        try:
            if (process / "root" / "lab" / "start.sh").read_text() and \
                    instance.server_ns in namespaces_of(process.name):
                return process / "root"
        except OSError:
            continue
    raise lab.LabError("no process of the server has its root")


def namespaces_of(pid):
    done = subprocess.run(["ip", "netns", "identify", pid], capture_output=True, text=True)
    return done.stdout.split()


def audit(popseal, variant, root):
    path = ROOTS.get(variant.product)
    words = [path] if path and (root / path.lstrip("/")).exists() else []
    done = subprocess.run([popseal, "audit", "--format", "jsonl", "--no-store", "--root", str(root),
                           "--product", variant.product, *words], capture_output=True, text=True)
    records = [json.loads(line) for line in done.stdout.splitlines()]
    configs = [record for record in records if record["type"] == "config"]
    if len(configs) != 1:
        raise lab.LabError(f"audit: {done.stdout}{done.stderr}")
    return configs[0]


def compare(variant, popseal):
    with lab.running(variant) as instance:
        wire = wire_verdict(popseal, instance)
        config = audit(popseal, variant, server_root(instance))
    if config["verdict"] == wire:
        return None
    return (f"the wire {wire}, the configuration {config['verdict']}: "
            f"{config['explanation']} {json.dumps(config['listeners'])}")


def checked(variant, popseal, compare_one):
    try:
        return compare_one(variant, popseal)
    except Exception:  # reported as a failure, never a crash
        return traceback.format_exc()


def check_all(variants, compare_one, jobs):
    """Prints TAP without its plan; returns how many failed. Where nothing can run, all is skipped."""
    reason = lab.unusable() or interop.unpacked()
    popseal = interop.find_popseal()
    if reason or not popseal:
        sys.exit(interop.skip_all(variants, reason or "popseal is not built"))
    lab.install_cleanup()
    lab.sweep()
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        results = pool.map(lambda each: checked(each, popseal, compare_one), variants)
        for number, (variant, problem) in enumerate(zip(variants, results), 1):
            failed += bool(problem)
            print(f"{'not ok' if problem else 'ok'} {number} - {variant.title}", flush=True)
            for line in (problem or "").splitlines():
                print(f"# {line}")
    return failed


def read_options(description):
    parser = argparse.ArgumentParser(description=description.splitlines()[0])
    parser.add_argument("--jobs", type=int, default=3)
    parser.add_argument("names", nargs="*", metavar="NAME")
    return parser.parse_args()


def main():
    options = read_options(__doc__)
    extra = [each for each in EXTRA if not options.names or each.title in options.names]
    names = [each for each in options.names if each not in {variant.title for variant in EXTRA}]
    variants = extra + [each for each in interop.chosen(names) if is_fit(each)] \
        if names or not options.names else extra
    failed = check_all(variants, compare, options.jobs)
    enough = bool(options.names) or len(variants) >= LEAST
    print(f"{'ok' if enough else 'not ok'} {len(variants) + 1} - at least {LEAST} configurations")
    print(f"1..{len(variants) + 1}")
    return 1 if failed or not enough else 0


if __name__ == "__main__":
    sys.exit(main())
