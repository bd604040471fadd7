# SPDX-License-Identifier: BSD-2-Clause
.include ptregs.inc
.include ""
.include "lib/error.inc" twice
