# SPDX-License-Identifier: BSD-2-Clause
start:	r1 = 1
	r2 = 2
	exit
