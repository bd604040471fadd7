# SPDX-License-Identifier: BSD-2-Clause
.prog p, "socket"
	w1 = 1 / 0
	w1 = 1 % (2 - 2)
	w1 = 1 << 64
	w1 = 1 << -1
	w1 = (1
	w1 = 1 +
	w1 = 1 ? 2
	w1 = UNKNOWN + 1
	w1 = BPF_F_NO_PREALOC
	w1 = 1 + r2
	w1 = 08
	w1 = 0x
	w1 = 12ab
	w1 = 99999999999999999999
	w1 = 0xffffffffffffffff + 1
	w1 = -9223372036854775808 - 1
	w1 = 1 << 63 << 1
	exit
