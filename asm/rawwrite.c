/* SPDX-License-Identifier: BSD-2-Clause */
/* One program's instructions without ELF: bytes, hex, a C array, JSON. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "impl.h"

#define MAX_COMMENT 160 /* bytes of an instruction's source in a comment */

struct out {
	struct asm_ctx *a;
	const struct asm_prog *prog;
	const struct asm_section *section;
	struct asm_bytes bytes;
};

/* ---- text ----------------------------------------------------------------------- */

static void add_bytes(struct out *o, const char *text, size_t len)
{
	unsigned char *p = rawbpf_asm_bytes_add(o->a, &o->bytes, len);

	if (p)
		memcpy(p, text, len);
}

static void add(struct out *o, const char *text)
{
	add_bytes(o, text, strlen(text));
}

static void add_hex(struct out *o, uint8_t byte)
{
	static const char digits[] = "0123456789abcdef";

	add_bytes(o, (char[]){ digits[byte >> 4], digits[byte & 15] }, 2);
}

/* Short ones only. */
__attribute__((format(printf, 2, 3))) static void add_format(struct out *o, const char *fmt, ...)
{
	char text[128];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	add(o, text);
}

/* ---- raw and hex ---------------------------------------------------------------- */

static const struct asm_insn *insn_at(const struct out *o, uint32_t i)
{
	return &o->section->insns.v[o->prog->slot + i];
}

static void write_raw(struct out *o)
{
	unsigned char *p = rawbpf_asm_bytes_add(o->a, &o->bytes, (size_t)o->prog->nslots * 8);

	for (uint32_t i = 0; p && i < o->prog->nslots; i++)
		rawbpf_asm_put_insn(o->a, p + (size_t)i * 8, insn_at(o, i));
}

/* `between` goes between bytes, `after` behind each slot. */
static void write_hex(struct out *o, const char *between, const char *after)
{
	unsigned char slot[8];

	for (uint32_t i = 0; i < o->prog->nslots && !o->a->fatal; i++) {
		rawbpf_asm_put_insn(o->a, slot, insn_at(o, i));
		for (unsigned j = 0; j < 8; j++) {
			add(o, j ? between : "");
			add_hex(o, slot[j]);
		}
		add(o, after);
	}
}

/* ---- relocations ---------------------------------------------------------------- */

/* The next one of this program from `*i` on; NULL at the end. */
static const struct asm_reloc *next_reloc(const struct out *o, size_t *i)
{
	while (*i < o->section->relocs.n) {
		const struct asm_reloc *r = &o->section->relocs.v[(*i)++];

		if (r->slot >= o->prog->slot && r->slot - o->prog->slot < o->prog->nslots)
			return r;
	}
	return NULL;
}

static int refuse_relocs(struct out *o, const char *format)
{
	const struct asm_reloc *r;
	size_t i = 0;

	while ((r = next_reloc(o, &i)))
		rawbpf_asm_err(o->a, &r->pos,
			"-f %s cannot say that this is the address of '%.*s': -f elf, c and json "
			"can",
			format, (int)r->name->len, r->name->text);
	return o->a->failed ? -EINVAL : 0;
}

/* ---- C -------------------------------------------------------------------------- */

/* Where the comment that starts at p ends, or p itself: none starts there. */
static const char *skip_comment(
	const struct asm_ctx *a, const char *from, const char *p, const char *end)
{
	/* In classic BPF, constants start so. */
	bool hash = *p == '#' && !a->classic &&
		    (asm_has_mnemonics(a) || p == from || !(asm_class(p[-1]) & (C_NAME | C_DIGIT)));

	/* A ';' ends the instruction, as a comment or as a separator. */
	if (hash || *p == ';' || (*p == '/' && p[1] == '/'))
		return end;
	if (*p != '/' || p[1] != '*')
		return p;
	for (p += 2; p < end; p++)
		if (p[0] == '*' && p + 1 < end && p[1] == '/')
			return p + 2;
	return end;
}

/* The source of one instruction on one line, as it may stand in a comment of C. */
static void add_source(struct out *o, const struct asm_line *l)
{
	const char *end = l->src->text + l->src->len, *p = l->at, *next;
	char text[MAX_COMMENT + 8] = "";
	size_t n = 0;

	for (next = p; next < end && *next != '\n' && *next != '\r'; next++)
		;
	end = next;
	for (; p < end && n < MAX_COMMENT; p++) {
		next = skip_comment(o->a, l->at, p, end);
		if (next == end)
			break;
		if (next != p || asm_class(*p) & C_BLANK) {
			if (n && text[n - 1] != ' ')
				text[n++] = ' ';
			p = next == p ? p : next - 1;
			continue;
		}
		if (*p == '\'' && end - p > 2 && p[2] == '\'') {
			text[n++] = *p++;
			text[n++] = *p >= ' ' && *p < 127 ? *p : '?';
			p++;
		}
		/* What would end the comment, or what a terminal might obey. */
		if (*p == '/' && n && text[n - 1] == '*')
			text[n++] = ' ';
		text[n++] = *p >= ' ' && *p < 127 ? *p : '?';
	}
	while (n && text[n - 1] == ' ')
		n--;
	add_bytes(o, text, n);
	add(o, n >= MAX_COMMENT ? "..." : "");
}

