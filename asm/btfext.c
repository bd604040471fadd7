/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * .BTF.ext: which function and which source line an instruction belongs to
 * (Documentation/bpf/btf.rst). Offsets are in bytes of the section.
 */
#include <string.h>

#include "btf.h"

#define MAX_LINE 200 /* of one source line, as much as one reads in a log */

/* ---- functions and lines -------------------------------------------------------- */

/* int NAME(void *ctx), global; a called label is static, and what it takes is not known. */
static uint32_t function(struct btf *b, const struct asm_func *f)
{
	uint32_t ret = rawbpf_asm_btf_int(b, TY_S32), ptr;

	if (f->local && !b->local_proto)
		b->local_proto = rawbpf_asm_btf_type(b, 0, KIND_FUNC_PROTO, 0, ret);
	if (!f->local && !b->main_proto) {
		ptr = rawbpf_asm_btf_type(b, 0, KIND_PTR, 0, 0);
		b->main_proto = rawbpf_asm_btf_type(b, 0, KIND_FUNC_PROTO, 1, ret);
		BTF_WORDS(b, &b->types, btf_cstring(b, "ctx"), ptr);
	}
	return rawbpf_asm_btf_type(b, btf_name(b, f->name), KIND_FUNC, f->local ? 0 : 1,
		f->local ? b->local_proto : b->main_proto);
}

static void func_info(struct btf *b, struct asm_bytes *ext)
{
	BTF_WORDS(b, ext, 8);
	for (size_t i = 0; i < b->a->sections.n && !b->a->fatal; i++) {
		const struct asm_section *s = &b->a->sections.v[i];

		BTF_WORDS(b, ext, btf_cstring(b, s->name), (uint32_t)s->funcs.n);
		for (size_t j = 0; j < s->funcs.n; j++)
			BTF_WORDS(b, ext, s->funcs.v[j].slot * 8, function(b, &s->funcs.v[j]));
	}
}

/* `file` is the name of its source as a string of `b`. */
static void line_record(
	struct btf *b, struct asm_bytes *ext, const struct asm_line *l, uint32_t file)
{
	const char *end = l->src->text + l->src->len, *from = l->at, *to;
	uint32_t col, line = l->line > 0x3fffff ? 0x3fffff : l->line;

	/* Columns end at 1023: how far a long line reaches back before that is not asked. */
	while (from > l->src->text && from[-1] != '\n' && l->at - from < 1022)
		from--;
	col = (uint32_t)(l->at - from) + 1;
	/* Of a very long line, what starts at the instruction. */
	if (l->at - from > MAX_LINE / 2)
		from = l->at;
	if (end - from > MAX_LINE)
		end = from + MAX_LINE;
	/* A NUL, which a comment may have, would end the string: the rest of the line goes. */
	for (to = from; to < end && *to && *to != '\n' && *to != '\r'; to++)
		;
	BTF_WORDS(b, ext, l->slot * 8, file, rawbpf_asm_btf_string(b, from, (size_t)(to - from)),
		line << 10 | col);
}

/* One record per line, and one where a function starts, as the kernel demands. */
static uint32_t section_lines(struct btf *b, struct asm_bytes *ext, const struct asm_section *s)
{
	const struct asm_line *last = NULL, *l;
	uint32_t n = 0, file = 0;
	size_t f = 0;

	for (size_t i = 0; i < s->lines.n && !b->a->fatal; i++) {
		bool starts;

		l = &s->lines.v[i];
		starts = f < s->funcs.n && s->funcs.v[f].slot == l->slot;
		f += starts;
		if (last && last->line == l->line && last->src == l->src && !starts)
			continue;
		if (!last || last->src != l->src)
			file = btf_cstring(b, l->src->name);
		line_record(b, ext, l, file);
		last = l;
		n++;
	}
	return n;
}

static void line_info(struct btf *b, struct asm_bytes *ext)
{
	BTF_WORDS(b, ext, 16);
	for (size_t i = 0; i < b->a->sections.n && !b->a->fatal; i++) {
		size_t head = ext->n;
		uint32_t n;

		BTF_WORDS(b, ext, btf_cstring(b, b->a->sections.v[i].name), 0);
		n = section_lines(b, ext, &b->a->sections.v[i]);
		if (!b->a->fatal)
			rawbpf_asm_put32(b->a, ext->p + head + 4, n);
	}
}

#define EXT_HEADER 32

void rawbpf_asm_btf_ext(struct btf *b, struct asm_bytes *ext)
{
	unsigned char *p = rawbpf_asm_bytes_add(b->a, ext, EXT_HEADER);
	size_t lines;

	if (!p)
		return;
	memset(p, 0, EXT_HEADER);
	func_info(b, ext);
	lines = ext->n;
	line_info(b, ext);
	if (b->a->fatal)
		return;
	p = ext->p;
	rawbpf_asm_put16(b->a, p, 0xeb9f);
	p[2] = 1;
	rawbpf_asm_put32(b->a, p + 4, EXT_HEADER);
	rawbpf_asm_put32(b->a, p + 12, (uint32_t)lines - EXT_HEADER);
	rawbpf_asm_put32(b->a, p + 16, (uint32_t)lines - EXT_HEADER);
	rawbpf_asm_put32(b->a, p + 20, (uint32_t)(ext->n - lines));
	rawbpf_asm_put32(b->a, p + 24, (uint32_t)ext->n - EXT_HEADER);
}
