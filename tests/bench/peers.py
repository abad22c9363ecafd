# SPDX-License-Identifier: Apache-2.0
"""The other scanners, from Debian's packages: unpacked into the build folder, never installed."""
import importlib.machinery
import importlib.util
import os
import pathlib
import shutil
import tempfile

SUITE = "bookworm"
NAMES = ("nmap", "masscan", "testssl.sh")


class Missing(Exception):
    """A peer that cannot be had here, and why."""


def lab(source):
    """tools/lab as a module: it knows how to unpack a package with all it depends on."""
    path = str(source / "tools" / "lab")
    loader = importlib.machinery.SourceFileLoader("lab", path)
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("lab", loader))
    loader.exec_module(module)
    return module


def fetch(source, folder):
    """Unpacks the peers into folder; a second call does nothing. SystemExit where it cannot."""
    stamp = folder / ".stamp"
    if stamp.exists() and stamp.read_text() == repr((SUITE, NAMES)):
        return
    shutil.rmtree(folder, ignore_errors=True)
    tool = lab(source)
    tool.lay_root(folder)
    with tempfile.TemporaryDirectory(prefix="popseal-bench-") as state:
        config = tool.private_apt(pathlib.Path(state), SUITE)
        tool.fetch_and_unpack(config, NAMES, folder, set())
    stamp.write_text(repr((SUITE, NAMES)))


class Peers:
    """How to call them. They are fetched outside the namespace, where there is a network."""

    def __init__(self, source, folder):
        self.folder = folder
        self.reason = None
        try:
            fetch(source, folder)
        except (OSError, SystemExit) as error:
            self.reason = f"its package cannot be had: {error}".splitlines()[0]

    def command(self, name):
        """The words before the arguments: by its own loader and libraries, whatever the host's."""
        if self.reason:
            raise Missing(self.reason)
        loader = next(self.folder.glob("lib*/ld-linux-*.so.*"), None)
        program = self.folder / "usr" / "bin" / name
        libraries = [str(path) for path in self.folder.glob("usr/lib/*-linux-gnu*")]
        libraries += [f"{path}/{part}" for path in libraries for part in ("blas", "lapack")]
        if not loader or not program.exists():
            raise Missing(f"{name} was not unpacked")
        words = [str(loader), "--library-path", ":".join(libraries), str(program)]
        if name == "nmap":
            words += ["--datadir", str(self.folder / "usr" / "share" / "nmap")]
        return words

    def script(self, name):
        """(words before the arguments, environment) of a shell script, by the host's bash.

        What it calls is looked for on the host first. It insists on dig, though it need not ask:
        the unpacked one is found at least.
        """
        if self.reason:
            raise Missing(self.reason)
        program = self.folder / "usr" / "bin" / name
        bash = shutil.which("bash")
        if not bash or not program.exists():
            raise Missing(f"{name} was not unpacked" if bash else "no bash")
        path = os.pathsep.join([os.environ.get("PATH", ""), str(program.parent)])
        return [bash, str(program)], {**os.environ, "PATH": path, "OPENSSL_CONF": "",
                                      "TESTSSL_INSTALL_DIR": str(self.folder / "etc" / "testssl")}
