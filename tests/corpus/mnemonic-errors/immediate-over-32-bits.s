# SPDX-License-Identifier: BSD-2-Clause
	mov %r1, 0x100000000
	mov32 %r1, 0x100000000
	add %r1, -2147483649
	stw [%r1+4], 0x123456789
	jeq %r1, 5000000000, +0
	lddw %r1, 0x12345678123456789
	exit
