/* SPDX-License-Identifier: BSD-2-Clause */
/* Prints the size of each memory copy to the kernel's trace buffer; `rawbpf run` shows it. */
#include "rawbpf.h"

const volatile u32 size_arg = 3;
static const char format[] = "memcpy size %llu\n";

SEC("kprobe/memcpy")
int memcpy_kprobe(void *ctx)
{
	bpf_trace_printk(format, sizeof(format), size_of_copy(ctx));
	return 0;
}

char _license[] SEC("license") = "Dual BSD/GPL"; /* trace_printk is for GPL-compatible programs */