static size_t first_line(const struct out *o)
{
	size_t low = 0, high = o->section->lines.n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (o->section->lines.v[mid].slot < o->prog->slot)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static void write_c_relocs(struct out *o, const char *name, int len)
{
	const struct asm_reloc *r;
	size_t i = 0;

	r = next_reloc(o, &i);
	if (!r)
		return;
	add(o, "\n/* The slots whose 64-bit load takes the address of a map or variable. */\n"
	       "static const struct {\n\tunsigned int slot;\n\tconst char *name;\n} ");
	add_bytes(o, name, (size_t)len);
	add(o, "_relocs[] = {\n");
	for (; r; r = next_reloc(o, &i)) {
		add_format(o, "\t{ %u, \"", r->slot - o->prog->slot);
		add_bytes(o, r->name->text, r->name->len);
		add(o, "\" },\n");
	}
	add(o, "};\n");
}

static void write_c(struct out *o)
{
	const struct asm_name *name = o->prog->name;
	size_t line = first_line(o);

	add(o, "/* struct bpf_insn is in <linux/bpf.h>. */\nstatic const struct bpf_insn ");
	add_bytes(o, name->text, name->len);
	add(o, "[] = {\n");
	for (uint32_t i = 0; i < o->prog->nslots && !o->a->fatal; i++) {
		const struct asm_insn *insn = insn_at(o, i);

		add_format(o, "\t{ 0x%02x, %u, %u, %d, %d },", insn->code, insn->dst, insn->src,
			insn->off, insn->imm);
		if (line < o->section->lines.n &&
			o->section->lines.v[line].slot == o->prog->slot + i) {
			add(o, " /* ");
			add_source(o, &o->section->lines.v[line++]);
			add(o, " */");
		}
		add(o, "\n");
	}
	add(o, "};\n");
	write_c_relocs(o, name->text, (int)name->len);
}

/* ---- JSON ----------------------------------------------------------------------- */

static void add_string(struct out *o, const char *text, size_t len)
{
	add(o, "\"");
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c == '"' || c == '\\')
			add_bytes(o, (char[]){ '\\', (char)c }, 2);
		else if (c < ' ' || c >= 127)
			add_format(o, "\\u%04x", c);
		else
			add_bytes(o, &text[i], 1);
	}
	add(o, "\"");
}

static void write_json(struct out *o)
{
	const struct asm_reloc *r;
	size_t i = 0;
	bool any = false;

	add(o, "{\"prog\":");
	add_string(o, o->prog->name->text, o->prog->name->len);
	add(o, ",\"section\":");
	add_string(o, o->section->name, strlen(o->section->name));
	add(o, ",\"insns\":\"");
	write_hex(o, "", "");
	add(o, "\",\"relocs\":{");
	for (; (r = next_reloc(o, &i)); any = true) {
		add_format(o, "%s\"%u\":", any ? "," : "", r->slot - o->prog->slot);
		add_string(o, r->name->text, r->name->len);
	}
	add(o, "}}\n");
}

/* ---- which program -------------------------------------------------------------- */

static int no_prog(struct asm_ctx *a, const char *wanted)
{
	const struct asm_name *first = a->progs.n ? a->progs.v[0].name : NULL;

	if (!first)
		return rawbpf_error(a->sink, -EINVAL, NULL, "there is no program to write");
	if (wanted)
		return rawbpf_error(a->sink, -EINVAL, NULL, "no program '%s'; the first is '%.*s'",
			wanted, (int)first->len, first->text);
	return rawbpf_error(a->sink, -EINVAL, NULL,
		"%zu programs, and this format is for one: say which with --prog, such as '%.*s'",
		a->progs.n, (int)first->len, first->text);
}

static const struct asm_prog *choose(struct asm_ctx *a)
{
	const char *wanted = a->opts->prog;

	for (size_t i = 0; wanted && i < a->progs.n; i++)
		if (strlen(wanted) == a->progs.v[i].name->len &&
			!memcmp(wanted, a->progs.v[i].name->text, strlen(wanted)))
			return &a->progs.v[i];
	return !wanted && a->progs.n == 1 ? a->progs.v : NULL;
}

int rawbpf_asm_raw(struct asm_ctx *a, void **out, size_t *len)
{
	struct out o = { .a = a, .prog = choose(a) };
	int rc = 0;

	if (!o.prog)
		return no_prog(a, a->opts->prog);
	o.section = &a->sections.v[o.prog->section];
	if (a->opts->format == RAWBPF_ASM_RAW || a->opts->format == RAWBPF_ASM_HEX)
		rc = refuse_relocs(&o, a->opts->format == RAWBPF_ASM_RAW ? "raw" : "hex");
	if (rc)
		return rc;
	if (a->opts->format == RAWBPF_ASM_RAW)
		write_raw(&o);
	else if (a->opts->format == RAWBPF_ASM_HEX)
		write_hex(&o, " ", "\n");
	else if (a->opts->format == RAWBPF_ASM_C)
		write_c(&o);
	else
		write_json(&o);
	if (a->fatal) {
		free(o.bytes.p);
		return a->fatal;
	}
	*out = o.bytes.p;
	*len = o.bytes.n;
	return 0;
}
