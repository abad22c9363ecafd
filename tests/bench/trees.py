# SPDX-License-Identifier: Apache-2.0
"""Audits of the stock Debian Dovecot layout, beside doveconf -n on the same tree."""
import os
import pathlib
import shutil
import subprocess
import time

import rig

LAB = pathlib.Path(os.environ.get("POPSEAL_LAB") or rig.SOURCE / "build" / "lab") / "bookworm"
TREES, DUMPS = 500, 25

# doveconf sees the tree where the package puts it; nothing of the lab is changed.
DUMP = """
mount --bind "$1" "$2/etc/dovecot"
mount --bind /dev "$2/dev"
chroot "$2" sh -c 'i=0; while [ $i -lt '"$3"' ]; do
    doveconf -n >/dev/null || exit 1; i=$((i + 1)); done'
"""


def make_tree():
    """As the package's scripts leave a fresh installation."""
    tree = rig.WORK / "trees" / "stock"
    shutil.rmtree(tree.parent, ignore_errors=True)
    tree.mkdir(parents=True)
    shutil.copy(LAB / "usr/share/dovecot/dovecot.conf", tree)
    shutil.copytree(LAB / "usr/share/dovecot/conf.d", tree / "conf.d")
    (tree / "private").mkdir()
    pem = rig.certificate("ec")
    for name in ("dovecot.pem", "dovecot.key"):
        shutil.copy(pem, tree / "private" / name)
    return tree


def dump_rate(tree):
    began = time.monotonic()
    done = subprocess.run(["unshare", "--mount", "sh", "-ec", DUMP, "sh", str(tree), str(LAB),
                           str(DUMPS)], capture_output=True, text=True)
    if done.returncode:
        raise rig.Broken(f"doveconf: {done.stderr.strip()[-300:]}")
    return DUMPS / (time.monotonic() - began)


def audit(tree):
    """(trees a second, KiB of memory at its most) of one process over many trees."""
    words = [rig.POPSEAL, "audit", "--no-store", "--format", "jsonl", "--product", "dovecot",
             "--product-version", "2.3.19", *[str(tree)] * TREES]
    began = time.monotonic()
    process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    taken = time.monotonic() - began
    records = output.count(b'"type":"config"')
    if os.waitstatus_to_exitcode(status) not in (0, 1, 2) or records != TREES:
        raise rig.Broken(f"audit: {records} records: {process.stderr.read()[-300:]}")
    return TREES / taken, usage.ru_maxrss


def measure(plan, speed, memory):
    if not LAB.is_dir():
        for line in (speed, memory):
            line.state, line.note = "skipped", "no lab (tools/lab)"
        return [speed, memory]
    tree, ours, floor, most = make_tree(), [], [], []
    for _ in range(plan.runs):
        floor.append(dump_rate(tree))
        rate, kibibytes = audit(tree)
        ours.append(rate)
        most.append(kibibytes)
    speed.note = f"{TREES} trees in one process, {DUMPS} runs of doveconf -n"
    return [speed.settle(ours, floor), memory.settle(most)]
