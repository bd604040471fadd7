/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>

#include "btf.h"
#include "mem.h"

#define BTF_MAGIC 0xeB9F
#define BTF_HEADER_LEN 24
/* Longer chains of typedefs, or arrays of arrays, are cycles. */
#define BTF_DEPTH_MAX 32

/* Bytes behind the 12 of each type: fixed, and per element of vlen. */
static const struct {
	unsigned char fixed, each;
} extra[RAWBPF_BTF_NKINDS] = {
	[RAWBPF_BTF_INT] = { 4, 0 },
	[RAWBPF_BTF_ARRAY] = { 12, 0 },
	[RAWBPF_BTF_STRUCT] = { 0, 12 },
	[RAWBPF_BTF_UNION] = { 0, 12 },
	[RAWBPF_BTF_ENUM] = { 0, 8 },
	[RAWBPF_BTF_FUNC_PROTO] = { 0, 8 },
	[RAWBPF_BTF_VAR] = { 4, 0 },
	[RAWBPF_BTF_DATASEC] = { 0, 12 },
	[RAWBPF_BTF_DECL_TAG] = { 4, 0 },
	[RAWBPF_BTF_ENUM64] = { 0, 12 },
};

static int broken(struct rawbpf_btf *btf, const char *why)
{
	btf->why = why;
	return -EINVAL;
}

uint32_t rawbpf_btf_word(const struct rawbpf_btf *btf, const unsigned char *p, unsigned i)
{
	uint32_t v;

	memcpy(&v, p + i * sizeof(v), sizeof(v));
	return btf->swap ? __builtin_bswap32(v) : v;
}

int rawbpf_btf_open(struct rawbpf_btf *btf, const void *data, size_t len)
{
	const unsigned char *p = data;
	uint32_t header, type_off, str_off;
	uint16_t magic;

	memset(btf, 0, sizeof(*btf));
	if (len < BTF_HEADER_LEN || len > INT32_MAX)
		return broken(btf, "it is shorter than its header");
	memcpy(&magic, p, sizeof(magic));
	btf->swap = magic == __builtin_bswap16(BTF_MAGIC);
	if (magic != BTF_MAGIC && !btf->swap)
		return broken(btf, "its magic number is wrong");
	if (p[2] != 1)
		return broken(btf, "its version is not 1");
	/* a longer header is a later kernel's: what it adds is not needed here */
	header = rawbpf_btf_word(btf, p, 1);
	if (header < BTF_HEADER_LEN || header > len)
		return broken(btf, "its header has an impossible length");
	len -= header;
	type_off = rawbpf_btf_word(btf, p, 2);
	btf->types_len = rawbpf_btf_word(btf, p, 3);
	str_off = rawbpf_btf_word(btf, p, 4);
	btf->strings_len = rawbpf_btf_word(btf, p, 5);
	if (type_off > len || btf->types_len > len - type_off || type_off % 4)
		return broken(btf, "its type section ends after it");
	if (str_off > len || btf->strings_len > len - str_off)
		return broken(btf, "its string section ends after it");
	btf->types = p + header + type_off;
	btf->strings = (const char *)p + header + str_off;
	if (!btf->strings_len || btf->strings[0] || btf->strings[btf->strings_len - 1])
		return broken(btf, "its string section does not begin and end with a zero byte");
	return 0;
}

int rawbpf_btf_next(struct rawbpf_btf *btf, uint32_t *pos, struct rawbpf_btf_type *type)
{
	const unsigned char *p = btf->types + *pos;
	uint32_t left = btf->types_len - *pos, info;
	uint64_t len;

	if (!left)
		return 0;
	if (left < 12)
		return broken(btf, "its last type is cut off");
	info = rawbpf_btf_word(btf, p, 1);
	type->name_off = rawbpf_btf_word(btf, p, 0);
	type->kind = info >> 24 & 0x1f;
	type->vlen = info & 0xffff;
	type->kflag = info >> 31;
	type->size = rawbpf_btf_word(btf, p, 2);
	type->members = p + 12;
	type->offset = *pos;
	if (type->kind == RAWBPF_BTF_VOID || type->kind >= RAWBPF_BTF_NKINDS)
		return broken(btf, "it has a type of a kind that this rawbpf does not know "
				   "(the last it knows is 19, ENUM64)");
	if (type->name_off >= btf->strings_len)
		return broken(btf, "a type's name is outside of its string section");
	len = 12 + extra[type->kind].fixed + (uint64_t)extra[type->kind].each * type->vlen;
	if (len > left)
		return broken(btf, "its last type is cut off");
	*pos += (uint32_t)len;
	return 1;
}

