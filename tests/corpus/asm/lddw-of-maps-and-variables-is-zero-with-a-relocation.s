# SPDX-License-Identifier: BSD-2-Clause
.license "GPL"
.version 0x60100
.prog p, "socket"
	r1 = later ll
	r2 = limit ll
	exit
.map later, type=array, key=4, value=8, entries=1
.const limit, type=s16, value=-2
