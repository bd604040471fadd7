# SPDX-License-Identifier: BSD-2-Clause
.license "GPL
.license GPL
.license "a\qb"
.license "a\0b"
.prog p, socket
.prog q, "soc	ket"
