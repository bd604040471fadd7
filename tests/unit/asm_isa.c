/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Each row of isa.def, in each of its forms, written as pseudo-C and assembled
 * in both byte orders: the bytes are those that the row says.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "../../asm/asm.h"

struct form {
	char name[96], text[96];
	uint8_t code, dst, src;
	int16_t off;
	int32_t imm, next_imm;
};

#define MAX_FORMS 400
static struct form forms[MAX_FORMS];
static struct CMUnitTest tests[MAX_FORMS];
static size_t nforms;

static struct form *add(uint8_t code, int dst, int src, int off, int32_t imm, const char *fmt, ...)
{
	struct form *f = &forms[nforms];
	char text[sizeof(f->text)];
	va_list ap;

	assert_true(nforms < MAX_FORMS);
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	memcpy(f->text, text, sizeof(text));
	snprintf(f->name, sizeof(f->name), "%02x_is_'%.64s'", code, text);
	f->code = code;
	f->dst = (uint8_t)dst;
	f->src = (uint8_t)src;
	f->off = (int16_t)off;
	f->imm = imm;
	nforms++;
	return f;
}

/* ---- one function per kind of row ----------------------------------------------- */

static void alu(uint8_t op, int off, const char *text)
{
	add(0x07 | op, 1, 0, off, 7, "r1 %s 7", text);
	add(0x0f | op, 2, 10, off, 0, "r2 %s r10", text);
	add(0x04 | op, 3, 0, off, -7, "w3 %s -7", text);
	add(0x0c | op, 4, 5, off, 0, "w4 %s w5", text);
}

static void end(uint8_t code, int32_t imm, const char *text)
{
	add(code, 9, 0, 0, imm, "r9 = %s r9", text);
}

static void movsx(const char *type, int off, int in32)
{
	add(0xbf, 1, 2, off, 0, "r1 = (%s)r2", type);
	if (in32)
		add(0xbc, 1, 2, off, 0, "w1 = (%s)w2", type);
}

static void jcc(uint8_t op, const char *text)
{
	add(0x05 | op, 1, 0, 1, 7, "if r1 %s 7 goto +1", text);
	add(0x0d | op, 2, 3, 1, 0, "if r2 %s r3 goto pc+1", text);
	add(0x06 | op, 4, 0, 1, -7, "if w4 %s -7 goto +1", text);
	add(0x0e | op, 5, 6, 1, 0, "if w5 %s w6 goto pc+1", text);
}

static void size(const char *type, uint8_t bits, int bytes)
{
	add(0x61 | bits, 1, 2, 16, 0, "r1 = *(%s *)(r2 + 16)", type);
	add(0x63 | bits, 10, 2, -16, 0, "*(%s *)(r10 -16) = r2", type);
	add(0x62 | bits, 10, 0, -32768, 7, "*(%s *)(r10 - 32768) = 7", type);
	if (bytes == 8)
		return;
	add(0x61 | bits, 1, 2, 32767, 0, "w1 = *(%s *)(r2 + 32767)", type);
	add(0x63 | bits, 1, 2, 0, 0, "*(%s *)(r1) = w2", type);
	add(0x20 | bits, 0, 0, 0, 14, "r0 = *(%s *)skb[14]", type);
	add(0x40 | bits, 0, 1, 0, 0, "r0 = *(%s *)skb[r1]", type);
	add(0x40 | bits, 0, 1, 0, 4, "r0 = *(%s *)skb[r1 + 4]", type);
}

static void ssize(const char *type, uint8_t bits)
{
	add(0x81 | bits, 1, 2, -1, 0, "r1 = *(%s *)(r2 - 1)", type);
}

enum shape { LOCK, FETCH, CMPXCHG, LOAD, STORE };

static void atomic(int32_t imm, enum shape shape, const char *text32, const char *text64)
{
	static const char *const types[] = { "u8", "u16", "u32", "u64" };
	static const uint8_t bits[] = { 0x10, 0x08, 0x00, 0x18 };

	if (shape == LOCK) {
		add(0xc3, 1, 2, 8, imm, "lock *(u32 *)(r1 + 8) %s w2", text32);
		add(0xdb, 1, 2, 8, imm, "lock *(u64 *)(r1 + 8) %s r2", text64);
	} else if (shape == FETCH) {
		add(0xc3, 1, 2, 8, imm, "w2 = %s((u32 *)(r1 + 8), w2)", text32);
		add(0xdb, 1, 2, 8, imm, "r2 = %s((u64 *)(r1 +8), r2)", text64);
	} else if (shape == CMPXCHG) {
		add(0xc3, 1, 2, 8, imm, "w0 = %s((u32 *)(r1 + 8), w0, w2)", text32);
		add(0xdb, 1, 2, 8, imm, "r0 = %s((u64 *)(r1 +8), r0, r2)", text64);
	}
	for (int i = 0; shape == LOAD && i < 4; i++)
		add(0xc3 | bits[i], 0, 1, 8, imm, "r0 = %s((%s *)(r1 + 8))", text32, types[i]);
	for (int i = 0; shape == STORE && i < 4; i++)
		add(0xc3 | bits[i], 1, 2, 8, imm, "%s((%s *)(r1 + 8), r2)", text32, types[i]);
}

