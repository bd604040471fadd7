# SPDX-License-Identifier: BSD-2-Clause
.prog p, "socket"
	w1 = ((((((((((((((((((((((((((((((((((((((((1
	w1 = ----------------------------------------1
	exit
