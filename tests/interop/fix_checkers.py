#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What a fix comes to is accepted by the server's own checker: golden cases and the shared corpus.

usage: fix_checkers.py [PART OF A NAME ...]       (as root, after tools/lab)

The fixed folder lies where the server has its files, in a mount namespace over the lab's root.
"""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "cli"))
import lab  # noqa: E402
import tap  # noqa: E402
from golden import CONFIGS, arguments  # noqa: E402
from keypair import pair  # noqa: E402
from program import SANITIZED, SOURCE, popseal, scratch  # noqa: E402

# Where the folder lies, and the checker, which exits 0 for what the server would load.
CHECKERS = {
    "dovecot": ("/etc/dovecot", "doveconf -n -c /etc/dovecot/dovecot.conf"),
    "cyrus": ("/etc", "/usr/lib/cyrus/bin/cyr_info conf-lint -C /etc/imapd.conf -M /etc/cyrus.conf"),
    "courier": ("/etc/courier", "for file in /etc/courier/pop3d*; do sh -n $file; done"),
    # Debian's nginx has its mail part as a module; the corpus' files lack a part that it wants.
    "nginx": ("/etc/nginx",
              "grep -q events /etc/nginx/nginx.conf || echo \"events {}\" >> "
              "/etc/nginx/nginx.conf; nginx -t -c /etc/nginx/nginx.conf "
              '-g "load_module modules/ngx_mail_module.so;"'),
    "mailutils": ("/etc", "pop3d --config-lint"),
}

def root_of(product, name):
    suite = "trixie" if product == "dovecot" and name.startswith("24") else "bookworm"
    return lab.LAB / suite


def judge(product, name, folder):
    """Runs the checker on the folder; its exit code and what it says."""
    place, command = CHECKERS[product]
    root = root_of(product, name)
    # Into the folder of other files file by file, over a folder of its own as a whole; a part of a
    # file system lies where it says.
    lay = f"cp -a '{folder}'/. /mnt/root{place}/" if place == "/etc" else \
        f"mkdir -p /mnt/root{place}; mount -t tmpfs tmpfs /mnt/root{place}; " \
        f"cp -a '{folder}'/. /mnt/root{place}/"
    if (pathlib.Path(folder) / "etc").is_dir():
        lay = f"cp -a '{folder}'/. /mnt/root/"
    if product == "nginx":
        lay = f"mkdir -p /mnt/root{place}; cp -a '{folder}'/. /mnt/root{place}/; " \
              "ln -sfn /usr/lib/nginx/modules /mnt/root/usr/share/nginx/modules; " \
              "mkdir -p /mnt/root/var/lib/nginx /mnt/root/var/log/nginx; for name in a b c; do " \
              f"cp '{pair()}/cert.pem' /mnt/root/etc/ssl/$name.pem; " \
              f"cp '{pair()}/key.pem' /mnt/root/etc/ssl/$name.key; done"
    script = ("set -e; mount -t tmpfs tmpfs /mnt; mkdir /mnt/upper /mnt/work /mnt/root; "
              f"mount -t overlay overlay -o lowerdir={root},upperdir=/mnt/upper,workdir=/mnt/work "
              "/mnt/root; mount --rbind /dev /mnt/root/dev; "
              f"mkdir -p /mnt/root{scratch()}; mount --bind '{scratch()}' /mnt/root{scratch()}; "
              f"{lay}; chroot /mnt/root sh -ec '{command}'")
    done = subprocess.run(["unshare", "-m", "sh", "-c", script], capture_output=True, text=True,
                          timeout=100)
    return done.returncode, done.stdout + done.stderr


def check(case, words):
    product, name = case.parent.name, case.name
    home = pathlib.Path(tempfile.mkdtemp(dir=scratch()))
    folder = home / "it"
    shutil.copytree(case / "in" if (case / "in").is_dir() else case, folder)
    popseal("fix", "apply", "--offline", "--state", home / "state",
            *(words or arguments(case, folder)), *(["--product", product, folder] if words else []),
            ).exits(0)
    code, said = judge(product, name, folder)
    tap.equal(code, 0, f"the checker of what it comes to: {said[-600:]!r}")


def add_golden():
    for path in sorted(CONFIGS.glob("*/*/diff")):
        case = path.parent
        if case.parent.name in CHECKERS:
            tap.add(f"{case.parent.name}/{case.name}", check, case, None)


def add_corpus():
    named = os.environ.get("POPSEAL_CORPUS")
    folder = pathlib.Path(named) if named else SOURCE.parent / "shared" / "corpus"
    for path in sorted(folder.glob("configs/*/*/expected.json")):
        case = path.parent
        if case.parent.name in CHECKERS and '"permits"' in path.read_text("utf-8"):
            tap.add(f"corpus {case.parent.name}/{case.name}", check, case,
                    ["--certificate", pair() / "cert.pem", "--key", pair() / "key.pem"])


def skip(why):
    raise tap.Skip(why)


reason = "the same plans are made in cli-fix-plan" if SANITIZED else lab.unusable()
if reason:
    tap.add("checkers", skip, reason)
else:
    add_golden()
    add_corpus()
tap.main()
