/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "../syscall/sys.h"
#include "load.h"

static const char *type_name(uint32_t type)
{
	static const char *const names[] = {
#define X(name, number) [number] = "BPF_MAP_TYPE_" #name,
#include "../syscall/map_types.def"
#undef X
	};

	return type < sizeof(names) / sizeof(names[0]) && names[type] ? names[type]
								      : "of unknown type";
}

/* Types whose maps the kernel does not create with BTF: asking would only be refused. */
static bool takes_btf(uint32_t type)
{
	switch (type) {
	case RAWBPF_MAP_TYPE_PERF_EVENT_ARRAY:
	case RAWBPF_MAP_TYPE_CGROUP_ARRAY:
	case RAWBPF_MAP_TYPE_STACK_TRACE:
	case RAWBPF_MAP_TYPE_ARRAY_OF_MAPS:
	case RAWBPF_MAP_TYPE_HASH_OF_MAPS:
	case RAWBPF_MAP_TYPE_DEVMAP:
	case RAWBPF_MAP_TYPE_DEVMAP_HASH:
	case RAWBPF_MAP_TYPE_CPUMAP:
	case RAWBPF_MAP_TYPE_XSKMAP:
	case RAWBPF_MAP_TYPE_SOCKMAP:
	case RAWBPF_MAP_TYPE_SOCKHASH:
	case RAWBPF_MAP_TYPE_QUEUE:
	case RAWBPF_MAP_TYPE_STACK:
	case RAWBPF_MAP_TYPE_ARENA:
		return false;
	}
	return true;
}

static void map_note(const struct rawbpf_loader *l, const struct rawbpf_map *map, uint32_t is)
{
	if (l->opts->verbose)
		rawbpf_remark(l->sink, RAWBPF_NOTE, l->obj->path,
			"map \"%s\": max_entries %u becomes %u, as %s needs it", map->name,
			map->max_entries, is, type_name(map->type));
}

/* Ring buffers want a power of two and whole pages, whatever size those have here. */
static uint32_t ring_size(uint32_t want)
{
	long page = sysconf(_SC_PAGESIZE);
	uint32_t size = page > 0 ? (uint32_t)page : 4096;

	while (size < want && size < 1U << 31)
		size *= 2;
	return want && size >= want ? size : want;
}

/* Perf event arrays of unsaid size have a slot for each CPU that may ever come up. */
static int max_entries(const struct rawbpf_loader *l, const struct rawbpf_map *map, uint32_t *out)
{
	*out = map->max_entries;
	if (map->type == RAWBPF_MAP_TYPE_RINGBUF || map->type == RAWBPF_MAP_TYPE_USER_RINGBUF) {
		*out = ring_size(map->max_entries);
	} else if (map->type == RAWBPF_MAP_TYPE_PERF_EVENT_ARRAY && !map->max_entries) {
		int n = rawbpf_possible_cpus();

		if (n < 0)
			return rawbpf_error(l->sink, n, l->obj->path,
				"map \"%s\": cannot find out how many CPUs there are: %s",
				map->name, strerror(-n));
		*out = (uint32_t)n;
	}
	if (*out != map->max_entries)
		map_note(l, map, *out);
	return 0;
}

/*
 * Data maps are named after object and section, as libbpf does it: other tools
 * look for "memcpy_s.rodata". Sections with a name of their own keep it.
 */
static void map_name(
	const struct rawbpf_obj *obj, const struct rawbpf_map *map, char out[RAWBPF_OBJ_NAME_LEN])
{
	const char *base = strrchr(obj->path, '/');
	char text[32];
	size_t len;

	if (map->origin != RAWBPF_MAP_DATA || strchr(map->name + 1, '.')) {
		rawbpf_load_name(out, map->name);
		return;
	}
	base = base ? base + 1 : obj->path;
	len = strcspn(base, ".");
	snprintf(text, sizeof(text), "%.*s%s", len > 8 ? 8 : (int)len, base, map->name);
	rawbpf_load_name(out, text);
}

/* One form of the call; `btf` and `name` say what it has. */
static int create(const struct rawbpf_loader *l, const struct rawbpf_map *map, uint32_t entries,
	bool btf, bool name)
{
	struct rawbpf_attr_map_create attr;

	memset(&attr, 0, sizeof(attr));
	attr.map_type = map->type;
	attr.key_size = map->key_size;
	attr.value_size = map->value_size;
	attr.max_entries = entries;
	attr.map_flags = map->map_flags;
	attr.numa_node = map->numa_node;
	attr.map_extra = map->map_extra;
	if (name)
		map_name(l->obj, map, attr.map_name);
	if (btf) {
		attr.btf_fd = (uint32_t)l->loaded->btf_fd;
		attr.btf_key_type_id = map->btf_key_type_id;
		attr.btf_value_type_id = map->btf_value_type_id;
	}
	return rawbpf_map_create(&attr);
}

