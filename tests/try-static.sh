#!/bin/sh
# try-static.sh COMPILER [FLAG...]: what this compiler needs to link libelf statically, or nothing.
#
# What a static libelf needs besides itself differs between its versions, and whether one that was
# built for another libc will do depends on both. So it is tried, with the calls that we make.
# The archives are named by their paths: beside them lies the other libc.
archive() {
	path=$(gcc -print-file-name="lib$1.a" 2>/dev/null) && [ "$path" != "lib$1.a" ] && echo "$path"
}
elf=$(archive elf) z=$(archive z) zstd=$(archive zstd)
for libs in "$elf $z" "$elf $z $zstd"; do
	# shellcheck disable=SC2086 # words
	if "$@" -xc - -xnone -static -o /dev/null $libs 2>/dev/null <<-'C'; then
		#include <stddef.h>
		#include <gelf.h>
		int main(void)
		{
			static GElf_Ehdr eh; static GElf_Shdr sh; static GElf_Sym sym; static GElf_Rel rel;
			Elf *e = elf_version(EV_CURRENT) ? elf_memory((char *)"", 0) : elf_begin(0, ELF_C_WRITE, NULL);
			Elf_Scn *s = elf_nextscn(e, elf_newscn(e));
			Elf_Data *d = elf_getdata(s, elf_newdata(s));
			gelf_getehdr(e, &eh); gelf_getshdr(s, &sh); gelf_getsym(d, 0, &sym); gelf_getrel(d, 0, &rel);
			elf_strptr(e, 0, 0);
			return elf_update(e, ELF_C_WRITE) + elf_end(e);
		}
	C
		echo "-static $libs"
		exit 0
	fi
done
