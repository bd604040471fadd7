# SPDX-License-Identifier: BSD-2-Clause
.dialect
.dialect 5
.dialect gno
.dialect pseudoc
	r0 = 1
.dialect gnu
	exit
