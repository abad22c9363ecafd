/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What other scanners make of a line of the CAPA list before TLS, after the
 * rules that they publish.
 */
#ifndef POPSEAL_POP3_SCANNERS_H
#define POPSEAL_POP3_SCANNERS_H

#include <stdbool.h>

#define SCANNER_NESSUS  "Nessus 15855"
#define SCANNER_OPENVAS "OpenVAS 1.3.6.1.4.1.25623.1.0.15855"

/*
 * Returns whether pop3_unencrypted_cleartext_logins.nasl of Nessus (script id
 * 15855, revision 1.23) reports this line: `(SASL (PLAIN|LOGIN)|USER)`,
 * anywhere in it, ASCII case ignored. So "EXPIRE 31 USER" counts, and "SASL
 * NTLM PLAIN" does not.
 */
bool scanner_nessus_reports(const char *line);

/*
 * Returns whether pre2008/pop3_unencrypted_cleartext_logins.nasl of OpenVAS
 * reports this line: the same expression, but only at its beginning.
 */
bool scanner_openvas_reports(const char *line);

#endif
