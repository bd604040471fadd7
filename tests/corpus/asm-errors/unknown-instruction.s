# SPDX-License-Identifier: BSD-2-Clause
.prog p, "socket"
	frobnicate r1, 5
	gotp out
	exot
out:	exit
