/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Classic BPF: text in every input form, and instructions as they are (FUZZ_WORDS). What the
 * check accepts has no jump out of the program; every output form that is text reads back.
 */
#include <stdarg.h>

#include "fuzz.h"
#include "../../asm/classic.h"

#define FUZZ_SECCOMP 0x02
#define FUZZ_UNCHECKED 0x04
#define FUZZ_CLASSIC 0x08 /* else it is found out */
#define FUZZ_WORDS 0x10
#define FUZZ_TO_EBPF 0x20

#define CLASS(code) ((code)&7)
enum { LD, LDX, ST, STX, ALU, JMP, RET };

/* What would make the kernel run somewhere else. */
static void check_accepted(const struct rawbpf_classic_insn *insns, size_t n)
{
	FUZZ_CHECK(n >= 1 && n <= RAWBPF_CLASSIC_MAX, "%zu instructions", n);
	for (size_t i = 0; i < n; i++) {
		const struct rawbpf_classic_insn *insn = &insns[i];
		size_t left = n - i - 1;

		if (insn->code == JMP)
			FUZZ_CHECK(insn->k < left, "ja of %zu to +%u", i, insn->k);
		else if (CLASS(insn->code) == JMP)
			FUZZ_CHECK(insn->jt < left && insn->jf < left, "jump of %zu", i);
		if (CLASS(insn->code) == ST || CLASS(insn->code) == STX ||
			(CLASS(insn->code) <= LDX && (insn->code & 0xe0) == 0x60))
			FUZZ_CHECK(insn->k < 16, "M[%u]", insn->k);
		if (insn->code == 0x34 || insn->code == 0x94)
			FUZZ_CHECK(insn->k, "division by 0");
		if (insn->code == 0x64 || insn->code == 0x74)
			FUZZ_CHECK(insn->k < 32, "shift by %u", insn->k);
	}
	FUZZ_CHECK(insns[n - 1].code == 0x06 || insns[n - 1].code == 0x16, "no ret at the end");
}

static void same(const char *text, size_t len, const struct rawbpf_classic_insn *insns, size_t n)
{
	struct rawbpf_asm_opts opts = { .classic = true, .check = RAWBPF_ASM_UNCHECKED };
	struct fuzz_said said = { 0 };
	const struct rawbpf_sink sink = { fuzz_hear, &said };
	struct rawbpf_classic_insn *back = NULL;
	size_t elf_len, nback = 0;
	void *elf = NULL;
	int rc = rawbpf_asm_either_text(
		text, len, "/nonexistent/back.bpf", &opts, &elf, &elf_len, &back, &nback, &sink);

	FUZZ_CHECK(!rc, "it does not read back: %s\n%.*s", said.first, (int)len, text);
	FUZZ_CHECK(nback == n, "%zu instructions became %zu\n%.*s", n, nback, (int)len, text);
	for (size_t i = 0; i < n; i++)
		FUZZ_CHECK(insns[i].code == back[i].code && insns[i].jt == back[i].jt &&
				   insns[i].jf == back[i].jf && insns[i].k == back[i].k,
			"instruction %zu differs\n%.*s", i, (int)len, text);
	free(back);
}

static void in_words(const struct rawbpf_classic_insn *insns, size_t n)
{
	char *text = malloc(n * (RAWBPF_CLASSIC_TEXT + 1)), buf[RAWBPF_CLASSIC_TEXT];
	size_t len = 0;

	for (size_t i = 0; text && i < n; i++) {
		size_t used = strlen(rawbpf_classic_print(&insns[i], i, buf));

		FUZZ_CHECK(used && used < sizeof(buf), "%zu bytes of text", used);
		memcpy(text + len, buf, used);
		text[len + used] = '\n';
		len += used + 1;
	}
	if (text)
		same(text, len, insns, n);
	free(text);
}

