/* SPDX-License-Identifier: BSD-2-Clause */
/* .map NAME, type=hash, key=4, value=8, entries=64, ... */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "impl.h"

enum {
#define X(name, number) MAP_##name = number,
#include "../syscall/map_types.def"
#undef X
};

enum { A_TYPE, A_KEY, A_VALUE, A_ENTRIES, A_FLAGS, A_PINNING, A_EXTRA, A_NUMA, NATTRS };
static const char *const attributes[NATTRS] = {
	[A_TYPE] = "type",
	[A_KEY] = "key",
	[A_VALUE] = "value",
	[A_ENTRIES] = "entries",
	[A_FLAGS] = "flags",
	[A_PINNING] = "pinning",
	[A_EXTRA] = "map_extra",
	[A_NUMA] = "numa_node",
};

#define F_NUMA_NODE (1U << 2)

/* ---- what each type must have: mistakes that the kernel answers with a bare EINVAL  */

enum {
	KEY = 1 << A_KEY,
	VALUE = 1 << A_VALUE,
	ENTRIES = 1 << A_ENTRIES,
	KEY4 = 1 << NATTRS,        /* the key is an index or an fd */
	NO_ENTRIES = 2 << NATTRS,  /* it grows by itself */
	PAGES = 4 << NATTRS,       /* entries are bytes: a power of two of pages */
	ANY_ENTRIES = 8 << NATTRS, /* loaders take the number of CPUs */
	ANYTHING = 16 << NATTRS,
};

static unsigned rules(uint32_t type)
{
	switch (type) {
	case MAP_RINGBUF:
	case MAP_USER_RINGBUF:
		return ENTRIES | PAGES;
	case MAP_QUEUE:
	case MAP_STACK:
	case MAP_BLOOM_FILTER:
		return VALUE | ENTRIES;
	case MAP_PERF_EVENT_ARRAY:
		return KEY | VALUE | KEY4 | ANY_ENTRIES;
	case MAP_SK_STORAGE:
	case MAP_INODE_STORAGE:
	case MAP_TASK_STORAGE:
	case MAP_CGRP_STORAGE:
		return KEY | VALUE | KEY4 | NO_ENTRIES;
	case MAP_CGROUP_STORAGE:
	case MAP_PERCPU_CGROUP_STORAGE:
		return KEY | VALUE | NO_ENTRIES;
	case MAP_ARRAY:
	case MAP_PROG_ARRAY:
	case MAP_PERCPU_ARRAY:
	case MAP_CGROUP_ARRAY:
	case MAP_ARRAY_OF_MAPS:
	case MAP_DEVMAP:
	case MAP_SOCKMAP:
	case MAP_CPUMAP:
	case MAP_XSKMAP:
	case MAP_REUSEPORT_SOCKARRAY:
		return KEY | VALUE | ENTRIES | KEY4;
	case MAP_STRUCT_OPS:
	case MAP_ARENA:
		return ANYTHING;
	default:
		return KEY | VALUE | ENTRIES;
	}
}

static int check_given(struct asm_ctx *a, const struct asm_map *m, const char *type, unsigned rule)
{
	unsigned wanted = rule & (KEY | VALUE | ENTRIES);

	if (rule & ANYTHING)
		return 0;
	for (unsigned i = A_KEY; i <= A_ENTRIES; i++) {
		uint32_t v = i == A_KEY ? m->key_size : i == A_VALUE ? m->value_size : m->entries;

		if (wanted & 1U << i && !v)
			return rawbpf_asm_err(
				a, &m->pos, "type=%s needs %s=, above 0", type, attributes[i]);
		if (!(wanted & 1U << i) && !(i == A_ENTRIES && rule & ANY_ENTRIES) && v)
			return rawbpf_asm_err(
				a, &m->pos, "type=%s takes no %s=", type, attributes[i]);
	}
	return 0;
}

static int check_rules(struct asm_ctx *a, const struct asm_map *m, const char *type)
{
	unsigned rule = rules(m->type);

	if (check_given(a, m, type, rule))
		return -EINVAL;
	if (rule & KEY4 && m->key_size != 4)
		return rawbpf_asm_err(
			a, &m->pos, "the key of type=%s has 4 bytes, not %u", type, m->key_size);
	if (rule & PAGES && (m->entries < 4096 || m->entries & (m->entries - 1)))
		return rawbpf_asm_err(a, &m->pos,
			"entries= of a %s map is its size in bytes: a power of two, 4096 or more, "
			"not %u",
			type, m->entries);
	return 0;
}

/* ---- attributes
 * ----------------------------------------------------------------------------------- */

#define TYPE_MAX 32

/* The uapi names in lower case, by number; "" where there is none. */
static size_t type_names(char names[64][TYPE_MAX], const char *words[64])
{
	size_t n = 0;

	memset(names, 0, 64 * TYPE_MAX);
#define X(name, number) snprintf(names[number], TYPE_MAX, "%s", #name);
#include "../syscall/map_types.def"
#undef X
	for (unsigned i = 1; i < 64; i++) {
		for (char *p = names[i]; *p; p++)
			*p = (char)tolower((unsigned char)*p);
		if (*names[i])
			words[n++] = names[i];
	}
	return n;
}

