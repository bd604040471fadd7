# SPDX-License-Identifier: BSD-2-Clause
	mov %r11, 1
	mov %r0, %r77
	mov %R0, 1
	add %w1, 2
	add w1, w2
	ldxb %r1, [%rl0+1]
	mov %, 1
	mov %5, 1
	ldxb %r1, [8]
	exit
