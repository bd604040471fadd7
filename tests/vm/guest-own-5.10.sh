#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
exec "$(dirname "$0")/own-tests.sh" 5.10 "$1"
