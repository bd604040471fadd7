#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
exec "$(dirname "$0")/one-guest.sh" 6.12 arm64 arm64.sh 120 "$1"
