/* SPDX-License-Identifier: BSD-2-Clause */
/* Shared by the tests of --to-ebpf on this machine's kernel. Included after cmocka.h. */
#ifndef LIB_CONVERT_H
#define LIB_CONVERT_H

#include <stdlib.h>

#include "lib_classic.h"
#include "lib_syscall.h"

#ifndef SO_ATTACH_BPF
#define SO_ATTACH_BPF 50
#endif
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static inline int load_bytes(const void *bytes, size_t len)
{
	static char log[1 << 16];
	struct rawbpf_attr_prog_load attr = {
		.prog_type = RAWBPF_PROG_TYPE_SOCKET_FILTER,
		.insns = rawbpf_ptr(bytes),
		.insn_cnt = (uint32_t)(len / 8),
		.license = rawbpf_ptr("GPL"),
	};
	int fd = rawbpf_prog_load(&attr);

	if (fd < 0) {
		attr.log_buf = rawbpf_ptr(log);
		attr.log_size = sizeof(log);
		attr.log_level = 1;
		fd = rawbpf_prog_load(&attr);
		print_message("%s\n", fd < 0 ? log : "");
	}
	return fd;
}

/* A classic source as extended bytes; NULL: it is refused. */
static inline void *convert(const char *text, size_t text_len, int format, size_t *len)
{
	const struct rawbpf_asm_opts opts = {
		.classic = true, .to_ebpf = true, .format = (unsigned)format
	};
	void *out = NULL;

	if (rawbpf_asm_text(text, text_len, "filter", &opts, &out, len, NULL))
		return NULL;
	return out;
}

static inline int load_converted(const struct rawbpf_classic_insn *insns, size_t n)
{
	size_t text_len, len;
	char *text;
	void *bytes;
	int fd;

	assert_int_equal(
		rawbpf_classic_write(insns, n, RAWBPF_CLASSIC_DECIMAL, false, &text, &text_len), 0);
	bytes = convert(text, text_len, RAWBPF_ASM_RAW, &len);
	free(text);
	assert_non_null(bytes);
	fd = load_bytes(bytes, len);
	free(bytes);
	return fd;
}

static inline size_t assemble(const char *text, struct rawbpf_classic_insn **insns)
{
	const struct rawbpf_asm_opts opts = { .classic = true };
	const struct rawbpf_sink sink = { rawbpf_print_diag, stdout };
	size_t n, len;
	void *elf;

	assert_int_equal(rawbpf_asm_either_text(
				 text, strlen(text), "filter", &opts, &elf, &len, insns, &n, &sink),
		0);
	return n;
}

#endif
