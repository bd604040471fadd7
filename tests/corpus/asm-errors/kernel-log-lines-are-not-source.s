# SPDX-License-Identifier: BSD-2-Clause
.prog p, "socket"
0: (b7) r0 = 0
	r1 = map[id:3]
	call kernel-function#123
	exit
