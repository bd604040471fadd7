# SPDX-License-Identifier: BSD-2-Clause
	stw [%r1+4], %r2
	stxw [%r1+4], 7
	xadddw [%r1+8], 1
	exit
