# SPDX-License-Identifier: BSD-2-Clause
	ldxb %r1, [%r2+0x8000]
	ldxb %r1, [%r2-32769]
	stxw [%r1+65536], %r2
	exit
