/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The assembler: BPF assembly text in, the bytes of an ELF object out.
 * The language is in docs/rawbpf-asm.7.
 */
#ifndef RAWBPF_ASM_H
#define RAWBPF_ASM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../rawbpf_diag.h"

enum rawbpf_asm_check { RAWBPF_ASM_FOR_SOCKET, RAWBPF_ASM_FOR_SECCOMP, RAWBPF_ASM_UNCHECKED };

struct rawbpf_asm_opts {
	/*
	 * Where `.include "x"` looks after the including file's own folder;
	 * in each folder F, F/x is tried and then F/arch/ARCH/x.
	 */
	const char *const *include_dirs;
	size_t ninclude_dirs;
	/* x86_64, i386, arm64, arm, riscv64, s390x, ...; NULL: this machine's. */
	const char *arch;
	/* NAME=VALUE constants, as by .equ before the first line. */
	const char *const *defines;
	size_t ndefines;
	/* Byte order of the object; RAWBPF_ASM_HOST_ENDIAN: that of `arch`. */
	enum { RAWBPF_ASM_HOST_ENDIAN, RAWBPF_ASM_LITTLE, RAWBPF_ASM_BIG } endian;
	/* For rawbpf_asm_either_*() in classic.h: the source is classic BPF, whatever it looks
	 * like. */
	bool classic;
	enum rawbpf_asm_check check; /* whose rules a classic program must pass */
	/*
	 * The source is classic BPF, and extended BPF is made of it: one program `filter`,
	 * section "socket", license GPL. It is checked as for a socket.
	 */
	bool to_ebpf;
	/* pseudoc, gnu or conformance; NULL: .dialect or the first instruction says it. */
	const char *dialect;
	/*
	 * What is made: an ELF object, or the instructions of one program: as
	 * bytes, as text in hex (8 bytes a line), as a C array with the source in
	 * comments, as JSON {"prog", "section", "insns": hex, "relocs": {slot: name}}.
	 * For these, instructions before any .prog are a program named `prog`.
	 */
	enum {
		RAWBPF_ASM_ELF,
		RAWBPF_ASM_RAW,
		RAWBPF_ASM_HEX,
		RAWBPF_ASM_C,
		RAWBPF_ASM_JSON,
	} format;
	/* Which program, where the file has several and the format takes one. */
	const char *prog;
};

/*
 * Assembles the file at `path` ("-": standard input) and what it includes.
 * opts NULL: all defaults. On success *elf (or what opts->format asks for) is
 * the caller's to free(), *len its size in bytes. All errors of the input are said (up to 20), then
 * the call returns -EINVAL; a file that cannot be read gives that errno; -ENOMEM.
 */
int rawbpf_asm_file(const char *path, const struct rawbpf_asm_opts *opts, void **elf, size_t *len,
	const struct rawbpf_sink *sink);

/* The same for text in memory; `name` stands for the file in messages and line info. */
int rawbpf_asm_text(const char *text, size_t text_len, const char *name,
	const struct rawbpf_asm_opts *opts, void **elf, size_t *len,
	const struct rawbpf_sink *sink);

/* The name of the machine this was built for, as in `opts->arch`. */
const char *rawbpf_asm_host_arch(void);

/* `rawbpf asm`: argv[0] is "asm". Returns the exit status. */
int rawbpf_cmd_asm(int argc, char **argv);

#endif
