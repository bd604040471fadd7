/* SPDX-License-Identifier: BSD-2-Clause */
/* want: with the functions that it calls, it has more than 1000000 instructions */
#include "bpf.h"

#define LARGE __asm__ volatile(".rept 600000\n r0 += 1\n.endr" ::: "r0")

static __attribute__((noinline)) int one(void)
{
	LARGE;
	return 1;
}

static __attribute__((noinline)) int two(void)
{
	LARGE;
	return 2;
}

SEC("socket") int prog(void *ctx)
{
	return one() + two();
}

char _license[] SEC("license") = "GPL";
