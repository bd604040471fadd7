/* SPDX-License-Identifier: BSD-2-Clause */
/* What .BTF.ext says of programs: functions, lines, CO-RE relocations. */
#include <elf.h>
#include <stdlib.h>

#include "dis_impl.h"

struct ext {
	struct dis *d;
	const unsigned char *data;
	uint64_t len;
};

static uint32_t word(const struct ext *e, const unsigned char *p)
{
	return (uint32_t)rawbpf_asm_get(p, 4, e->d->big_endian);
}

/* ---- records ---------------------------------------------------------------------- */

static void add_func(const struct ext *e, struct dis_section *s, const unsigned char *r)
{
	const char *name = rawbpf_dis_btf_name(e->d, word(e, r + 4));
	struct dis_func *f = *name ? ASM_PUSH(e->d->a, s->funcs) : NULL;

	if (f)
		*f = (struct dis_func){ word(e, r) / 8, name };
	s->has_funcs = true;
}

static void add_line(const struct ext *e, struct dis_section *s, const unsigned char *r)
{
	struct dis_line *l = e->d->opts->source ? ASM_PUSH(e->d->a, s->lines) : NULL;

	if (l)
		*l = (struct dis_line){ word(e, r) / 8, word(e, r + 12) >> 10,
			rawbpf_dis_btf_string(e->d, word(e, r + 4)),
			rawbpf_dis_btf_string(e->d, word(e, r + 8)) };
}

/* "field_byte_offset task_struct 0:1" */
static void add_core(const struct ext *e, struct dis_section *s, const unsigned char *r)
{
	static const char *const kinds[] = { "field_byte_offset", "field_byte_size", "field_exists",
		"field_signed", "field_lshift_u64", "field_rshift_u64", "local_type_id",
		"target_type_id", "type_exists", "type_size", "enumval_exists", "enumval_value",
		"type_matches" };
	const size_t nkinds = sizeof(kinds) / sizeof(kinds[0]);
	uint32_t kind = word(e, r + 12);
	const char *parts[] = { kind < nkinds ? kinds[kind] : "of unknown kind",
		rawbpf_dis_btf_name(e->d, word(e, r + 4)),
		rawbpf_dis_btf_string(e->d, word(e, r + 8)) };
	struct dis_core *c = ASM_PUSH(e->d->a, s->cores);
	char *text = rawbpf_asm_alloc(
		e->d->a, strlen(parts[0]) + strlen(parts[1]) + strlen(parts[2]) + sizeof("  "));

	if (!c)
		return;
	*c = (struct dis_core){ word(e, r) / 8, "" };
	if (!text)
		return;
	c->text = text;
	for (unsigned i = 0; i < 3; i++) {
		size_t n = strlen(parts[i]);

		memcpy(text, parts[i], n);
		text += n;
		*text++ = i < 2 ? ' ' : 0;
	}
}

/* ---- tables ----------------------------------------------------------------------- */

typedef void add_fn(const struct ext *e, struct dis_section *s, const unsigned char *record);

static struct dis_section *programs_of(const struct ext *e, uint32_t name)
{
	struct dis *d = e->d;
	const char *text = name < d->btf.strs_len ? (const char *)d->btf.strs + name : "";
	struct dis_section *s = rawbpf_dis_section(d, text);

	return s && s->flags & SHF_EXECINSTR ? s : NULL;
}

/* The size of a record; then per section its name, how many, and the records. */
static int read_table(const struct ext *e, uint64_t at, uint64_t len, uint32_t least, add_fn *add)
{
	uint64_t end = at + len;
	uint32_t size, n, sections = 0;

	if (!len)
		return 0;
	if (end > e->len || len < 4)
		return -EINVAL;
	size = word(e, e->data + at);
	if (size < least || size > 256)
		return -EINVAL;
	for (at += 4; end - at >= 8; at += (uint64_t)n * size) {
		struct dis_section *s = programs_of(e, word(e, e->data + at));

		n = word(e, e->data + at + 4);
		at += 8;
		if ((uint64_t)n * size > end - at || sections++ > e->d->nsections)
			return -EINVAL;
		for (uint32_t i = 0; s && i < n && !e->d->a->fatal; i++)
			add(e, s, e->data + at + (uint64_t)i * size);
	}
	return at == end ? 0 : -EINVAL;
}

static int read_all(const struct ext *e)
{
	uint64_t head;
	int rc;

	if (e->len < 24 || rawbpf_asm_get(e->data, 2, e->d->big_endian) != 0xeb9f)
		return -EINVAL;
	head = word(e, e->data + 4);
	if (head < 24 || head > e->len)
		return -EINVAL;
	rc = read_table(e, head + word(e, e->data + 8), word(e, e->data + 12), 8, add_func);
	if (!rc)
		rc = read_table(
			e, head + word(e, e->data + 16), word(e, e->data + 20), 16, add_line);
	if (!rc && head >= 32)
		rc = read_table(
			e, head + word(e, e->data + 24), word(e, e->data + 28), 16, add_core);
	return rc;
}

#define BY_SLOT(T)                                                                                 \
	static int T##_by_slot(const void *x, const void *y)                                       \
	{                                                                                          \
		const struct T *a = x, *b = y;                                                     \
		return a->slot < b->slot ? -1 : a->slot > b->slot;                                 \
	}
BY_SLOT(dis_func)
BY_SLOT(dis_line)
BY_SLOT(dis_core)
/* qsort() may swap equals, so what is in order stays as it is. */
#define SORT(vec, T)                                                                               \
	do {                                                                                       \
		size_t i_ = 1;                                                                     \
		while (i_ < (vec).n && (vec).v[i_ - 1].slot <= (vec).v[i_].slot)                   \
			i_++;                                                                      \
		if (i_ < (vec).n)                                                                  \
			qsort((vec).v, (vec).n, sizeof(struct T), T##_by_slot);                    \
	} while (0)

void rawbpf_dis_read_ext(struct dis *d)
{
	const struct dis_section *s = rawbpf_dis_section(d, ".BTF.ext");
	struct ext e = { .d = d };

	if (!s || !d->btf.n)
		return;
	e.data = s->data;
	e.len = s->size;
	if (read_all(&e))
		rawbpf_dis_note(
			d, ".BTF.ext: it is broken, so not all functions and lines are known");
	for (uint32_t i = 1; i < d->nsections; i++) {
		SORT(d->sections[i].funcs, dis_func);
		SORT(d->sections[i].lines, dis_line);
		SORT(d->sections[i].cores, dis_core);
	}
}
