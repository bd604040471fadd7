# SPDX-License-Identifier: BSD-2-Clause
.prog p, "socket"
r1:	exit
pc:	exit
1:	exit
