# SPDX-License-Identifier: BSD-2-Clause
.prog p, "socket"
	r1	=	0x1ffffffff	# tabs before
	r1 = 5	/* ä */ + r3
