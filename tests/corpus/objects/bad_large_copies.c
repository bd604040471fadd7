/* SPDX-License-Identifier: BSD-2-Clause */
/* want: all programs of the object up to it have more than 4000000 instructions */
#include "bpf.h"

static __attribute__((noinline)) int large(void)
{
	__asm__ volatile(".rept 900000\n r0 += 1\n.endr" ::: "r0");
	return 1;
}

#define PROG(name)                                                                                 \
	SEC("socket") int name(void *ctx)                                                          \
	{                                                                                          \
		return large();                                                                    \
	}
PROG(a)
PROG(b)
PROG(c)
PROG(d)
PROG(e)

char _license[] SEC("license") = "GPL";
