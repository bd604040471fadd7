# SPDX-License-Identifier: BSD-2-Clause
# Each form once; what llvm-mc makes of the same lines is compared, too, where it is installed.
.prog every, "socket"
.include "forms-llvm14.inc"
.include "forms-llvm22.inc"
	exit
	exit
