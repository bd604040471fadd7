#!/bin/sh
exec "$(dirname "$0")/own-tests.sh" 5.10 "$1"
