# SPDX-License-Identifier: BSD-2-Clause
.prog a, "maps"
.prog b, ".text"
.prog c, "license"
.prog d, ""
