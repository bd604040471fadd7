#!/bin/sh
# install-list.sh install|uninstall PREFIX BUILD_DIR PATH...
# One list for both: each PATH is relative to PREFIX, and says where its source is.
set -eu
what=$1 prefix=$2 build=$3
shift 3
for path; do
	to=$prefix/$path
	if [ "$what" = uninstall ]; then
		rm -f "$to"
		# Folders of our own go when they are empty; others' stay.
		dir=$(dirname "$to")
		while case $dir in */include/rawbpf*) true ;; *) false ;; esac; do
			rmdir "$dir" 2>/dev/null || break
			dir=$(dirname "$dir")
		done
		continue
	fi
	mode=644
	case $path in
	bin/*) from=$build/${path#bin/} mode=755 ;;
	lib/pkgconfig/*) from=$build/${path#lib/pkgconfig/} ;;
	lib/*) from=$build/${path#lib/} ;;
	include/rawbpf/*) from=${path#include/rawbpf/} ;;
	share/man/*) from=docs/${path##*/} ;;
	esac
	install -D -m "$mode" "$from" "$to"
done
