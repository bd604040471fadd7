/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The disassembler and the assembler undo each other: on every form of every row of
 * isa.def, on random words, on objects; and broken objects are refused, not believed.
 * In the environment, N is how many random words, and BROKEN how many broken inputs.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "../../asm/decode.h"
#include "../../asm/dis.h"

/* ---- tools ------------------------------------------------------------------------ */

static uint64_t state = 88172645463325252u;

static uint64_t rnd(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	return state ^= state << 17;
}

static size_t runs(const char *variable, size_t by_default)
{
	const char *n = getenv(variable);

	return n ? strtoull(n, NULL, 10) : by_default;
}

static void show_error(void *arg, const struct rawbpf_diag *d)
{
	unsigned *said = arg;

	++*said;
	if (d->kind == RAWBPF_ERROR && *said < 5)
		print_message("%s:%u: %s\n", d->file ? d->file : "", d->line, d->msg);
}

static void count(void *arg, const struct rawbpf_diag *d)
{
	unsigned *said = arg;

	*said += d->kind == RAWBPF_ERROR;
}

static void pack(unsigned char *p, const struct asm_insn *i, bool big)
{
	uint16_t off = (uint16_t)i->off;
	uint32_t imm = (uint32_t)i->imm;

	p[0] = i->code;
	p[1] = (unsigned char)(big ? i->dst << 4 | i->src : i->src << 4 | i->dst);
	for (int k = 0; k < 2; k++)
		p[2 + k] = (unsigned char)(off >> (big ? 1 - k : k) * 8);
	for (int k = 0; k < 4; k++)
		p[4 + k] = (unsigned char)(imm >> (big ? 3 - k : k) * 8);
}

/* A section of an object; ELF64 read by hand. NULL: there is none. */
static const unsigned char *section(
	const void *elf_, size_t len, const char *name, size_t *size, bool big)
{
	const unsigned char *elf = elf_, *h = elf + rawbpf_asm_get(elf + 0x28, 8, big);
	unsigned n = (unsigned)rawbpf_asm_get(elf + 0x3c, 2, big);
	unsigned names = (unsigned)rawbpf_asm_get(elf + 0x3e, 2, big);
	const unsigned char *strings = elf + rawbpf_asm_get(h + names * 64 + 24, 8, big);

	assert_true((size_t)(h - elf) + n * 64 <= len);
	for (unsigned i = 1; i < n; i++, *size = 0) {
		const unsigned char *s = h + i * 64;

		*size = rawbpf_asm_get(s + 32, 8, big);
		if (!strcmp((const char *)strings + rawbpf_asm_get(s, 4, big), name))
			return elf + rawbpf_asm_get(s + 24, 8, big);
	}
	return NULL;
}

static void assemble(const char *text, bool big, void **elf, size_t *len)
{
	const struct rawbpf_asm_opts opts = { .endian = big ? RAWBPF_ASM_BIG : RAWBPF_ASM_LITTLE };
	unsigned said = 0;
	const struct rawbpf_sink sink = { show_error, &said };

	if (rawbpf_asm_text(text, strlen(text), "t.s", &opts, elf, len, &sink)) {
		print_message("%.2000s\n", text);
		fail();
	}
}

/* asm(dis(x)) == x; returns the text, for free(). */
static char *round_trip(const unsigned char *bytes, size_t n, bool big)
{
	const struct rawbpf_dis_opts opts = { .format = RAWBPF_DIS_RAW,
		.endian = big ? RAWBPF_DIS_BIG : RAWBPF_DIS_LITTLE };
	const unsigned char *back;
	size_t len, back_len;
	void *elf;
	char *text;

	assert_int_equal(rawbpf_dis_mem(bytes, n, "t", &opts, &text, &len, NULL), 0);
	assert_int_equal(strlen(text), len);
	assemble(text, big, &elf, &len);
	back = section(elf, len, "socket", &back_len, big);
	assert_non_null(back);
	assert_int_equal(back_len, n);
	if (memcmp(back, bytes, n))
		print_message("%.2000s\n", text);
	assert_memory_equal(back, bytes, n);
	free(elf);
	return text;
}

