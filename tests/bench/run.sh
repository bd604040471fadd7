#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# make bench: what | ours | peer | ratio. Ratios are measured side by side in one run.
# run.sh BUILD_DIR
cd "$(dirname "$0")/../.." || exit 1
bad=0
printf '%-52s | %12s | %12s | %5s\n' what ours peer ratio
tests/bench/loader.sh "$1" || bad=1
tests/bench/asm.sh "$1" || bad=1
exit $bad
