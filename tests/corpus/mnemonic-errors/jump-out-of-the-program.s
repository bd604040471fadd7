# SPDX-License-Identifier: BSD-2-Clause
	ja +5
	jeq %r1, 0, -9
	ja 1
	lddw %r1, 1
	exit
