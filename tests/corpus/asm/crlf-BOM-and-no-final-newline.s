# SPDX-License-Identifier: BSD-2-Clause
.prog p, "socket"
	r0 = 1
l:	goto l
	exit