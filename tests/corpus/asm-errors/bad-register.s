# SPDX-License-Identifier: BSD-2-Clause
.prog p, "socket"
	r11 = 1
	r1 = R2
	w12 += 1
	r1 = *(u64 *)(rl0 - 8)
	r1 = r99
	if r1 == w11 goto +0
	exit
