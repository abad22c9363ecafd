# SPDX-License-Identifier: Apache-2.0
"""A certificate authority for the lab: a client that is given its root can trust the servers.

It stands in the lab's folder beside the self-signed certificate that tools/lab makes, so
that the roots there stay as they are. Made once; a second program waits for the first.
"""
import datetime
import fcntl
import functools
import pathlib
import shutil
import subprocess

import lab

FOLDER = lab.LAB / "ca"
NAME = "pop.lab.test"
STAMP = "2"  # raised when the recipe changes

CONFIG = """
[ca]
default_ca = here
[here]
database = {folder}/index
serial = {folder}/serial
new_certs_dir = {folder}
default_md = sha256
policy = anything
unique_subject = no
[anything]
commonName = supplied
[req]
distinguished_name = nothing
[nothing]
[root]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[leaf]
basicConstraints = CA:FALSE
keyUsage = digitalSignature, keyEncipherment
extendedKeyUsage = serverAuth
subjectAltName = DNS:{name}
[other]
basicConstraints = CA:FALSE
keyUsage = digitalSignature, keyEncipherment
extendedKeyUsage = serverAuth
subjectAltName = DNS:elsewhere.lab.test
"""

# name: section, days from now, key
LEAVES = {"good": ("leaf", -10, 365), "expired": ("leaf", -400, -3), "other": ("other", -10, 365)}


def openssl(*words):
    done = subprocess.run(["openssl", *map(str, words)], capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, check=False)
    if done.returncode:
        raise lab.LabError(f"openssl {words[0]}: {done.stderr.strip()[-300:]}")


def date(days):
    when = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=days)
    return when.strftime("%Y%m%d%H%M%SZ")


def sign(folder, name, section, begins, ends, signer):
    key, wish, config = folder / f"{name}.key", folder / f"{name}.csr", folder / "config"
    openssl("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", key)
    openssl("req", "-new", "-config", config, "-key", key, "-subj", f"/CN={name}.lab.test",
            "-out", wish)
    how = ["-selfsign"] if signer == name else ["-cert", folder / f"{signer}.pem"]
    openssl("ca", "-batch", "-notext", "-config", config, *how, "-keyfile",
            folder / f"{signer}.key", "-in", wish, "-out", folder / f"{name}.pem",
            "-extensions", section, "-startdate", date(begins), "-enddate", date(ends))


def make(folder):
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / "config").write_text(CONFIG.format(folder=folder, name=NAME))
    (folder / "index").touch()
    (folder / "serial").write_text("1001\n")
    sign(folder, "root", "root", -1000, 3000, "root")
    for name, (section, begins, ends) in LEAVES.items():
        sign(folder, name, section, begins, ends, "root")
    (folder / ".stamp").write_text(stamp())


def stamp():
    """Leaves go out of date: they are made anew each half year."""
    today = datetime.date.today()
    return f"{STAMP} {today.year} {(today.month - 1) // 6}\n"


@functools.cache
def folder():
    """The folder, with everything in it."""
    lab.LAB.mkdir(parents=True, exist_ok=True)
    with open(lab.LAB / ".ca-lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        mark = FOLDER / ".stamp"
        if not mark.exists() or mark.read_text() != stamp():
            make(FOLDER)
    return FOLDER


def root():
    return folder() / "root.pem"


def files(leaf="good"):
    """What takes the place of the self-signed certificate in a variant's root."""
    certificate = (folder() / f"{leaf}.pem").read_text()
    key = (folder() / f"{leaf}.key").read_text()
    return {"/lab/tls/cert.pem": certificate, "/lab/tls/key.pem": key,
            "/lab/tls/both.pem": certificate + key}


if __name__ == "__main__":
    print(pathlib.Path(root()))
