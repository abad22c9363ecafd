# SPDX-License-Identifier: Apache-2.0
"""Where popseal audit looks: images, named folders and files, and which version it finds there."""
import os
import subprocess

import tap
from program import POPSEAL, environment, popseal, scratch

STUNNEL = "cert = /c\n[{0}]\naccept = {1}\nconnect = {2}\n{3}"
POPA3D = "pop3 stream tcp nowait root /usr/sbin/popa3d popa3d\n"
SERVICE = ("service pop3\n{{\n\tsocket_type = stream\n\twait = no\n\tuser = root\n"
           "\tserver = {}\n}}\n")


def tree(name, **files):
    """A folder with these files; "__" in a name is "/", "_DOT_" a dot."""
    root = scratch() / name
    for path, text in files.items():
        file = root / path.replace("__", "/").replace("_DOT_", ".")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return root


def audit(*words):
    return popseal("audit", "--format", "jsonl", *words)


def configs(run):
    """Product and verdict of each record."""
    return [(record["product"]["name"], record["verdict"]) for record in run.of_type("config")]


@tap.test
def version_in_image():
    """The version of an image's package is told, with its database"""
    root = tree("image", etc__inetd_DOT_conf=POPA3D, var__lib__dpkg__status=(
        "Package: openbsd-inetd\nStatus: install ok installed\nVersion: 0.20221205-2~deb12u1\n"))
    record, = audit("--root", root).exits(1).of_type("config")
    tap.equal(record["product"], {"name": "inetd", "version": "0.20221205"}, "product")
    tap.equal(record["version_source"], "dpkg", "source")


@tap.test
def version_that_is_given():
    """--product-version goes before the package's"""
    root = tree("given", etc__inetd_DOT_conf=POPA3D, lib__apk__db__installed=(
        "P:openbsd-inetd\nV:9-r0\n"))
    record, = audit("--root", root, "--product-version", "1.2").of_type("config")
    tap.equal([record["product"]["version"], record["version_source"]],
              ["1.2", "--product-version"], "version and source")


@tap.test
def postfix_only_when_named():
    """Postfix is read where it is named, and not looked for"""
    root = tree("postfix", etc__postfix__main_DOT_cf="smtpd_use_tls = yes\n",
                etc__inetd_DOT_conf="#" + POPA3D)
    tap.equal(configs(audit("--root", root)), [("inetd", "no-service")], "of the image")
    for words in (("--product", "postfix", root / "etc/postfix"), (root / "etc/postfix/main.cf",)):
        run = audit(*words).exits(1)
        tap.equal(configs(run), [("postfix", "no-service")], "named")
        tap.equal([finding["rule"] for finding in run.of_type("config")[0]["findings"]],
                  ["config-wrong-file"], "rules")


@tap.test
def any_name_where_the_product_is_named():
    """Who names the product may call its files what they want"""
    root = tree("names", xinetd__mail=SERVICE.format("/usr/sbin/popa3d"), xinetd__README="hello\n",
                exchange__ex01="LoginType : PlainTextLogin\n",
                zimbra__dump="zimbraPop3CleartextLoginEnabled: TRUE\n")
    for name in ("xinetd", "exchange", "zimbra"):
        tap.equal(configs(audit("--product", name, root / name)), [(name, "permits")], name)
        file = next(path for path in sorted((root / name).iterdir()) if path.name != "README")
        tap.equal(configs(audit(file)), [(name, "permits")], f"{name} by its file")


@tap.test
def powershell_writes_utf16():
    """The UTF-16 that Windows PowerShell writes is read, and its line told"""
    text = "\ufeff\r\nServer : EX01\r\nLoginType : PlainTextLogin\r\n".encode("utf-16-le")
    root = tree("utf16", popsettings_DOT_txt=text)
    record, = audit(root).exits(1).of_type("config")
    tap.equal(record["verdict"], "permits", "verdict")
    tap.equal(record["listeners"][0]["location"]["line"], 3, "line")
    step, = record["listeners"][0]["chain"]
    tap.equal(step["text"], "LoginType : PlainTextLogin", "the line that is quoted")


