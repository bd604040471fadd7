/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Classic BPF: what SO_ATTACH_FILTER, seccomp(2), xt_bpf and tc's cls_bpf take.
 * The language is in docs/rawbpf-classic.7.
 */
#ifndef RAWBPF_CLASSIC_H
#define RAWBPF_CLASSIC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "asm.h"

/* As the kernel's struct sock_filter. jt, jf and a jump's k count from the next instruction. */
struct rawbpf_classic_insn {
	uint16_t code;
	uint8_t jt, jf;
	uint32_t k;
};

#define RAWBPF_CLASSIC_MAX 4096 /* instructions; BPF_MAXINSNS */

/*
 * As rawbpf_asm_file(), for both instruction sets. A source of classic BPF (opts->classic, or
 * its first instruction says so) gives *insns, the caller's to free(), and *n; *elf is NULL.
 * Any other source gives *elf and *len; *insns is NULL.
 */
int rawbpf_asm_either_file(const char *path, const struct rawbpf_asm_opts *opts, void **elf,
	size_t *len, struct rawbpf_classic_insn **insns, size_t *n, const struct rawbpf_sink *sink);
int rawbpf_asm_either_text(const char *text, size_t text_len, const char *name,
	const struct rawbpf_asm_opts *opts, void **elf, size_t *len,
	struct rawbpf_classic_insn **insns, size_t *n, const struct rawbpf_sink *sink);

/* ---- checking -------------------------------------------------------------------- */

/*
 * Who hears what is wrong: `insn` is the index of the instruction (0 when there is none).
 * A note belongs to the error before it. Valid only during the call.
 */
struct rawbpf_classic_report {
	void (*say)(void *arg, enum rawbpf_diag_kind kind, size_t insn, const char *msg);
	void *arg;
};

/*
 * Would the kernel take this program: bpf_check_classic(), and with RAWBPF_ASM_FOR_SECCOMP
 * seccomp's own check after it. 0, or -EINVAL when the kernel refuses it, everything wrong (up
 * to 20 errors) having been said. `report` may be NULL.
 * Not judged: the kernel's memory limit per socket (net.core.optmem_max).
 */
int rawbpf_classic_check(const struct rawbpf_classic_insn *insns, size_t n,
	enum rawbpf_asm_check check, const struct rawbpf_classic_report *report);

/* ---- text ------------------------------------------------------------------------ */

#define RAWBPF_CLASSIC_TEXT 48 /* bytes that any instruction's text fits in */

/*
 * The instruction in words that assemble again: "jeq #0x800, 2, 5", with the numbers of the
 * instructions jumped to; `index` is its own. What no mnemonic says exactly (an unknown code,
 * fields that should be 0) is printed as "{ 0x28, 1, 0, 0x0000000c }". Returns buf.
 */
const char *rawbpf_classic_print(
	const struct rawbpf_classic_insn *insn, size_t index, char buf[RAWBPF_CLASSIC_TEXT]);

enum rawbpf_classic_format {
	RAWBPF_CLASSIC_DECIMAL,    /* "2,40 0 0 12,6 0 0 1,": bpf_asm, tc, xt_bpf */
	RAWBPF_CLASSIC_TCPDUMP,    /* tcpdump -ddd */
	RAWBPF_CLASSIC_TCPDUMP_DD, /* tcpdump -dd */
	RAWBPF_CLASSIC_C,          /* an array of struct sock_filter, with comments */
	RAWBPF_CLASSIC_RAW,        /* 8 bytes each */
	RAWBPF_CLASSIC_HEX,        /* the same, in hexadecimal, one instruction a line */
};

/* The format of this name (decimal, tcpdump, tcpdump-dd, c, raw, hex), or -ENOENT. */
int rawbpf_classic_format(const char *name);

/*
 * The program in a format: *out is the caller's to free(), *len its bytes. `big_endian` is for
 * RAW and HEX. 0 or -ENOMEM.
 */
int rawbpf_classic_write(const struct rawbpf_classic_insn *insns, size_t n,
	enum rawbpf_classic_format format, bool big_endian, char **out, size_t *len);

/* The byte order that `opts` (may be NULL) asks for: that of opts->arch, or this machine's. */
bool rawbpf_asm_big_endian(const struct rawbpf_asm_opts *opts);

#endif
