/* SPDX-License-Identifier: BSD-2-Clause */
/* want: "CONFIG_HZ" is not defined in this object */
#include "bpf.h"

extern u32 CONFIG_HZ __attribute__((section(".kconfig")));

SEC("socket") int prog(void *ctx)
{
	return (int)CONFIG_HZ;
}

char _license[] SEC("license") = "GPL";
