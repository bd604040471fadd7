/* SPDX-License-Identifier: BSD-2-Clause */
/* One program as text: labels, instructions, comments. */
#include <elf.h>
#include <stdlib.h>

#include "dis_impl.h"

enum { MARK_JUMP = 1, MARK_CALL = 2 };

#define LABEL_MAX 32

struct printer {
	struct dis *d;
	const struct dis_code *code;
	uint8_t *marks;           /* by slot of the program */
	size_t reloc, line, core; /* what comes next */
	bool commented;           /* the line has a comment already */
	const char *file;         /* of the last source line; NULL: there was none */
	uint32_t last_line;
};

/* Inline, since a struct that is returned gets packed into registers and out again. */
static inline __attribute__((always_inline)) struct asm_insn insn_at(
	const struct printer *p, uint32_t slot)
{
	return asm_unpack(p->code->bytes + (size_t)slot * 8, p->d->big_endian);
}

/* ---- what belongs to a slot ------------------------------------------------------- */

static const struct dis_reloc *reloc_at(struct printer *p, uint32_t slot)
{
	const struct dis_section *s = p->code->sec;

	if (!s)
		return NULL;
	slot += p->code->first;
	while (p->reloc < s->relocs.n && s->relocs.v[p->reloc].slot < slot)
		p->reloc++;
	return p->reloc < s->relocs.n && s->relocs.v[p->reloc].slot == slot ? &s->relocs.v[p->reloc]
									    : NULL;
}

static const char *function_at(const struct printer *p, uint32_t slot)
{
	const struct dis_section *s = p->code->sec;
	size_t low = 0, high = s ? s->funcs.n : 0, mid;

	slot += p->code->first;
	while (low < high) {
		mid = low + (high - low) / 2;
		if (s->funcs.v[mid].slot < slot)
			low = mid + 1;
		else
			high = mid;
	}
	return s && low < s->funcs.n && s->funcs.v[low].slot == slot ? s->funcs.v[low].name : NULL;
}

/* The slot that it goes to, if the assembler can say so; else -1. */
static int64_t target_of(
	const struct printer *p, const struct asm_form *f, const struct asm_insn *i, uint32_t slot)
{
	int64_t to = (int64_t)slot + 1 + (f->target == TARGET_OFF ? i->off : i->imm);

	if (to < 0 || to >= p->code->nslots || !p->code->bytes[to * 8])
		return -1;
	return to;
}

/* Of the slot `to`; buf is for names that are made up. */
static const char *label(const struct printer *p, uint32_t to, char buf[LABEL_MAX])
{
	const char *name = p->marks[to] & MARK_CALL ? function_at(p, to) : NULL;
	const char *prefix = p->marks[to] & MARK_CALL ? "func_" : p->d->label_prefix;
	size_t n = strlen(prefix);

	if (name && rawbpf_dis_may_name(p->d, name, true))
		return name;
	memcpy(buf, prefix, n);
	*rawbpf_asm_put_uint(buf + n, to) = 0;
	return buf;
}

/* ---- comments --------------------------------------------------------------------- */

static void comment(struct printer *p, const char *text, const char *more)
{
	size_t n = strlen(text), m = strlen(more);
	char *to = rawbpf_dis_room(p->d, n + m + 3);

	if (!to)
		return;
	memcpy(to, p->commented ? "; " : "\t# ", p->commented ? 2 : 3);
	to += p->commented ? 2 : 3;
	memcpy(to, text, n);
	memcpy(to + n, more, m);
	p->d->out.n = (size_t)(to + n + m - (char *)p->d->out.p);
	p->commented = true;
}

static void comment_bytes(struct printer *p, uint32_t slot, unsigned slots)
{
	const unsigned char *b = p->code->bytes + (size_t)slot * 8;
	char text[16 * 3 + 1], *to = text;

	for (unsigned i = 0; i < slots * 8; i++) {
		*to++ = "0123456789abcdef"[b[i] >> 4];
		*to++ = "0123456789abcdef"[b[i] & 15];
		*to++ = ' ';
	}
	to[-1] = 0;
	comment(p, text, "");
}

static void comment_reloc(struct printer *p, const struct dis_reloc *r)
{
	const struct dis_symbol *s = &p->d->symbols[r->symbol];
	char type[32] = "relocation type ", *to;

	if (r->type == 1 || r->type == 10) {
		comment(p, r->type == 1 ? "R_BPF_64_64 " : "R_BPF_64_32 ", s->name);
		return;
	}
	to = rawbpf_asm_put_uint(type + strlen(type), r->type);
	memcpy(to, " ", 2);
	comment(p, type, s->name);
}

static void comment_core(struct printer *p, uint32_t slot)
{
	const struct dis_section *s = p->code->sec;

	if (!s)
		return;
	slot += p->code->first;
	while (p->core < s->cores.n && s->cores.v[p->core].slot < slot)
		p->core++;
	for (; p->core < s->cores.n && s->cores.v[p->core].slot == slot; p->core++) {
		comment(p, "CO-RE ", s->cores.v[p->core].text);
		p->d->cores_left++;
	}
}

