# SPDX-License-Identifier: BSD-2-Clause
.prog a, "maps"
.prog b, ".rodata"
.prog c, "license"
.prog d, ""
