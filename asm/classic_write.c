/* SPDX-License-Identifier: BSD-2-Clause */
/* A classic program in the forms that others read. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "classic_impl.h"

static const char *const formats[] = {
	[RAWBPF_CLASSIC_DECIMAL] = "decimal",
	[RAWBPF_CLASSIC_TCPDUMP] = "tcpdump",
	[RAWBPF_CLASSIC_TCPDUMP_DD] = "tcpdump-dd",
	[RAWBPF_CLASSIC_C] = "c",
	[RAWBPF_CLASSIC_RAW] = "raw",
	[RAWBPF_CLASSIC_HEX] = "hex",
};

/* What one instruction takes in any format, and what stands before and after all of them. */
#define LINE_MAX_BYTES 128
#define FRAME_BYTES 128

int rawbpf_classic_format(const char *name)
{
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (!strcmp(name, formats[i]))
			return (int)i;
	return -ENOENT;
}

static void bytes_of(const struct rawbpf_classic_insn *insn, bool big_endian, unsigned char to[8])
{
	uint64_t v;

	/* As one number, the first field is at its high end or at its low end. */
	if (big_endian)
		v = (uint64_t)insn->code << 48 | (uint64_t)insn->jt << 40 |
		    (uint64_t)insn->jf << 32 | insn->k;
	else
		v = insn->code | (uint64_t)insn->jt << 16 | (uint64_t)insn->jf << 24 |
		    (uint64_t)insn->k << 32;
	for (unsigned i = 0; i < 8; i++)
		to[i] = (unsigned char)(v >> (big_endian ? 7 - i : i) * 8);
}

static int hex(const struct rawbpf_classic_insn *insn, bool big_endian, char *to)
{
	unsigned char b[8];

	bytes_of(insn, big_endian, b);
	for (unsigned i = 0; i < 8; i++)
		snprintf(to + i * 2, 3, "%02x", b[i]);
	to[16] = '\n';
	return 17;
}

/* printf() would take half of the assembler's time. */
static int decimal(uint32_t v, char end, char *to)
{
	char digits[12];
	int n = 0, len = 0;

	do
		digits[n++] = (char)('0' + v % 10);
	while (v /= 10);
	while (n)
		to[len++] = digits[--n];
	to[len++] = end;
	return len;
}

static int decimals(const struct rawbpf_classic_insn *insn, char end, char *to)
{
	int n = decimal(insn->code, ' ', to);

	n += decimal(insn->jt, ' ', to + n);
	n += decimal(insn->jf, ' ', to + n);
	return n + decimal(insn->k, end, to + n);
}

/* Instruction i, in at most LINE_MAX_BYTES. */
static int line(const struct rawbpf_classic_insn *insn, size_t i, enum rawbpf_classic_format format,
	bool big_endian, char *to)
{
	char text[RAWBPF_CLASSIC_TEXT];

	switch (format) {
	case RAWBPF_CLASSIC_DECIMAL:
	case RAWBPF_CLASSIC_TCPDUMP:
		return decimals(insn, format == RAWBPF_CLASSIC_DECIMAL ? ',' : '\n', to);
	case RAWBPF_CLASSIC_TCPDUMP_DD:
		return snprintf(to, LINE_MAX_BYTES, "{ 0x%x, %u, %u, 0x%08" PRIx32 " },\n",
			insn->code, insn->jt, insn->jf, insn->k);
	case RAWBPF_CLASSIC_C:
		return snprintf(to, LINE_MAX_BYTES,
			"\t{ 0x%02x, %u, %u, 0x%08" PRIx32 " }, /* %zu: %s */\n", insn->code,
			insn->jt, insn->jf, insn->k, i, rawbpf_classic_print(insn, i, text));
	case RAWBPF_CLASSIC_RAW:
		bytes_of(insn, big_endian, (unsigned char *)to);
		return 8;
	default:
		return hex(insn, big_endian, to);
	}
}

int rawbpf_classic_write(const struct rawbpf_classic_insn *insns, size_t n,
	enum rawbpf_classic_format format, bool big_endian, char **out, size_t *len)
{
	char *text;
	size_t at = 0;

	if (n > (SIZE_MAX - FRAME_BYTES) / LINE_MAX_BYTES)
		return -ENOMEM;
	text = malloc(n * LINE_MAX_BYTES + FRAME_BYTES);
	if (!text)
		return -ENOMEM;
	if (format == RAWBPF_CLASSIC_DECIMAL || format == RAWBPF_CLASSIC_TCPDUMP)
		at += (size_t)snprintf(text, FRAME_BYTES, "%zu%c", n,
			format == RAWBPF_CLASSIC_DECIMAL ? ',' : '\n');
	if (format == RAWBPF_CLASSIC_C)
		at += (size_t)snprintf(
			text, FRAME_BYTES, "static struct sock_filter filter[] = {\n");
	for (size_t i = 0; i < n; i++)
		at += (size_t)line(&insns[i], i, format, big_endian, text + at);
	if (format == RAWBPF_CLASSIC_DECIMAL)
		text[at++] = '\n';
	if (format == RAWBPF_CLASSIC_C)
		at += (size_t)snprintf(text + at, 8, "};\n");
	*out = text;
	*len = at;
	return 0;
}
