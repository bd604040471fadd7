#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
exec "$(dirname "$0")/one-guest.sh" 6.1 i386 i386.sh 120 "$1"
