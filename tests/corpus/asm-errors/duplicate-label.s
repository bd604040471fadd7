# SPDX-License-Identifier: BSD-2-Clause
.prog p, "socket"
again:	r1 = 1
again:	exit
