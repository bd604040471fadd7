/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Calls as libbpf does not take them: a static function in a program's section, a program that
 * another one calls, a section of functions. By gcc, too, which has two ways of its own.
 */
#include "bpf.h"

#define NOINLINE __attribute__((noinline))
#define OPAQUE(v) __asm__ volatile("" : "+r"(v))

const volatile u32 step = 64;

static NOINLINE SEC("socket") int near(u32 n)
{
	OPAQUE(n);
	return (int)(n + step);
}

SEC("library") NOINLINE int shared(u32 n)
{
	OPAQUE(n);
	return near(n) * 3;
}

static NOINLINE int in_text(u32 n)
{
	OPAQUE(n);
	return shared(n) + 1;
}

NOINLINE int global_in_text(u32 n)
{
	OPAQUE(n);
	return in_text(n) + in_text(n + 1);
}

SEC("socket") int first(void *ctx)
{
	return near(1) + 2;
}

SEC("socket") int second(void *ctx)
{
	return first(ctx) + global_in_text(5);
}

char _license[] SEC("license") = "GPL";
