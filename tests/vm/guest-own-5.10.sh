#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The name says which kernel: guest-own-KERNEL.sh
kernel=${0##*guest-own-}
exec "$(dirname "$0")/own-tests.sh" "${kernel%.sh}" "$1"
