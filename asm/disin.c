/* SPDX-License-Identifier: BSD-2-Clause */
/* Instructions from what is not ELF: raw slots, hexadecimal text, C arrays. */
#include <stdlib.h>

#include "dis_impl.h"

#define MAX_VALUES 5

struct text {
	struct dis *d;
	const char *p, *end;
	unsigned line;
	struct asm_bytes out;
	/* of C: the numbers of the innermost braces, and those of a plain array */
	unsigned depth, n;
	uint64_t values[MAX_VALUES];
	ASM_VEC(uint64_t) plain;
	bool done;
};

__attribute__((format(printf, 2, 3))) static int bad(struct text *t, const char *fmt, ...)
{
	struct rawbpf_diag diag = {
		.file = t->d->path, .line = t->line, .err = -ENOEXEC, .kind = RAWBPF_ERROR
	};
	va_list ap;

	va_start(ap, fmt);
	rawbpf_vsay(t->d->a->sink, &diag, fmt, ap);
	va_end(ap);
	return -ENOEXEC;
}

static bool at(const struct text *t, const char *word)
{
	size_t n = strlen(word);

	return (size_t)(t->end - t->p) >= n && !memcmp(t->p, word, n);
}

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 32;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static void skip_line(struct text *t)
{
	while (t->p < t->end && *t->p != '\n')
		t->p++;
}

/* A blank, a newline or a comment. */
static bool skip_blank(struct text *t)
{
	if (at(t, "//") || *t->p == '#') {
		skip_line(t);
	} else if (at(t, "/*")) {
		for (t->p += 2; t->p < t->end && !at(t, "*/"); t->p++)
			t->line += *t->p == '\n';
		t->p += t->p < t->end ? 2 : 0;
	} else if (*t->p == '\n' || (asm_class(*t->p) & C_BLANK)) {
		t->line += *t->p++ == '\n';
	} else {
		return false;
	}
	return true;
}

static int put_slot(struct text *t, uint64_t v)
{
	unsigned char *to = rawbpf_asm_bytes_add(t->d->a, &t->out, 8);

	if (to)
		rawbpf_asm_put64(t->d->a, to, v);
	return to ? 0 : -ENOMEM;
}

static int put_byte(struct text *t, unsigned v)
{
	unsigned char *to = rawbpf_asm_bytes_add(t->d->a, &t->out, 1);

	if (to)
		*to = (unsigned char)v;
	return to ? 0 : -ENOMEM;
}

/* ---- hexadecimal ------------------------------------------------------------------ */

/* Digits in pairs are bytes; 0x and more than two digits are one slot as a number. */
static int hex_word(struct text *t)
{
	bool prefix = at(t, "0x") || at(t, "0X");
	const char *from = t->p += prefix ? 2 : 0;
	uint64_t v = 0;
	int rc = 0;
	size_t n;

	while (t->p < t->end && digit(*t->p) >= 0)
		v = v << 4 | (unsigned)digit(*t->p++);
	n = (size_t)(t->p - from);
	if (!n && t->p == t->end)
		return bad(t, "0x without digits");
	if (!n)
		return bad(t, "'%c' is no hexadecimal digit", *t->p < ' ' ? '?' : *t->p);
	if (prefix && n <= 16)
		return n > 2 ? put_slot(t, v) : put_byte(t, (unsigned)v);
	if (prefix || n % 2)
		return bad(t,
			prefix ? "a slot has up to 16 digits, not %zu"
			       : "bytes have two digits each, and these are %zu",
			n);
	for (size_t i = 0; i < n && !rc; i += 2)
		rc = put_byte(t, (unsigned)(digit(from[i]) << 4 | digit(from[i + 1])));
	return rc;
}

static int read_hex(struct text *t)
{
	int rc = 0;

	while (!rc && t->p < t->end) {
		if (*t->p == ',')
			t->p++;
		else if (!skip_blank(t))
			rc = hex_word(t);
	}
	return rc;
}

