# SPDX-License-Identifier: BSD-2-Clause
.prog p, "socket"
	bad0
	bad1
	bad2
	bad3
	bad4
	bad5
	bad6
	bad7
	bad8
	bad9
	bad10
	bad11
	bad12
	bad13
	bad14
	bad15
	bad16
	bad17
	bad18
	bad19
	bad20
	bad21
	bad22
	bad23
	bad24
