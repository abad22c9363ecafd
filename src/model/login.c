/* SPDX-License-Identifier: Apache-2.0 */
#include "model/login.h"

const char *
login_outcome_word(enum login_outcome outcome)
{
	static const char *const words[] = {
		[LOGIN_NOT_TRIED] = "not-tried",
		[LOGIN_OK] = "ok",
		[LOGIN_WRONG] = "wrong",
		[LOGIN_REFUSED] = "refused",
		[LOGIN_NO_MECHANISM] = "no-mechanism",
		[LOGIN_BROKEN] = "broken",
		[LOGIN_LOST] = "lost",
		[LOGIN_UNREACHABLE] = "unreachable",
	};

	return words[outcome];
}