int rawbpf_btf_index(struct rawbpf_btf *btf)
{
	struct rawbpf_btf_type type;
	uint32_t pos = 0, n = 0;
	int rc = 1;

	for (; rc > 0; n++) {
		uint32_t *more = rawbpf_array_more(btf->offsets, n, sizeof(*more));

		if (!more) {
			rc = -ENOMEM;
			break;
		}
		btf->offsets = more;
		btf->ntypes = n + 1; /* the last one is dropped below: it is the end */
		btf->offsets[n] = pos;
		if (n)
			rc = rawbpf_btf_next(btf, &pos, &type);
	}
	if (rc < 0) {
		rawbpf_btf_close(btf);
		return rc;
	}
	btf->ntypes--;
	return 0;
}

void rawbpf_btf_close(struct rawbpf_btf *btf)
{
	free(btf->offsets);
	btf->offsets = NULL;
	btf->ntypes = 0;
}

int rawbpf_btf_get(const struct rawbpf_btf *btf, uint32_t id, struct rawbpf_btf_type *type)
{
	struct rawbpf_btf scratch = *btf; /* next() may write `why`, which is not ours here */
	uint32_t pos;

	memset(type, 0, sizeof(*type));
	if (id >= btf->ntypes)
		return -EINVAL;
	if (!id)
		return 0;
	pos = btf->offsets[id];
	return rawbpf_btf_next(&scratch, &pos, type) == 1 ? 0 : -EINVAL;
}

static bool is_modifier(enum rawbpf_btf_kind kind)
{
	return (kind >= RAWBPF_BTF_TYPEDEF && kind <= RAWBPF_BTF_RESTRICT) ||
	       kind == RAWBPF_BTF_TYPE_TAG;
}

int rawbpf_btf_strip(const struct rawbpf_btf *btf, uint32_t *id, struct rawbpf_btf_type *type)
{
	for (unsigned depth = 0; depth < BTF_DEPTH_MAX; depth++) {
		int rc = rawbpf_btf_get(btf, *id, type);

		if (rc || !is_modifier(type->kind))
			return rc;
		*id = type->size;
	}
	return -EINVAL;
}

int rawbpf_btf_sizeof(const struct rawbpf_btf *btf, uint32_t id, uint32_t *size)
{
	struct rawbpf_btf_type type;
	uint64_t n = 1;

	for (unsigned depth = 0; depth < BTF_DEPTH_MAX; depth++) {
		int rc = rawbpf_btf_strip(btf, &id, &type);

		if (rc)
			return rc;
		if (type.kind != RAWBPF_BTF_ARRAY)
			break;
		n *= rawbpf_btf_word(btf, type.members, 2);
		if (n > UINT32_MAX)
			return -EINVAL;
		id = rawbpf_btf_word(btf, type.members, 0);
	}
	switch (type.kind) {
	case RAWBPF_BTF_PTR:
		n *= 8; /* in BPF, whatever the machine */
		break;
	case RAWBPF_BTF_INT:
	case RAWBPF_BTF_STRUCT:
	case RAWBPF_BTF_UNION:
	case RAWBPF_BTF_ENUM:
	case RAWBPF_BTF_FLOAT:
	case RAWBPF_BTF_ENUM64:
	case RAWBPF_BTF_DATASEC:
		n *= type.size;
		break;
	default:
		return -EINVAL;
	}
	*size = (uint32_t)n;
	return n > UINT32_MAX ? -EINVAL : 0;
}

const char *rawbpf_btf_str(const struct rawbpf_btf *btf, uint32_t offset)
{
	return offset < btf->strings_len ? btf->strings + offset : "";
}

uint32_t rawbpf_btf_datasec(const struct rawbpf_btf *btf, const char *name)
{
	struct rawbpf_btf_type type;

	for (uint32_t id = 1; id < btf->ntypes; id++) {
		if (!rawbpf_btf_get(btf, id, &type) && type.kind == RAWBPF_BTF_DATASEC &&
			!strcmp(rawbpf_btf_str(btf, type.name_off), name))
			return id;
	}
	return 0;
}