static void source_lines(struct printer *p, uint32_t slot)
{
	const struct dis_section *s = p->code->sec;
	const struct dis_line *l;

	if (!s || !p->d->opts->source)
		return;
	for (; p->line < s->lines.n && s->lines.v[p->line].slot <= slot + p->code->first;
		p->line++) {
		l = &s->lines.v[p->line];
		/* A line makes several instructions, which other lines may interrupt. */
		if (l->slot < p->code->first ||
			(p->file && p->last_line == l->line && !strcmp(p->file, l->file)))
			continue;
		if (!p->file || strcmp(p->file, l->file))
			rawbpf_dis_printf(p->d, "\t# %s\n", l->file);
		p->file = l->file;
		p->last_line = l->line;
		rawbpf_dis_printf(p->d, "\t# %u: %s\n", l->line, l->text + strspn(l->text, " \t"));
	}
}

/* ---- instructions ----------------------------------------------------------------- */

static void write_quad(struct printer *p, uint32_t slot)
{
	char *to = rawbpf_dis_room(p->d, 40);
	uint64_t v = rawbpf_asm_get(p->code->bytes + (size_t)slot * 8, 8, p->d->big_endian);

	if (!to)
		return;
	memcpy(to, ".quad 0x", 8);
	to += 8;
	for (int shift = 60; shift >= 0; shift -= 4)
		*to++ = "0123456789abcdef"[v >> shift & 15];
	p->d->out.n = (size_t)(to - (char *)p->d->out.p);
}

static void write_insn(struct printer *p, const struct asm_form *f, const struct asm_insn *i,
	const struct asm_insn *next, const char *name)
{
	char *to = rawbpf_dis_room(p->d, ASM_TEXT_MAX + (name ? strlen(name) : 0));

	if (!to)
		return;
	to = rawbpf_asm_insn_text(to, f, i, next, p->d->opts->kernel, name);
	p->d->out.n = (size_t)(to - (char *)p->d->out.p);
}

/* The tab; for the kernel "  12: (b7) ". */
static void begin_line(struct printer *p, uint32_t slot)
{
	unsigned char code = p->code->bytes[(size_t)slot * 8];
	char *to = rawbpf_dis_room(p->d, 32), *from = to;

	p->commented = false;
	if (!to)
		return;
	if (!p->d->opts->kernel) {
		*to++ = '\t';
	} else {
		for (uint32_t limit = 1000; limit > slot && limit > 1; limit /= 10)
			*to++ = ' ';
		to = rawbpf_asm_put_uint(to, slot);
		memcpy(to, ": (", 3);
		to[3] = "0123456789abcdef"[code >> 4];
		to[4] = "0123456789abcdef"[code & 15];
		memcpy(to + 5, ") ", 2);
		to += 7;
	}
	p->d->out.n += (size_t)(to - from);
}

static void undecodable(struct printer *p, const struct asm_insn *i, uint32_t slot)
{
	write_quad(p, slot);
	if (i->code == 0x85 && i->src == 2 && !i->dst)
		comment(p, "call of a kernel function", "");
	else if (i->code == 0x18)
		comment(p, "no instruction: a 64-bit load without its second half", "");
	else
		comment(p, "no instruction", "");
}

/* A jump that no label can say: the bytes, with the instruction as the comment. */
static void unreachable(
	struct printer *p, const struct asm_form *f, const struct asm_insn *i, uint32_t slot)
{
	char text[ASM_TEXT_MAX + 1];

	*rawbpf_asm_insn_text(text, f, i, NULL, true, NULL) = 0;
	write_quad(p, slot);
	comment(p, text, "");
}

int rawbpf_dis_object_order(const void *x, const void *y)
{
	const struct dis_object *a = x, *b = y;

	if (a->section != b->section)
		return a->section < b->section ? -1 : 1;
	return a->offset < b->offset ? -1 : a->offset > b->offset;
}

static const char *object_at(const struct printer *p, const struct dis_reloc *r)
{
	const struct dis_symbol *s = &p->d->symbols[r->symbol];
	const struct dis_object key = { NULL, s->section, s->value, false }, *o;

	if (!p->d->objects.n)
		return NULL;
	o = bsearch(&key, p->d->objects.v, p->d->objects.n, sizeof(key), rawbpf_dis_object_order);
	return o && (s->type == STT_FUNC) == o->function ? o->name : NULL;
}

/* The map, variable or function that a relocation names, if `NAME ll` makes the same bytes. */
static const char *object_of(const struct printer *p, const struct dis_reloc *r,
	const struct asm_insn *i, const struct asm_insn *next)
{
	return r->type == 1 && !i->src && !i->imm && !next->imm ? object_at(p, r) : NULL;
}

