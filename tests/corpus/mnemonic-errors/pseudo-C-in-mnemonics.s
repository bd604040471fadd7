# SPDX-License-Identifier: BSD-2-Clause
	mov %r0, 1
	r1 += 5
	if r1 == 0 goto l
	*(u32 *)(r10 - 4) = 0
	goto l
	w2 = 3
l:	exit
