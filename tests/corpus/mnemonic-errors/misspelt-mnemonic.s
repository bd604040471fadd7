# SPDX-License-Identifier: BSD-2-Clause
	mov %r0, 1
	ad %r0, 1
	ADD %r0, 1
	stxxw [%r1+4], %r2
	jneq %r0, 1, +0
	frobnicate %r0
	exti
	exit
