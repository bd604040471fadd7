# SPDX-License-Identifier: BSD-2-Clause
.prog a, "socket"
	r0 = 1
	exit
.prog b, "xdp"
	r0 = 2
	exit
.prog c, "socket"
	goto out
	call f
out:	exit
f:	exit
