#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
exec "$(dirname "$0")/one-guest.sh" 6.1 amd64 amd64.sh 120 "$1"
