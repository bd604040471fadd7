# SPDX-License-Identifier: BSD-2-Clause
.prog p, "socket"
	r1 = 5 6
	exit now
	r1 = r2 + 1
	goto out out
	call 1, 2
out:	exit
	r1 = *(u8 *)(r2 + 1) + 1
	r1 = 5# no blank before the comment
