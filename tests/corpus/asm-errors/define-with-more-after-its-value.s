# SPDX-License-Identifier: BSD-2-Clause
# args: -DA=1;B=2
.prog p, "socket"
	r0 = A
	exit
