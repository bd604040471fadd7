/* SPDX-License-Identifier: BSD-2-Clause */
// args: -EB
/* { not this } */
#include <linux/bpf.h>
static const struct bpf_insn prog[5] = {
	{ 0xb7, 1, 0, 0, -5 }, /* r1 = -5 */
	{ .code = 0x1d, .src_reg = 2, .off = -1 },
	[2] = { 0x18, 3, 0, 0, 0xffffffffU },
	{ 0, 0, 0, 0, 1l },
	{ .code = 0x95 },
};
unsigned int after[] = { 1 };
