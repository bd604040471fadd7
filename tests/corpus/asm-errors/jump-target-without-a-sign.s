# SPDX-License-Identifier: BSD-2-Clause
.prog p, "socket"
	goto 5
	goto pc
	goto r1
	if r1 == 0 goto 1
	exit