/* Rows of one kind each: operands as in the row's own text; L is the slot after the next. */
static void other(const char *name, uint8_t code, int src, const char *text)
{
	const char *label = strstr(text, "L");
	struct form *f;

	if (label && (label == text || label[-1] == ' '))
		f = add(code, 0, src, code == 0x06 || src ? 0 : 1, code == 0x06 || src ? 1 : 0,
			"%.*slabel", (int)(label - text), text);
	else
		f = add(code, strstr(text, "r1") || strstr(text, "w1") ? 1 : 0, src, 0, 0, "%s",
			text);
	if (!strcmp(name, "ADDR_SPACE_CAST"))
		f->src = 2, f->off = 1, f->imm = 1;
	else if (!strcmp(name, "CALL_HELPER"))
		f->imm = 1;
	else if (!strcmp(name, "LDDW"))
		f->imm = 0x55667788, f->next_imm = 0x11223344;
	else if (!strcmp(name, "LD_ABS"))
		f->imm = 14;
	else if (!strcmp(name, "LD_IND"))
		f->imm = 14, f->dst = 0, f->src = 1;
}

static void add_rows(void)
{
#define ALU(name, op, off, text, token, is_signed, group, cpu) alu(op, off, text);
#define END(name, code, imm, text, group, cpu) end(code, imm, text);
#define MOVSX(type, off, in32, group, cpu) movsx(#type, off, in32);
#define JCC(name, op, text, token, is_signed, group, cpu) jcc(op, text);
#define SIZE(type, bits, bytes, group, cpu) size(#type, bits, bytes);
#define SSIZE(type, bits, bytes, group, cpu) ssize(#type, bits);
#define ATOMIC(name, imm, shape, text32, text64, group, cpu) atomic(imm, shape, text32, text64);
#define OTHER(name, code, src, text, group, cpu) other(#name, code, src, text);
#include "../../asm/isa.def"
}

/* ---- the test of one form --------------------------------------------------------- */

static void show_error(void *arg, const struct rawbpf_diag *d)
{
	if (d->kind == RAWBPF_ERROR)
		print_message("%s\n", d->msg);
}

static uint64_t get(const unsigned char *p, unsigned n, int big)
{
	uint64_t v = 0;

	for (unsigned i = 0; i < n; i++)
		v |= (uint64_t)p[big ? n - 1 - i : i] << i * 8;
	return v;
}

/* The first section is the program's; ELF64 section headers, read by hand. */
static const unsigned char *program(
	const unsigned char *elf, size_t len, int big, uint64_t *size_out)
{
	uint64_t headers = get(elf + 0x28, 8, big);
	const unsigned char *h = elf + headers + 64;

	assert_true(headers + 128 <= len);
	*size_out = get(h + 0x20, 8, big);
	assert_true(get(h + 0x18, 8, big) + *size_out <= len);
	return elf + get(h + 0x18, 8, big);
}

static void check_slot(const unsigned char *p, const struct form *f, int big)
{
	assert_int_equal(p[0], f->code);
	assert_int_equal(p[1], big ? f->dst << 4 | f->src : f->src << 4 | f->dst);
	assert_int_equal((int16_t)get(p + 2, 2, big), f->off);
	assert_int_equal((int32_t)get(p + 4, 4, big), f->imm);
}

static void check(const struct form *f, int big)
{
	const struct rawbpf_sink sink = { show_error, NULL };
	const struct rawbpf_asm_opts opts = { .endian = big ? RAWBPF_ASM_BIG : RAWBPF_ASM_LITTLE };
	const unsigned char *p;
	char text[256];
	uint64_t bytes;
	void *elf;
	size_t len;
	int n = snprintf(text, sizeof(text), ".prog p, \"s\"\n%s\nexit\nlabel: exit", f->text);

	assert_int_equal(rawbpf_asm_text(text, (size_t)n, "t.s", &opts, &elf, &len, &sink), 0);
	p = program(elf, len, big, &bytes);
	assert_int_equal(bytes, f->code == 0x18 ? 32 : 24);
	check_slot(p, f, big);
	if (f->code == 0x18)
		check_slot(p + 8, &(struct form){ .imm = f->next_imm }, big);
	free(elf);
}

static void one_form(void **state)
{
	check(*state, 0);
	check(*state, 1);
}

int main(void)
{
	add_rows();
	for (size_t i = 0; i < nforms; i++)
		tests[i] = (struct CMUnitTest){ forms[i].name, one_form, NULL, NULL, &forms[i] };
	return _cmocka_run_group_tests("isa", tests, nforms, NULL, NULL);
}
