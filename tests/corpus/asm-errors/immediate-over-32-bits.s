# SPDX-License-Identifier: BSD-2-Clause
.prog p, "socket"
	r1 = 0x123456789
	w1 = 4294967296
	r1 += -2147483649
	if r1 > 0x100000000 goto +0
	*(u32 *)(r1 + 4) = 5000000000
	exit
