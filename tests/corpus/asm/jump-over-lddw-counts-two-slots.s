# SPDX-License-Identifier: BSD-2-Clause
.prog p, "socket"
	goto over
	r1 = 0x1122334455667788 ll
over:	if r1 == 0 goto back
	gotol over
back:	goto over