/* ---- forms ------------------------------------------------------------------------ */

/* An instruction of this form; its jump, if it is one, is short. */
static struct asm_insn any_of(const struct asm_form *f)
{
	struct asm_insn i = { f->code, 0, f->src, f->off, f->imm };

	if (f->uses & FORM_DST)
		i.dst = (uint8_t)(rnd() % 11);
	if (f->uses & FORM_SRC)
		i.src = (uint8_t)(f->max_src == 6 ? 1 + rnd() % 6 : rnd() % 11);
	if (f->uses & FORM_OFF)
		i.off = (int16_t)(f->target ? (int64_t)(rnd() % 9) - 4 : (int64_t)rnd());
	if (f->uses & FORM_IMM)
		i.imm = (int32_t)(f->target > TARGET_OFF ? (int64_t)(rnd() % 9) - 4
							 : (int64_t)rnd());
	return i;
}

static void each_form(bool big)
{
	const struct asm_insn exit_insn = { .code = 0x95 };
	unsigned char bytes[12 * 8];
	size_t n;
	const struct asm_form *forms = rawbpf_asm_forms(&n);

	for (size_t i = 0; i < n * 40; i++) {
		const struct asm_form *f = &forms[i / 40];
		struct asm_insn insn = any_of(f);
		char *text;

		for (unsigned slot = 0; slot < 12; slot++)
			pack(bytes + slot * 8, &exit_insn, big);
		pack(bytes + 40, &insn, big);
		if (f->slots == 2)
			pack(bytes + 48, &(struct asm_insn){ .imm = (int32_t)rnd() }, big);
		text = round_trip(bytes, sizeof(bytes), big);
		if (strstr(text, ".quad"))
			print_message("%02x: %s\n", f->code, text);
		assert_null(strstr(text, ".quad"));
		free(text);
	}
}

static void every_form_of_every_row_assembles_back_in_little_endian(void **s)
{
	each_form(false);
}

static void every_form_of_every_row_assembles_back_in_big_endian(void **s)
{
	each_form(true);
}

/* What the verifier has in a field that it calls reserved is not printed as if it were not there.
 */
static void a_used_reserved_field_is_no_instruction(void **state_)
{
	struct asm_decoder d;
	size_t n;
	const struct asm_form *forms = rawbpf_asm_forms(&n);

	rawbpf_asm_decoder_init(&d);
	for (size_t i = 0; i < n; i++) {
		const struct asm_insn half = { 0 }, wrong = { .dst = 1 };
		struct asm_insn insn = any_of(&forms[i]);
		const struct asm_form *f;

		assert_ptr_equal(rawbpf_asm_decode(&d, &insn, &half), &forms[i]);
		insn.dst = forms[i].uses & FORM_DST ? 11 : 1;
		assert_null(rawbpf_asm_decode(&d, &insn, &half));
		insn = any_of(&forms[i]);
		if (!(forms[i].uses & FORM_OFF)) {
			insn.off = 77;
			assert_null(rawbpf_asm_decode(&d, &insn, &half));
		}
		insn = any_of(&forms[i]);
		if (!(forms[i].uses & FORM_IMM)) {
			insn.imm = 0x7777;
			assert_null(rawbpf_asm_decode(&d, &insn, &half));
		}
		insn = any_of(&forms[i]);
		f = rawbpf_asm_decode(&d, &insn, &wrong);
		assert_true(forms[i].slots == 2 ? !f : f == &forms[i]);
	}
}

/* ---- random words ----------------------------------------------------------------- */

#define CHUNK 2048

/* Words that are anything, words that are instructions, and things between. */
static void fill(unsigned char *p, bool big)
{
	size_t n;
	const struct asm_form *forms = rawbpf_asm_forms(&n);

	for (unsigned slot = 0; slot < CHUNK; slot++, p += 8) {
		struct asm_insn i = any_of(&forms[rnd() % n]);
		uint64_t v = rnd();

		switch (rnd() % 4) {
		case 0:
			memcpy(p, &v, 8);
			continue;
		case 1:
			i.off = (int16_t)rnd();
			break;
		case 2:
			i.imm = rnd() % 2 ? (int32_t)rnd() : 0;
			break;
		}
		pack(p, &i, big);
		if (rnd() % 16 == 0)
			memset(p, 0, 8);
	}
}