@tap.test
def siblings_of_a_folder():
    """A folder of services is as good as its worst"""
    root = tree("siblings", aaa=SERVICE.format("/usr/sbin/ipop3d"),
                bbb=SERVICE.format("/usr/sbin/popa3d"), ccc_DOT_off="nonsense\n")
    record, = audit("--product", "xinetd", root).of_type("config")
    tap.equal(record["verdict"], "permits", "verdict")
    tap.equal(len(record["listeners"]), 2, "listeners")


def stunnels(*words):
    """Root, verdict and the listeners' lines of each record."""
    return [(record["root"].rsplit("/", 1)[1], record["verdict"],
             [(listener["port"], listener["location"]["file"].rsplit("/", 1)[1],
               listener["location"]["line"]) for listener in record["listeners"]])
            for record in audit(*words).of_type("config")]


@tap.test
def each_file_of_stunnel():
    """Each file of stunnel's folder is a server's own, and none hides what another one says"""
    root = tree("stunnels", etc__stunnel__a_DOT_conf=STUNNEL.format("pops", 995, 110, ""),
                etc__stunnel__b_DOT_conf="client = yes\n" + STUNNEL.format("out", 1110, "mx:995", ""),
                etc__stunnel__bad_DOT_conf="nonsense\n", etc__stunnel__README="accept = 1\n",
                etc__stunnel__stunnel_DOT_conf=STUNNEL.format("stls", 110, 1110, "protocol = pop3\n"))
    expected = [("stunnel.conf", "refuses", [(110, "stunnel.conf", 5)]),
                ("a.conf", "refuses", [(995, "a.conf", 3)]),
                ("b.conf", "permits", [(1110, "b.conf", 1)]),
                ("bad.conf", "undetermined", [])]
    folder = root / "etc/stunnel"
    tap.equal(stunnels("--root", root), expected, "of the image")
    tap.equal(stunnels("--root", root, "/etc/stunnel"), expected, "of the image's folder")
    tap.equal(stunnels("--product", "stunnel", folder), expected, "of the product's folder")
    tap.equal(stunnels(root), expected[:3], "of any folder: what looks like it")
    tap.equal(stunnels(folder / "a.conf"), expected[1:2], "of a file")
    audit(folder).exits(1)


@tap.test
def too_many_files():
    """More files than are read are no audit of those that are"""
    root = tree("many", **{f"f{number}_DOT_conf": STUNNEL.format("pops", 995, 110, "")
                           for number in range(1025)})
    run = audit("--product", "stunnel", root).exits(4)
    tap.equal(run.of_type("config"), [], "records")
    tap.contains(run.of_type("error")[0]["message"], "1024")


@tap.test
def files_of_others():
    """What is beside another product's root file is found by its text"""
    root = tree("others", nginx_DOT_conf="mail { auth_http a; server { listen 110; } }\n",
                pops_DOT_conf=STUNNEL.format("pops", 995, 110, ""))
    tap.equal(configs(audit(root)), [("nginx", "permits"), ("stunnel", "refuses")], "products")


MAIL = "mail {{ auth_http unix:/x; {} }}\n"
CLEAR = "server { listen 110; }"


