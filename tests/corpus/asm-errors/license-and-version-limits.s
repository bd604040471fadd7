# SPDX-License-Identifier: BSD-2-Clause
.license "GPL"
.license "MIT"
.version 0x100000000
.version 1
.version 2
