/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * For objects.sh: what the loader makes of an object, as text.
 *   dump describe OBJECT    the described object; errors as the tool prints them, exit 1
 *   dump load OBJECT        loads it, then each program as the kernel holds it
 *   dump pins FILE...       the same for pinned programs, whoever loaded them
 *   dump mangle OBJECT      cut at every 16 bytes, and with every byte changed: refused aloud or
 * read Map ids differ from load to load: an instruction shows the map's name instead.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../../loader/obj.h"
#include "../../../syscall/sys.h"

#define MAPS_MAX 64
#define LDDW 0x18

/* The variable that an offset in a map lies in: offsets are the compiler's business. */
static void print_place(const struct rawbpf_obj *obj, const struct rawbpf_reloc *r)
{
	for (size_t i = 0; i < obj->nvars; i++) {
		const struct rawbpf_var *v = &obj->vars[i];

		if (v->map == r->map && r->offset >= v->offset && r->offset - v->offset < v->size) {
			printf("  value %s+%u\n", v->name, r->offset - v->offset);
			return;
		}
	}
	printf("  value %s+%u\n", obj->maps[r->map].name, r->offset);
}

static void print_part(const struct rawbpf_obj *obj, const struct rawbpf_prog *p, size_t k)
{
	uint32_t f = p->parts[k].func;

	printf("  with %s\n",
		f < obj->nprogs ? obj->progs[f].name : obj->subprogs[f - obj->nprogs].name);
}

static void describe(const struct rawbpf_obj *obj)
{
	printf("object %s license \"%s\" version 0x%x btf %s\n", obj->big_endian ? "big" : "little",
		obj->license, obj->kern_version, obj->btf ? "yes" : "no");
	for (size_t i = 0; i < obj->nmaps; i++) {
		const struct rawbpf_map *m = &obj->maps[i];

		printf("map %s origin %d type %u key %u value %u entries %u flags 0x%x%s%s\n",
			m->name, m->origin, m->type, m->key_size, m->value_size, m->max_entries,
			m->map_flags, m->read_only ? " read-only" : "", m->data ? " filled" : "");
	}
	for (size_t i = 0; i < obj->nvars; i++) {
		uint64_t v = 0;
		int rc = rawbpf_obj_value(obj, obj->vars[i].name, &v);

		printf("var %s in %s size %u", obj->vars[i].name, obj->maps[obj->vars[i].map].name,
			obj->vars[i].size);
		printf(rc ? "\n" : " = %" PRIu64 "\n", v);
	}
	for (size_t i = 0; i < obj->nprogs; i++) {
		const struct rawbpf_prog *p = &obj->progs[i];

		printf("prog %s section %s type %u%s%s\n", p->name, p->section, p->type,
			p->autoload ? "" : " not-loaded", p->nlines ? " lines" : "");
		for (size_t k = 0; k < p->nrelocs; k++) {
			if (p->relocs[k].kind == RAWBPF_RELOC_MAP_FD)
				printf("  map %s\n", obj->maps[p->relocs[k].map].name);
			else
				print_place(obj, &p->relocs[k]);
		}
		for (size_t k = 1; k < p->nparts; k++)
			print_part(obj, p, k);
	}
}

static const char *map_name(const struct rawbpf_map_info *maps, unsigned n, uint32_t id)
{
	for (unsigned i = 0; i < n; i++) {
		if (maps[i].id == id)
			return maps[i].name;
	}
	return "?";
}

static unsigned get_maps(const uint32_t *ids, unsigned n, struct rawbpf_map_info *maps)
{
	for (unsigned i = 0; i < n; i++) {
		uint32_t len = sizeof(maps[i]);
		int fd = rawbpf_map_get_fd_by_id(ids[i]);

		rawbpf_obj_get_info_by_fd(fd, &maps[i], &len);
		rawbpf_sys_close(fd);
		/* libbpf makes data maps BPF_F_MMAPABLE, which we have no use for yet */
		if (strchr(maps[i].name, '.'))
			maps[i].map_flags &= ~(uint32_t)RAWBPF_F_MMAPABLE;
		printf("  map %s type %u key %u value %u entries %u flags 0x%x btf %d\n",
			maps[i].name, maps[i].type, maps[i].key_size, maps[i].value_size,
			maps[i].max_entries, maps[i].map_flags, maps[i].btf_value_type_id != 0);
	}
	return n;
}