/* ---- C ---------------------------------------------------------------------------- */

static int c_number(struct text *t, bool negative)
{
	unsigned base = 10;
	uint64_t v = 0;

	if (at(t, "0x") || at(t, "0X"))
		base = 16, t->p += 2;
	else if (*t->p == '0')
		base = 8;
	for (; t->p < t->end && digit(*t->p) >= 0; t->p++) {
		unsigned next = (unsigned)digit(*t->p);

		if (next >= base || v > (UINT64_MAX - next) / base)
			return bad(t, "a number that C does not have, or that needs over 64 bits");
		v = v * base + next;
	}
	while (t->p < t->end && ((*t->p | 32) == 'u' || (*t->p | 32) == 'l'))
		t->p++;
	v = negative ? -v : v;
	if (t->depth == 1) {
		uint64_t *slot = ASM_PUSH(t->d->a, t->plain);

		if (slot)
			*slot = v;
		return slot ? 0 : -ENOMEM;
	}
	if (t->n >= MAX_VALUES)
		return bad(t, "more than 5 numbers in the braces of an instruction");
	t->values[t->n++] = v;
	return 0;
}

/* .imm = : the numbers of an instruction come in the order of the struct */
static int c_field(struct text *t)
{
	static const char *const fields[] = { "code", "dst_reg", "src_reg", "off", "imm" };

	t->p++;
	for (unsigned i = 0; i < MAX_VALUES; i++) {
		if (!at(t, fields[i]) || t->depth != 2)
			continue;
		t->p += strlen(fields[i]);
		/* What is not given is 0. */
		if (t->n > i)
			return bad(t, ".%s after fields that come behind it", fields[i]);
		while (t->n < i)
			t->values[t->n++] = 0;
		while (t->p < t->end && (*t->p == ' ' || *t->p == '='))
			t->p++;
		return 0;
	}
	return bad(t, "a field that struct bpf_insn does not have");
}

/* At the brace that ends an instruction. */
static int c_insn(struct text *t, bool named)
{
	const uint64_t *v = t->values;
	unsigned char *to;

	if (t->n == 4 && !named)
		return bad(t, "4 numbers per instruction are classic BPF, not extended");
	while (named && t->n < MAX_VALUES)
		t->values[t->n++] = 0;
	if (t->n != MAX_VALUES)
		return bad(
			t, "an instruction has 5 numbers (code, dst, src, off, imm), not %u", t->n);
	if (v[0] > 0xff || v[1] > 15 || v[2] > 15)
		return bad(t, "a code has 8 bits and a register 4");
	if (v[3] + 0x8000 > 0x17fff || v[4] + 0x80000000 > 0x17fffffff)
		return bad(t, "an offset has 16 bits and an immediate 32");
	to = rawbpf_asm_bytes_add(t->d->a, &t->out, 8);
	if (!to)
		return -ENOMEM;
	to[0] = (unsigned char)v[0];
	to[1] = (unsigned char)(t->d->big_endian ? v[1] << 4 | v[2] : v[2] << 4 | v[1]);
	rawbpf_asm_put16(t->d->a, to + 2, (uint16_t)v[3]);
	rawbpf_asm_put32(t->d->a, to + 4, (uint32_t)v[4]);
	t->n = 0;
	return 0;
}

static int c_brace(struct text *t, bool named)
{
	if (*t->p++ == '{')
		return ++t->depth > 2 ? bad(t, "braces within an instruction") : 0;
	if (!t->depth)
		return bad(t, "a '}' without its '{'");
	t->done = --t->depth == 0;
	return t->depth ? c_insn(t, named) : 0;
}

/* Within braces: all but blanks and commas. */
static int c_token(struct text *t, bool *named)
{
	bool negative = *t->p == '-';

	if (*t->p == '[') {
		while (t->p < t->end && *t->p != ']')
			t->p++;
		t->p += t->p < t->end;
		return 0;
	}
	if (*t->p == '.') {
		*named = true;
		return c_field(t);
	}
	t->p += negative;
	if (t->p < t->end && *t->p >= '0' && *t->p <= '9')
		return c_number(t, negative);
	return bad(t, "expected a number: names and expressions of C are not read here");
}

