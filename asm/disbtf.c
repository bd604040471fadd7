/* SPDX-License-Identifier: BSD-2-Clause */
/* A view over .BTF (Documentation/bpf/btf.rst): types by id, strings by offset. */
#include <stdlib.h>

#include "btf.h"
#include "dis_impl.h"

enum { KIND_UNION = 5, KIND_ENUM = 6, KIND_FWD = 7, KIND_RESTRICT = 11, KIND_TYPE_TAG = 18 };

/* ---- the view --------------------------------------------------------------------- */

/* Bytes after a type's three words; -1: no such kind. */
static int64_t tail(unsigned kind, uint32_t vlen)
{
	static const int8_t per_member[] = { -1, 0, 0, 0, 12, 12, 8, 0, 0, 0, 0, 0, 0, 8, 0, 12, 0,
		0, 0, 12 };
	static const uint8_t fixed[] = { 0, 4, 0, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 4, 0,
		0 };

	if (kind >= sizeof(per_member) || per_member[kind] < 0)
		return -1;
	return fixed[kind] + (int64_t)per_member[kind] * vlen;
}

static int index_types(struct dis *d)
{
	struct dis_btf *b = &d->btf;
	uint32_t off = 0;

	b->at = malloc(((size_t)b->types_len / 12 + 2) * sizeof(*b->at));
	if (!b->at)
		return d->a->fatal = -ENOMEM;
	b->n = 1;
	while (off < b->types_len) {
		uint32_t left = b->types_len - off, info;
		int64_t more;

		if (left < 12)
			return -EINVAL;
		info = dis_word(d, b->types + off + 4);
		more = tail(info >> 24 & 31, info & 0xffff);
		if (more < 0 || more > left - 12)
			return -EINVAL;
		b->at[b->n++] = off;
		off += 12 + (uint32_t)more;
	}
	return 0;
}

static int open_section(struct dis *d, const struct dis_section *s)
{
	struct dis_btf *b = &d->btf;
	uint64_t head, types, strs;

	if (s->size < 24 || rawbpf_asm_get(s->data, 2, d->big_endian) != 0xeb9f || s->data[2] != 1)
		return -EINVAL;
	head = dis_word(d, s->data + 4);
	types = head + dis_word(d, s->data + 8);
	strs = head + dis_word(d, s->data + 16);
	b->types_len = dis_word(d, s->data + 12);
	b->strs_len = dis_word(d, s->data + 20);
	if (head < 24 || types + b->types_len > s->size || strs + b->strs_len > s->size ||
		!b->strs_len || s->data[strs + b->strs_len - 1])
		return -EINVAL;
	b->types = s->data + types;
	b->strs = s->data + strs;
	return index_types(d);
}

const char *rawbpf_dis_btf_string(struct dis *d, uint32_t offset)
{
	if (offset >= d->btf.strs_len)
		return "";
	return rawbpf_dis_clean(d, (const char *)d->btf.strs + offset, 200);
}

const char *rawbpf_dis_btf_name(struct dis *d, uint32_t id)
{
	const unsigned char *t = dis_type(d, id);

	return t ? rawbpf_dis_btf_string(d, dis_word(d, t)) : "";
}

/* Types that the assembler never makes. */
static bool is_foreign(struct dis *d, uint32_t id)
{
	const unsigned char *t = dis_type(d, id);
	const char *name = rawbpf_dis_btf_name(d, id);

	switch (dis_kind(d, t)) {
	case KIND_DATASEC:
		return strcmp(name, ".maps") && strcmp(name, ".rodata");
	case KIND_STRUCT:
		return *name;
	case KIND_UNION:
	case KIND_ENUM:
	case KIND_FWD:
		return true;
	default:
		return false;
	}
}

static void note_foreign(struct dis *d)
{
	bool foreign = false;

	for (uint32_t id = 1; id < d->btf.n && !foreign; id++)
		foreign = is_foreign(d, id);
	if (foreign)
		rawbpf_dis_note(d, "BTF: the types of all but maps, constants and functions");
}

void rawbpf_dis_open_btf(struct dis *d)
{
	const struct dis_section *s = rawbpf_dis_section(d, ".BTF");

	if (!s)
		return;
	if (!open_section(d, s)) {
		note_foreign(d);
		return;
	}
	free(d->btf.at);
	d->btf = (struct dis_btf){ 0 };
	rawbpf_dis_note(d, "the BTF: it is broken, so maps and constants are not known");
}

const unsigned char *rawbpf_dis_btf_strip(const struct dis *d, uint32_t id)
{
	const unsigned char *t = dis_type(d, id);

	for (unsigned depth = 0; depth < 32; depth++) {
		unsigned kind = dis_kind(d, t);

		if (kind != KIND_TYPEDEF && kind != KIND_VOLATILE && kind != KIND_CONST &&
			kind != KIND_RESTRICT && kind != KIND_TYPE_TAG)
			return t;
		t = dis_type(d, dis_word(d, t + 8));
	}
	return NULL;
}

uint32_t rawbpf_dis_btf_size(const struct dis *d, uint32_t id)
{
	uint64_t n = 1;

	for (unsigned depth = 0; depth < 32; depth++) {
		const unsigned char *t = rawbpf_dis_btf_strip(d, id);

		switch (dis_kind(d, t)) {
		case KIND_ARRAY:
			n *= dis_word(d, t + 20);
			id = dis_word(d, t + 12);
			break;
		case KIND_PTR:
			n *= 8;
			return n > UINT32_MAX ? 0 : (uint32_t)n;
		case KIND_INT:
		case KIND_STRUCT:
		case KIND_UNION:
		case KIND_ENUM:
		case KIND_ENUM64:
			n *= dis_word(d, t + 8);
			return n > UINT32_MAX ? 0 : (uint32_t)n;
		default:
			return 0;
		}
		if (n > UINT32_MAX)
			return 0;
	}
	return 0;
}
