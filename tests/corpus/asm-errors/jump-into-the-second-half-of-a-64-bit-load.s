# SPDX-License-Identifier: BSD-2-Clause
.prog p, "socket"
	goto +1
	r1 = 5 ll
	exit