static int dump_prog(int fd)
{
	static struct rawbpf_insn insns[4096];
	struct rawbpf_map_info maps[MAPS_MAX] = { 0 };
	uint32_t ids[MAPS_MAX];
	struct rawbpf_prog_info info = { .xlated_prog_insns = rawbpf_ptr(insns),
		.xlated_prog_len = sizeof(insns),
		.map_ids = rawbpf_ptr(ids),
		.nr_map_ids = MAPS_MAX };
	uint32_t len = sizeof(info);
	unsigned nmaps, n;
	int rc = rawbpf_obj_get_info_by_fd(fd, &info, &len);

	if (rc < 0) {
		fprintf(stderr, "no information: %s\n", strerror(-rc));
		return 1;
	}
	n = info.xlated_prog_len / sizeof(*insns);
	printf("prog %s type %u insns %u lines %u funcs %u\n", info.name, info.type, n,
		info.nr_line_info, info.nr_func_info);
	nmaps = get_maps(ids, info.nr_map_ids, maps);
	for (unsigned i = 0; i < n; i++) {
		/* a map, or a place in one; not a callback (4) */
		bool map = insns[i].code == LDDW && (insns[i].regs & 0x30);

		printf("  %02x %02x %d ", insns[i].code, insns[i].regs, insns[i].off);
		if (map)
			printf("%s\n", map_name(maps, nmaps, (uint32_t)insns[i].imm));
		else
			printf("%d\n", insns[i].imm);
	}
	return 0;
}

static int load(const struct rawbpf_obj *obj, const struct rawbpf_sink *sink)
{
	struct rawbpf_loaded *l;
	int rc = rawbpf_obj_load(&l, obj, NULL, sink) ? 1 : 0;

	for (size_t i = 0; !rc && i < obj->nprogs; i++) {
		if (l->prog_fds[i] >= 0)
			rc = dump_prog(l->prog_fds[i]);
	}
	rawbpf_loaded_free(rc ? NULL : l);
	return rc;
}

static int pins(char **paths)
{
	int rc = 0;

	for (; *paths && !rc; paths++) {
		int fd = rawbpf_obj_get(*paths, 0);

		rc = fd < 0 ? 1 : dump_prog(fd);
		rawbpf_sys_close(fd);
	}
	return rc;
}

static unsigned said;

static void count(void *arg, const struct rawbpf_diag *d)
{
	said++;
}

/* A warning may come with success, silence never with an error. */
static int try_one(const void *image, size_t len, bool cut)
{
	const struct rawbpf_sink sink = { .say = count };
	struct rawbpf_obj *obj;
	void *copy = malloc(len ? len : 1);
	int rc;

	said = 0;
	memcpy(copy, image, len);
	rc = rawbpf_obj_read_mem(&obj, copy, len, "x.o", &sink);
	free(copy);
	rawbpf_obj_free(obj);
	return rc < 0 ? !said : cut;
}

static int mangle(const char *path)
{
	static unsigned char image[1 << 16];
	static const unsigned char values[] = { 0x00, 0x01, 0xff };
	FILE *f = fopen(path, "rb");
	size_t len = f ? fread(image, 1, sizeof(image), f) : 0;
	int bad = !len;

	if (f)
		fclose(f);
	for (size_t cut = 0; cut < len; cut += 16)
		bad |= try_one(image, cut, true);
	for (size_t at = 0; at < len; at++) {
		unsigned char was = image[at];

		for (size_t k = 0; k < sizeof(values); k++) {
			image[at] = values[k];
			bad |= try_one(image, len, false);
		}
		image[at] = was;
	}
	return bad;
}

int main(int argc, char **argv)
{
	const struct rawbpf_sink sink = { rawbpf_print_diag, stderr };
	struct rawbpf_obj *obj;
	int rc = 0;

	if (argc < 3)
		return 2;
	if (!strcmp(argv[1], "mangle"))
		return mangle(argv[2]);
	if (!strcmp(argv[1], "pins"))
		return pins(argv + 2);
	if (rawbpf_obj_read_file(&obj, argv[2], &sink))
		return 1;
	if (!strcmp(argv[1], "load"))
		rc = load(obj, &sink);
	else
		describe(obj);
	rawbpf_obj_free(obj);
	return rc;
}
