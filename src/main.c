/* SPDX-License-Identifier: Apache-2.0 */
/*
 * popseal: finds, proves and explains POP3 cleartext logins.
 */
#include <fcntl.h>
#include <locale.h>

#include "cmd/command.h"

/*
 * A descriptor that the caller has closed would be given to the next socket or file. In its place
 * goes one that cannot be read, or written to, so that a use of it is an error; messages are lost.
 */
static bool
open_missing(void)
{
	static const int modes[] = { O_WRONLY, O_RDONLY, O_WRONLY };

	for (int fd = 0; fd < (int)G_N_ELEMENTS(modes); fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", modes[fd]) != fd)
			return false;
	return true;
}

int
main(int argc, char **argv)
{
	if (!open_missing())
		return EXIT_OPERATIONAL;
	setlocale(LC_CTYPE, "");
	return commands_run(argc, argv);
}
