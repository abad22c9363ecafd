/* SPDX-License-Identifier: Apache-2.0 */
/*
 * popseal: finds, proves and explains POP3 cleartext logins.
 */
#include <locale.h>

#include "cmd/command.h"

int
main(int argc, char **argv)
{
	setlocale(LC_CTYPE, "");
	return commands_run(argc, argv);
}
