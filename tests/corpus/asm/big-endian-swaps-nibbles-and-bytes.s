# SPDX-License-Identifier: BSD-2-Clause
# args: -EB
.prog p, "socket"
	r1 = *(u16 *)(r2 + 0x102)
	r3 = 0x1122334455667788 ll
	if r4 == 0x01020304 goto +0
	exit
