# SPDX-License-Identifier: BSD-2-Clause
.prog p, "socket"
	r1 = 5 
	r2 = ä
	@r1 = {
	exit
