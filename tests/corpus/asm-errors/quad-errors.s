# SPDX-License-Identifier: BSD-2-Clause
	.quad 1
.prog p, "s"
	.quad
	.quad 1, 2
	.quad 1 << 64
	.quad "text"
	exit
.prog q, "s"
	goto +1
	goto here
	.quad 0
	goto here
here:	.quad 7 << 8
	r1 = 1 ll
	goto -2
	exit