static int map_type(struct asm_ctx *a, struct asm_map *m, char type[TYPE_MAX])
{
	char names[64][TYPE_MAX], hint[ASM_SEEN_MAX * 2], seen[ASM_SEEN_MAX];
	const struct asm_tok t = a->tok;
	const char *words[64];
	size_t n = type_names(names, words);

	if (t.kind != T_NAME)
		return rawbpf_asm_expected(a, "the type of a map, such as hash or percpu_array");
	for (unsigned i = 1; i < 64; i++) {
		if (!*names[i] || strlen(names[i]) != t.name->len ||
			memcmp(names[i], t.name->text, t.name->len))
			continue;
		m->type = i;
		memcpy(type, names[i], TYPE_MAX);
		rawbpf_asm_next(a);
		return 0;
	}
	return rawbpf_asm_err(a, &t.pos, "no map type %s%s", rawbpf_asm_seen(&t, seen),
		rawbpf_asm_suggest_word(t.name->text, t.name->len, words, n, hint));
}

/* A size in bytes, or a type. */
static int key_or_value(struct asm_ctx *a, const char *what, uint32_t *size, uint8_t *type)
{
	uint64_t v;

	if (a->tok.kind == T_NAME && a->tok.name->type) {
		*type = a->tok.name->type;
		*size = rawbpf_asm_types[*type].size;
		rawbpf_asm_next(a);
		return 0;
	}
	if (rawbpf_asm_expr_in(a, what, 0, UINT32_MAX, &v))
		return -EINVAL;
	*size = (uint32_t)v;
	return 0;
}

static int u32_value(struct asm_ctx *a, const char *what, uint32_t *out)
{
	uint64_t v;

	if (rawbpf_asm_expr_in(a, what, 0, UINT32_MAX, &v))
		return -EINVAL;
	*out = (uint32_t)v;
	return 0;
}

static int pinning(struct asm_ctx *a, struct asm_map *m)
{
	static const char *const words[] = { "none", "by_name" };
	const struct asm_tok t = a->tok;

	for (uint32_t i = 0; t.kind == T_NAME && i < 2; i++) {
		if (strlen(words[i]) != t.name->len || memcmp(words[i], t.name->text, t.name->len))
			continue;
		m->pinning = i;
		rawbpf_asm_next(a);
		return 0;
	}
	return rawbpf_asm_expected(a, "none or by_name");
}

static int attribute(struct asm_ctx *a, struct asm_map *m, char type[TYPE_MAX])
{
	switch (rawbpf_asm_attr_key(a, attributes, NATTRS, &m->given, ".map")) {
	case A_TYPE:
		return map_type(a, m, type);
	case A_KEY:
		return key_or_value(a, "the size of a key", &m->key_size, &m->key_type);
	case A_VALUE:
		return key_or_value(a, "the size of a value", &m->value_size, &m->value_type);
	case A_ENTRIES:
		return u32_value(a, "the number of entries", &m->entries);
	case A_FLAGS:
		return u32_value(a, "the flags of a map", &m->flags);
	case A_PINNING:
		return pinning(a, m);
	case A_EXTRA:
		return rawbpf_asm_expr_in(a, "map_extra", 0, UINT64_MAX, &m->map_extra);
	case A_NUMA:
		m->flags_numa = F_NUMA_NODE;
		return u32_value(a, "a NUMA node", &m->numa_node);
	default:
		return -EINVAL;
	}
}

static int define(struct asm_ctx *a, struct asm_map *m)
{
	char type[TYPE_MAX] = "";

	while (asm_take(a, T_COMMA))
		if (attribute(a, m, type))
			return -EINVAL;
	if (!asm_at_end(a))
		return rawbpf_asm_expected(a, "',' or the end of the line");
	if (!m->type)
		return rawbpf_asm_err(a, &m->pos, ".map needs type=, such as type=hash");
	/* Without the flag the kernel ignores the node. */
	m->flags |= m->flags_numa;
	return check_rules(a, m, type);
}

int rawbpf_asm_map(struct asm_ctx *a)
{
	struct asm_tok name = a->tok;
	struct asm_map m = { .pos = name.pos }, *slot;
	int rc;

	if (rawbpf_asm_expect(a, T_NAME, "the name of a map"))
		return -EINVAL;
	m.name = name.name;
	rc = define(a, &m);
	/* A broken map still has its name, so that its uses are not reported too. */
	if (rawbpf_asm_claim(a, &name, OBJ_MAP, (uint32_t)a->maps.n))
		return -EINVAL;
	slot = ASM_PUSH(a, a->maps);
	if (!slot)
		return -ENOMEM;
	*slot = m;
	return rc;
}