/* If `call NAME` makes the same bytes. */
static const char *callee(
	const struct printer *p, const struct dis_reloc *r, const struct asm_insn *i)
{
	bool same = r->type == 10 && i->code == 0x85 && i->src == 1 && i->imm == -1 &&
		    p->d->symbols[r->symbol].type == STT_FUNC;

	return same ? object_at(p, r) : NULL;
}

/* False: its relocation is not said. */
static bool write_jump(struct printer *p, const struct asm_form *f, const struct asm_insn *i,
	uint32_t slot, const struct dis_reloc *r)
{
	int64_t to = r ? -1 : target_of(p, f, i, slot);
	const char *name = r ? callee(p, r, i) : NULL;
	char buf[LABEL_MAX];

	if (p->d->opts->kernel)
		write_insn(p, f, i, NULL, NULL);
	else if (name)
		write_insn(p, f, i, NULL, name);
	else if (to >= 0)
		write_insn(p, f, i, NULL, label(p, (uint32_t)to, buf));
	else
		unreachable(p, f, i, slot);
	return name && !p->d->opts->kernel;
}

/* Returns the number of slots. */
static unsigned one(struct printer *p, uint32_t slot)
{
	struct asm_insn i = insn_at(p, slot), next = { 0 };
	bool has_next = slot + 1 < p->code->nslots;
	const struct dis_reloc *r = reloc_at(p, slot);
	const struct asm_form *f;
	const char *name = NULL;
	bool said = false;
	unsigned slots;

	if (has_next && i.code == 0x18)
		next = insn_at(p, slot + 1);
	f = rawbpf_asm_decode(&p->d->decoder, &i, has_next ? &next : NULL);
	slots = f ? f->slots : 1;
	begin_line(p, slot);
	if (!f) {
		undecodable(p, &i, slot);
	} else if (f->target) {
		said = write_jump(p, f, &i, slot, r);
	} else {
		name = r && f->slots == 2 && !p->d->opts->kernel ? object_of(p, r, &i, &next)
								 : NULL;
		write_insn(p, f, &i, &next, name);
		said = name;
	}
	if (p->d->opts->bytes)
		comment_bytes(p, slot, slots);
	if (r && !said)
		comment_reloc(p, r);
	if (r && !said)
		++*(i.code == 0x85 ? &p->d->calls_left : &p->d->relocs_left);
	comment_core(p, slot);
	if (rawbpf_dis_room(p->d, 1))
		p->d->out.p[p->d->out.n++] = '\n';
	return slots;
}

/* ---- the program ------------------------------------------------------------------ */

static void mark_targets(struct printer *p)
{
	uint32_t n = p->code->nslots, slots;

	for (uint32_t slot = 0; slot < n; slot += slots) {
		struct asm_insn i = insn_at(p, slot), next = { .code = 1 };
		const struct asm_form *f;
		int64_t to;

		slots = 1;
		/* Jumps are of classes 5 and 6; only a 64-bit load has two slots. */
		if ((i.code & 7) != 5 && (i.code & 7) != 6 && i.code != 0x18)
			continue;
		if (i.code == 0x18 && slot + 1 < n)
			next = insn_at(p, slot + 1);
		f = rawbpf_asm_decode(&p->d->decoder, &i, &next);
		slots = f ? f->slots : 1;
		if (!f || !f->target || reloc_at(p, slot))
			continue;
		to = target_of(p, f, &i, slot);
		if (to >= 0)
			p->marks[to] |= f->target == TARGET_CALL ? MARK_CALL : MARK_JUMP;
	}
	p->reloc = 0;
}

static void write_label(struct printer *p, uint32_t slot)
{
	char buf[LABEL_MAX], *to;
	const char *name;
	size_t n;

	if (!p->marks[slot] || p->d->opts->kernel)
		return;
	name = label(p, slot, buf);
	n = strlen(name);
	to = rawbpf_dis_room(p->d, n + 2);
	if (!to)
		return;
	memcpy(to, name, n);
	memcpy(to + n, ":\n", 2);
	p->d->out.n += n + 2;
}

static void heading(struct dis *d, const struct dis_code *code)
{
	rawbpf_dis_printf(d, "%s%s%s, ", d->opts->kernel && !d->out.n ? "" : "\n",
		d->opts->kernel ? "# " : ".prog ", code->name);
	rawbpf_dis_quoted(d, code->section);
	rawbpf_dis_printf(d, "\n");
}

void rawbpf_dis_program(struct dis *d, const struct dis_code *code)
{
	struct printer p = { .d = d, .code = code };

	heading(d, code);
	p.marks = calloc(code->nslots ? code->nslots : 1, 1);
	if (!p.marks) {
		d->a->fatal = -ENOMEM;
		return;
	}
	mark_targets(&p);
	for (uint32_t slot = 0; slot < code->nslots && !d->a->fatal;) {
		source_lines(&p, slot);
		write_label(&p, slot);
		slot += one(&p, slot);
	}
	free(p.marks);
}