static int plain_array(struct text *t)
{
	bool slots = false;
	int rc = 0;

	if (t->plain.n && t->out.n)
		return bad(t, "numbers and instructions in one array");
	for (size_t i = 0; i < t->plain.n; i++)
		slots = slots || t->plain.v[i] > 0xff;
	for (size_t i = 0; i < t->plain.n && !rc; i++)
		rc = slots ? put_slot(t, t->plain.v[i]) : put_byte(t, (unsigned)t->plain.v[i]);
	return rc;
}

/* The first pair of braces, whatever is declared around it. */
static int read_c(struct text *t)
{
	bool named = false;
	int rc = 0;

	while (!rc && t->p < t->end && !t->done) {
		if (skip_blank(t))
			continue;
		if (*t->p == '{' || *t->p == '}') {
			rc = c_brace(t, named);
			named = false;
		} else if (!t->depth || *t->p == ',' || *t->p == '=') {
			t->p++;
		} else {
			rc = c_token(t, &named);
		}
	}
	if (!rc && !t->done)
		rc = bad(t, "no array of C: '{' and '}' are missing");
	return rc ? rc : plain_array(t);
}

/* ---- which ------------------------------------------------------------------------ */

static int recognise(const struct dis *d, const char *data, size_t len)
{
	bool text = true, hex = true, brace = false;

	if (d->opts->format != RAWBPF_DIS_ANY)
		return d->opts->format;
	for (size_t i = 0; i < len && text; i++) {
		unsigned char c = (unsigned char)data[i];

		text = text && (c >= ' ' || asm_class(data[i]) & C_BLANK || c == '\n') && c < 0x7f;
		hex = hex && (digit(data[i]) >= 0 || strchr("xX, \t\r\n", c));
		brace = brace || c == '{';
	}
	if (!text)
		return RAWBPF_DIS_RAW;
	return brace ? RAWBPF_DIS_C : hex || data[0] == '#' || data[0] == '/' ? RAWBPF_DIS_HEX : 0;
}

static int read_text(struct dis *d, int format, const char *data, size_t len,
	const unsigned char **bytes, size_t *nbytes)
{
	struct text t = { .d = d, .p = data, .end = data + len, .line = 1 };
	unsigned char *copy;
	int rc = format == RAWBPF_DIS_C ? read_c(&t) : read_hex(&t);

	copy = rc ? NULL : rawbpf_asm_alloc(d->a, t.out.n + 1);
	if (copy && t.out.n)
		memcpy(copy, t.out.p, t.out.n);
	*bytes = copy;
	*nbytes = t.out.n;
	free(t.out.p);
	free(t.plain.v);
	return rc ? rc : d->a->fatal;
}

int rawbpf_dis_input(
	struct dis *d, const char *data, size_t len, const unsigned char **bytes, size_t *nbytes)
{
	int format, rc = 0;

	if (!len)
		return DIS_BROKEN(d, "the file is empty");
	d->a->big_endian = d->big_endian;
	format = recognise(d, data, len);
	if (!format)
		return DIS_BROKEN(d, "this is text, but neither hexadecimal nor an array of C (-f "
				     "says what it is)");
	*bytes = (const unsigned char *)data;
	*nbytes = len;
	if (format != RAWBPF_DIS_RAW)
		rc = read_text(d, format, data, len, bytes, nbytes);
	if (!rc && !*nbytes)
		rc = DIS_BROKEN(d, "no instructions");
	if (!rc && *nbytes % 8)
		rc = DIS_BROKEN(d,
			"%zu bytes are not whole instructions: they have 8 bytes, or 16 a 64-bit "
			"load",
			*nbytes);
	return rc;
}