static void random_words_assemble_back_to_the_same_bytes(void **s)
{
	static unsigned char bytes[CHUNK * 8];
	size_t quads = 0, n = runs("N", 100000);

	for (size_t done = 0; done < n; done += CHUNK) {
		bool big = done / CHUNK % 2;
		char *text;

		fill(bytes, big);
		text = round_trip(bytes, sizeof(bytes), big);
		for (const char *p = text; (p = strstr(p, ".quad")); p++)
			quads++;
		free(text);
	}
	print_message("# %zu words, %zu of them .quad\n", (n + CHUNK - 1) / CHUNK * CHUNK, quads);
	assert_true(quads > n / 100 && quads < n);
}

/* ---- objects ---------------------------------------------------------------------- */

static const char object_text[] =
	".license \"a \\\"b\\\" \\x01\\xff\\n\"\n.version 0x50a00\n"
	".map hits, type=percpu_array, key=u32, value=u64, entries=64\n"
	".map q, type=queue, value=12, entries=5, flags=3\n"
	".map rb, type=ringbuf, entries=4096, pinning=by_name\n"
	".map bloom, type=bloom_filter, value=s16, entries=9, map_extra=0x1234567890\n"
	".map h, type=hash, key=12, value=u8, entries=1, numa_node=1\n"
	".const a, type=s8, value=-3\n.const text, type=char, value=\"%d \\\\ \\t\\n\"\n"
	".const b, type=u64, value=0xffffffffffffffff\n.const c, type=s64, value=-(1<<63)\n"
	".prog one, \"kprobe/x\"\n r1 = hits ll; r2 = text ll; r3 = c ll; L7: call sub; exit\n"
	"sub: r0 = b ll; if r0 == 7 goto L7; goto sub\n call pc+0\n exit\n"
	".prog two, \"xdp\"\n r0 = 2; exit\n"
	".prog three, \"kprobe/x\"\n r1 = rb ll; .quad 0x0123456789abcdef; L7: goto L7\n"
	".prog four, \"tc\\\"\\x80\"\n r0 = 1 ll; call 1; call 9999; exit\n";

static void same_section(void *x, size_t xn, void *y, size_t yn, const char *name, bool big)
{
	size_t n, m;
	const unsigned char *a = section(x, xn, name, &n, big), *b = section(y, yn, name, &m, big);

	if (!a || !b || n != m)
		print_message("%s: %zu and %zu bytes\n", name, n, m);
	assert_true(a && b && n == m);
	assert_memory_equal(a, b, n);
}

/* The lines' texts are the new text's, and so are their offsets; types and functions stay. */
static void same_btf(void *x, size_t xn, void *y, size_t yn, bool big)
{
	size_t n, m, types;
	const unsigned char *a = section(x, xn, ".BTF", &n, big);
	const unsigned char *b = section(y, yn, ".BTF", &m, big);

	types = rawbpf_asm_get(a + 12, 4, big);
	assert_int_equal(types, rawbpf_asm_get(b + 12, 4, big));
	assert_memory_equal(a + 24, b + 24, types + 100);
	a = section(x, xn, ".BTF.ext", &n, big);
	b = section(y, yn, ".BTF.ext", &m, big);
	assert_memory_equal(a + 32, b + 32, rawbpf_asm_get(a + 12, 4, big));
}

static void our_own_objects_come_back_whole(void **s)
{
	static const char *const same[] = { "kprobe/x", "xdp", "tc\"\x80", "license", "version",
		".maps", ".rodata", ".symtab", ".strtab", ".relkprobe/x" };

	for (int big = 0; big < 2; big++) {
		size_t n, m, len, again_len;
		char *text, *again;
		void *x, *y;

		assemble(object_text, big, &x, &n);
		assert_int_equal(rawbpf_dis_mem(x, n, "x.o", NULL, &text, &len, NULL), 0);
		assert_null(strstr(text, "# -"));
		assemble(text, big, &y, &m);
		for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++)
			same_section(x, n, y, m, same[i], big);
		same_btf(x, n, y, m, big);
		assert_int_equal(rawbpf_dis_mem(y, m, "x.o", NULL, &again, &again_len, NULL), 0);
		assert_string_equal(text, again);
		free(text);
		free(again);
		free(x);
		free(y);
	}
}

