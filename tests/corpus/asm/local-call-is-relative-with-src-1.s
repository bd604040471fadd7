# SPDX-License-Identifier: BSD-2-Clause
.prog p, "socket"
	call later
	call pc+1
	exit
later:	exit
	call later
	exit
