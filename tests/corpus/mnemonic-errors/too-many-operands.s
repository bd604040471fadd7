# SPDX-License-Identifier: BSD-2-Clause
	neg %r1, %r2
	exit 1
	mov %r1, %r2, %r3
	ldxb %r1, [%r2+1], 5
	ja l, m
	be16 %r1, 16
	mov %r1 5
l:	exit
