# SPDX-License-Identifier: BSD-2-Clause
.prog p, "socket"
	if r1 == 0 goto nowhere
	goto uot
	gotol x
out:	exit