/* ---- hostile objects -------------------------------------------------------------- */

/* Either text, or an error that was said; never anything else. */
static void must_survive(const unsigned char *bytes, size_t n, unsigned options)
{
	const struct rawbpf_dis_opts opts = {
		.source = options & 1, .bytes = options & 2, .kernel = options & 4
	};
	/* Its own allocation, so that reading past its end is seen. */
	unsigned char *copy = malloc(n ? n : 1);
	unsigned said = 0;
	const struct rawbpf_sink sink = { count, &said };
	char *text = NULL;
	size_t len;
	int rc;

	assert_non_null(copy);
	memcpy(copy, bytes, n);
	rc = rawbpf_dis_mem(copy, n, "x", &opts, &text, &len, &sink);
	assert_true(rc == 0 ? text && text[len] == 0 : said > 0 && !text);
	free(text);
	free(copy);
}

static void truncated_objects_are_refused_or_read_to_their_end(void **s)
{
	void *elf;
	size_t n;

	for (int big = 0; big < 2; big++) {
		assemble(object_text, big, &elf, &n);
		for (size_t i = 0; i < n; i += i < 128 ? 1 : 7)
			must_survive(elf, i, (unsigned)i);
		free(elf);
	}
}

static void mutated_objects_do_no_harm(void **s)
{
	unsigned char *copy;
	void *elf;
	size_t n, k = runs("BROKEN", 6000);

	for (size_t i = 0; i < k; i++) {
		size_t changes = 1 + rnd() % 8;

		if (i % (k / 2 + 1) == 0)
			assemble(object_text, i != 0, &elf, &n);
		copy = malloc(n);
		assert_non_null(copy);
		memcpy(copy, elf, n);
		while (changes--) {
			static const unsigned char likely[] = { 0, 1, 0x7f, 0x80, 0xff };
			uint64_t headers = rawbpf_asm_get(copy + 0x28, 8, copy[5] == 2);
			size_t at = rnd() % n;

			if (rnd() % 2 && headers < n)
				at = headers + rnd() % (n - headers);
			copy[at] = rnd() % 2 ? likely[rnd() % 5] : (unsigned char)rnd();
		}
		must_survive(copy, n, (unsigned)rnd());
		free(copy);
		if (i + 1 == k || (i + 1) % (k / 2 + 1) == 0)
			free(elf);
	}
}

static void any_bytes_do_no_harm(void **s)
{
	unsigned char bytes[600];

	for (size_t i = runs("BROKEN", 20000); i--;) {
		static const char likely[] = "0123456789abcdefx,{}[]. \n-/*#\"\\uimo";
		size_t n = rnd() % sizeof(bytes);
		bool text = rnd() % 2;

		for (size_t k = 0; k < n; k++)
			bytes[k] = text ? (unsigned char)likely[rnd() % (sizeof(likely) - 1)]
					: (unsigned char)rnd();
		if (rnd() % 4 == 0 && n > 64)
			memcpy(bytes, "\177ELF\2\1\1", 7);
		must_survive(bytes, n, (unsigned)rnd());
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_form_of_every_row_assembles_back_in_little_endian),
		cmocka_unit_test(every_form_of_every_row_assembles_back_in_big_endian),
		cmocka_unit_test(a_used_reserved_field_is_no_instruction),
		cmocka_unit_test(random_words_assemble_back_to_the_same_bytes),
		cmocka_unit_test(our_own_objects_come_back_whole),
		cmocka_unit_test(truncated_objects_are_refused_or_read_to_their_end),
		cmocka_unit_test(mutated_objects_do_no_harm),
		cmocka_unit_test(any_bytes_do_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