/*
 * E2BIG: the kernel does not know the attr's last part that is not zero. BTF ids
 * (4.18) stand behind the name (4.15); any map type may refuse them besides.
 */
static int create_somehow(struct rawbpf_loader *l, const struct rawbpf_map *map, uint32_t entries)
{
	bool btf = l->loaded->btf_fd >= 0 && map->btf_value_type_id && takes_btf(map->type);
	bool had_btf = btf;
	int first = 0, rc;

	for (;;) {
		rc = create(l, map, entries, btf, !l->no_names);
		if (rc >= 0)
			break;
		if (rawbpf_load_raise_memlock(l, rc))
			continue;
		if (!first)
			first = rc;
		if (btf && rc != -EPERM && rc != -ENOMEM)
			btf = false;
		else if (rc == -E2BIG && !l->no_names)
			l->no_names = true;
		else
			return first; /* what the full form was told says most */
	}
	if (l->opts->verbose && btf != had_btf)
		rawbpf_remark(l->sink, RAWBPF_NOTE, l->obj->path,
			"map \"%s\" created without BTF types, which this kernel does not take "
			"for it",
			map->name);
	return rc;
}

/* What the kernel leaves unsaid behind its EINVAL, as far as it can be told from the numbers. */
static const char *hint(const struct rawbpf_map *map, int rc)
{
	bool ring =
		map->type == RAWBPF_MAP_TYPE_RINGBUF || map->type == RAWBPF_MAP_TYPE_USER_RINGBUF;

	if (rc == -ENOMEM || rc == -E2BIG)
		return "; it is too large for this kernel or this machine";
	if (rc != -EINVAL)
		return "";
	if (!map->max_entries)
		return "; max_entries is 0";
	if (ring && (map->key_size || map->value_size))
		return "; a ring buffer has neither key nor value";
	if (map->type == RAWBPF_MAP_TYPE_ARRAY && map->key_size != 4)
		return "; an array's key has 4 bytes";
	if (!ring && !map->value_size)
		return "; value_size is 0";
	return "; the sizes do not suit the type, or this kernel does not know the type or a flag";
}

static int refuse(
	const struct rawbpf_loader *l, const struct rawbpf_map *map, uint32_t entries, int rc)
{
	char why[512];

	return rawbpf_error(l->sink, rc, l->obj->path,
		"map \"%s\" (%s, key %u bytes, value %u bytes, %u entries, flags 0x%x): the kernel "
		"refuses to create it: %s%s",
		map->name, type_name(map->type), map->key_size, map->value_size, entries,
		map->map_flags, rawbpf_load_why(rc, why, sizeof(why)), hint(map, rc));
}

/* Frozen before programs load: only then does the verifier know the values as constants. */
static int fill(const struct rawbpf_loader *l, const struct rawbpf_map *map, int fd)
{
	const uint32_t key = 0;
	char why[512];
	int rc = 0;

	if (map->data)
		rc = rawbpf_map_update_elem(fd, &key, map->data, RAWBPF_ANY);
	if (rc < 0)
		return rawbpf_error(l->sink, rc, l->obj->path, "map \"%s\": cannot be filled: %s",
			map->name, rawbpf_load_why(rc, why, sizeof(why)));
	if (map->read_only)
		rc = rawbpf_map_freeze(fd);
	if (rc < 0)
		return rawbpf_error(l->sink, rc, l->obj->path, "map \"%s\": cannot be frozen: %s",
			map->name, rawbpf_load_why(rc, why, sizeof(why)));
	return 0;
}

int rawbpf_load_map(struct rawbpf_loader *l, size_t i)
{
	const struct rawbpf_map *map = &l->obj->maps[i];
	uint32_t entries;
	int rc = max_entries(l, map, &entries);

	if (rc)
		return rc;
	rc = create_somehow(l, map, entries);
	if (rc < 0)
		return refuse(l, map, entries, rc);
	l->loaded->map_fds[i] = rc;
	if (map->pinning)
		rawbpf_remark(l->sink, RAWBPF_WARNING, l->obj->path,
			"map \"%s\" asks to be pinned; rawbpf does not pin maps yet", map->name);
	return fill(l, map, l->loaded->map_fds[i]);
}
