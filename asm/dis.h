/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The disassembler: BPF instructions in, text out that the assembler takes back.
 * What cannot be written yet stands in comments, and is said.
 */
#ifndef RAWBPF_DIS_H
#define RAWBPF_DIS_H

#include <stdbool.h>
#include <stddef.h>

#include "../rawbpf_diag.h"

struct rawbpf_dis_opts {
	/* RAWBPF_DIS_ANY: found out from the content. */
	enum {
		RAWBPF_DIS_ANY,
		RAWBPF_DIS_ELF,
		RAWBPF_DIS_RAW, /* slots of 8 bytes */
		RAWBPF_DIS_HEX, /* text: bytes or slots in hexadecimal */
		RAWBPF_DIS_C,   /* text: a C array of bytes, slots or struct bpf_insn */
	} format;
	/* Byte order of what is not ELF; RAWBPF_DIS_HOST: this machine's. */
	enum { RAWBPF_DIS_HOST, RAWBPF_DIS_LITTLE, RAWBPF_DIS_BIG } endian;
	bool kernel; /* as the verifier's log and bpftool print: not for the assembler */
	bool source; /* source lines as comments, where .BTF.ext has them */
	bool bytes;  /* the bytes of each instruction as a comment */
};

/*
 * Disassembles the file at `path` ("-": standard input). opts NULL: all defaults.
 * On success *text is the caller's to free(): *len bytes and a NUL. What will not
 * assemble again is said as notes to the sink, and in comments on top of the text.
 * -ENOEXEC: broken, or no BPF; -EINVAL: no such format; the errno of reading; -ENOMEM.
 */
int rawbpf_dis_file(const char *path, const struct rawbpf_dis_opts *opts, char **text, size_t *len,
	const struct rawbpf_sink *sink);

/* The same for bytes in memory; `name` stands for the file in messages. */
int rawbpf_dis_mem(const void *data, size_t data_len, const char *name,
	const struct rawbpf_dis_opts *opts, char **text, size_t *len,
	const struct rawbpf_sink *sink);

/* `rawbpf dis`: argv[0] is "dis". Returns the exit status. */
int rawbpf_cmd_dis(int argc, char **argv);

#endif