@tap.test
def known_by_their_text():
    """A folder is searched for files that only their text tells"""
    root = tree("texts", a__stunnel_DOT_conf=STUNNEL.format("pops", 995, 110, ""),
                b__conf_DOT_d__mail_DOT_conf=MAIL.format(CLEAR),
                c__xinetd_DOT_d__pop3=SERVICE.format("/usr/sbin/popa3d"),
                d__ex01_DOT_txt="LoginType : PlainTextLogin\n",
                e__ex02_DOT_txt="\ufeffLoginType : PlainTextLogin\r\n".encode("utf-16-le"),
                f__james_DOT_xml='<pop3servers><pop3server enabled="true"><bind>0.0.0.0:110</bind>'
                '<handler><authRequired>false</authRequired></handler></pop3server></pop3servers>',
                g__pop3_DOT_rc="program pop3d { server 0.0.0.0:110 { tls-mode no; }; };\n",
                h__dump="zimbraPop3CleartextLoginEnabled: TRUE\n",
                i__doveconf_DOT_txt="# 2.3.19: /etc/dovecot/dovecot.conf\nprotocols = pop3\n"
                "disable_plaintext_auth = no\nssl = yes\n")
    tap.equal([name for name, _ in configs(audit(root).exits(1))],
              ["stunnel", "nginx", "xinetd", "exchange", "exchange", "james", "mailutils", "zimbra",
               "dovecot"], "products")


@tap.test
def not_by_their_text():
    """Text about POP3, binary files and services that are none of POP3 are no configurations"""
    root = tree("no-texts", README="auth_http and mail { are words; pop3\n",
                notes_DOT_txt="Set accept = 110 and\nconnect = 995, pop3.\naccept = 1\n",
                howto_DOT_md="LoginType : PlainTextLogin pop3\n",
                program=b"\x7fELF\0program pop3d {",
                xinetd_DOT_d__rsync=SERVICE.format("/usr/bin/rsync").replace("pop3", "rsync"),
                web_DOT_conf="http { auth_http x; server { listen 110; } }  # mail, pop3\n",
                _DOT_hidden="zimbraPop3CleartextLoginEnabled: TRUE\n")
    audit(root).exits(4)


@tap.test
def parts_are_no_wholes():
    """A file that another configuration reads, or that its root's folder holds, is no second one"""
    root = tree("parts", nginx__nginx_DOT_conf="include conf.d/*; events { }\n",
                nginx__conf_DOT_d__mail=MAIL.format(CLEAR),
                nginx__sites__mail_DOT_conf=MAIL.format(CLEAR),
                etc__xinetd_DOT_conf="defaults\n{\n}\nincludedir /etc/xinetd.d\n",
                etc__xinetd_DOT_d__pop3=SERVICE.format("/usr/sbin/popa3d"),
                # Without a root: the one that is included comes first.
                mu__a="program pop3d { server 0.0.0.0:110 { tls-mode no; }; };\n",
                mu__b="include a;\nprogram pop3d { server 0.0.0.0:1110 { }; };\n")
    run = audit(root).exits(1)
    tap.equal([record["root"].removeprefix(str(root)) for record in run.of_type("config")],
              ["/etc/xinetd.conf", "/nginx/nginx.conf", "/mu/b"], "roots")


@tap.test
def looked_into_up_to():
    """A file is looked into for so many octets, and no further"""
    text = "\nprogram pop3d { server 0.0.0.0:110 { tls-mode no; }; };\n"
    bound = 256 * 1024
    for name, length, code in (("inside", bound - len(text), 1), ("beyond", bound, 4)):
        audit(tree(f"looked-{name}", pop__conf="#" * length + text)).exits(code)


@tap.test
def closed_file():
    """A file that may be a configuration and cannot be read is told, but beside a root"""
    if os.geteuid():
        raise tap.Skip("needs root")
    scratch().chmod(0o755)
    root = tree("closed", a__stunnel_DOT_conf=STUNNEL.format("pops", 995, 110, ""),
                a__secret_DOT_conf="", b__pop3="")
    (root / "a/secret.conf").chmod(0)
    done = {}
    for mode in (0, 0o644):
        (root / "b/pop3").chmod(mode)
        done[mode] = subprocess.run([POPSEAL, "audit", "--format", "text", root], check=False,
                                    env=environment(), capture_output=True, user=65534, group=65534,
                                    extra_groups=[])
    tap.equal([done[0].returncode, done[0o644].returncode], [4, 0], "exit codes")
    tap.contains(done[0].stderr.decode(), "b/pop3: not looked into: it cannot be read")


if __name__ == "__main__":
    tap.main()