/* A jump past the program has no label and no number, so not every form can say it. */
static void every_form(const struct rawbpf_classic_insn *insns, size_t n, bool big, bool accepted)
{
	for (int format = RAWBPF_CLASSIC_DECIMAL; format <= RAWBPF_CLASSIC_HEX; format++) {
		char *out = NULL;
		size_t len = 0;

		FUZZ_CHECK(!rawbpf_classic_write(insns, n, (unsigned)format, big, &out, &len),
			"out of memory");
		fuzz_touch(out, len);
		if (format == RAWBPF_CLASSIC_RAW)
			FUZZ_CHECK(len == n * 8, "%zu bytes", len);
		else if (format != RAWBPF_CLASSIC_HEX)
			same(out, len, insns, n);
		free(out);
	}
	if (accepted)
		in_words(insns, n);
}

static void reported(void *arg, enum rawbpf_diag_kind kind, size_t insn, const char *msg)
{
	struct fuzz_said *said = arg;

	said->n[kind]++;
	fuzz_touch(msg, strlen(msg));
	FUZZ_CHECK(*msg && insn < 1000000, "instruction %zu", insn);
}

static void words(const uint8_t *data, size_t size, enum rawbpf_asm_check check, bool big)
{
	size_t n = size / 8;
	struct rawbpf_classic_insn *insns = calloc(n + 1, sizeof(*insns));
	struct fuzz_said said = { 0 };
	const struct rawbpf_classic_report report = { reported, &said };
	int rc;

	for (size_t i = 0; insns && i < n; i++, data += 8)
		insns[i] = (struct rawbpf_classic_insn){ .code = (uint16_t)(data[0] | data[1] << 8),
			.jt = data[2],
			.jf = data[3],
			.k = data[4] | data[5] << 8 | data[6] << 16 | (uint32_t)data[7] << 24 };
	if (!insns)
		return;
	rc = rawbpf_classic_check(insns, n, check, &report);
	FUZZ_CHECK(!rc == !said.n[RAWBPF_ERROR], "%d after %u errors", rc, said.n[RAWBPF_ERROR]);
	if (!rc && check != RAWBPF_ASM_UNCHECKED)
		check_accepted(insns, n);
	if (n)
		every_form(insns, n, big, !rc && check != RAWBPF_ASM_UNCHECKED);
	free(insns);
}

static void text(
	const char *data, size_t size, const struct rawbpf_asm_opts *opts, bool big, bool checked)
{
	struct fuzz_said said = { 0 };
	const struct rawbpf_sink sink = { fuzz_hear, &said };
	struct rawbpf_classic_insn *insns = NULL;
	size_t len = 0, n = 0;
	void *elf = NULL;
	int rc = rawbpf_asm_either_text(
		data, size, "/nonexistent/fuzz.bpf", opts, &elf, &len, &insns, &n, &sink);

	FUZZ_CHECK(!rc == !said.n[RAWBPF_ERROR], "%d after %u errors", rc, said.n[RAWBPF_ERROR]);
	if (!rc && insns) {
		if (checked)
			check_accepted(insns, n);
		every_form(insns, n, big, checked);
	}
	if (!rc && elf)
		fuzz_round_trip(elf, len);
	free(insns);
	free(elf);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rawbpf_asm_opts opts = { .arch = "x86_64", .check = RAWBPF_ASM_FOR_SOCKET };
	bool big;

	if (!size)
		return 0;
	big = data[0] & FUZZ_BIG;
	opts.classic = data[0] & FUZZ_CLASSIC;
	opts.to_ebpf = data[0] & FUZZ_TO_EBPF;
	opts.endian = big ? RAWBPF_ASM_BIG : RAWBPF_ASM_LITTLE;
	if (data[0] & FUZZ_SECCOMP)
		opts.check = RAWBPF_ASM_FOR_SECCOMP;
	else if (data[0] & FUZZ_UNCHECKED)
		opts.check = RAWBPF_ASM_UNCHECKED;
	if (data[0] & FUZZ_WORDS)
		words(data + 1, size - 1, opts.check, big);
	else
		text((const char *)data + 1, size - 1, &opts, big,
			opts.check != RAWBPF_ASM_UNCHECKED);
	return 0;
}
