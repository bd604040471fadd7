# SPDX-License-Identifier: BSD-2-Clause
# args: -f hex
.prog p, "socket"
	call f
	exit
.prog f, ".text"
	exit
