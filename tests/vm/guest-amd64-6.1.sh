#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The name says which machine and kernel: guest-ARCH-KERNEL.sh
name=$(basename "$0" .sh)
arch=${name#guest-}
arch=${arch%%-*}
exec "$(dirname "$0")/one-guest.sh" "${name##*-}" "$arch" "$arch.sh" 120 "$1"
