# SPDX-License-Identifier: BSD-2-Clause
.prog p, "socket"
	goto nowhere
	r1 = nomap ll
	.include "lib/deferred.inc"
	r77 = 1
	r1 = 0xffffffff
two:	exit
two:	exit
.prog q, "socket"
	r1 = nomap2 ll
	goto +5
	exit
