/* SPDX-License-Identifier: BSD-2-Clause */
/* The tool: verbs in a table. */
#include <stdio.h>

int main(void)
{
	puts("rawbpf " RAWBPF_VERSION);
	return 0;
}
