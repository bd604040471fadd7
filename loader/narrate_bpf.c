/* SPDX-License-Identifier: BSD-2-Clause */
/* bpf(2) in words: a row per command. */
#include <errno.h>

#include "words.h"

#define add rawbpf_words_add

static const char *const map_types[] = {
#define X(name, number) [number] = #name,
#include "../syscall/map_types.def"
#undef X
};

static const char *const prog_types[] = {
#define X(name, number) [number] = #name,
#include "../syscall/prog_types.def"
#undef X
};

static const char *const attach_types[] = {
#define X(name, number) [number] = #name,
#include "../syscall/attach_types.def"
#undef X
};

static const char *const cmds[] = {
#define X(name, number) [number] = #name,
#include "../syscall/cmds.def"
#undef X
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const char *string(rawbpf_u64 address)
{
	return address ? (const char *)(uintptr_t)address : "";
}

static void add_attach_type(struct rawbpf_words *w, uint32_t type)
{
	if (type < COUNT(attach_types))
		add(w, "BPF_");
	rawbpf_words_add_name(w, attach_types, COUNT(attach_types), type, 0);
}

/* ---- maps --------------------------------------------------------------------- */

/* Bit n's name after BPF_F_. */
static const char *const map_flags[] = { "NO_PREALLOC", "NO_COMMON_LRU", "NUMA_NODE", "RDONLY",
	"WRONLY", "STACK_BUILD_ID", "ZERO_SEED", "RDONLY_PROG", "WRONLY_PROG", "CLONE", "MMAPABLE",
	"PRESERVE_ELEMS", "INNER_MAP", "LINK", "PATH_FD", "VTYPE_BTF_OBJ_FD", "TOKEN_FD",
	"SEGV_ON_FAULT", "NO_USER_CONV", "RB_OVERWRITE" };

static void add_map_flags(struct rawbpf_words *w, uint32_t flags)
{
	const char *before = ", ";

	for (size_t bit = 0; bit < COUNT(map_flags); bit++) {
		if (!(flags >> bit & 1))
			continue;
		add(w, "%sBPF_F_%s", before, map_flags[bit]);
		before = " | ";
		flags &= ~(1u << bit);
	}
	if (flags)
		add(w, "%s0x%x", before, flags);
}

static void map_create(struct rawbpf_words *w, const void *attr)
{
	const struct rawbpf_attr_map_create *a = attr;

	const char *type = a->map_type < COUNT(map_types) ? map_types[a->map_type] : "";

	add(w, *type == 'A' || *type == 'I' ? "an " : "a "); /* array, arena, inode_storage */
	rawbpf_words_add_name(w, map_types, COUNT(map_types), a->map_type, 1);
	if (a->map_name[0])
		add(w, " named \"%.*s\"", RAWBPF_OBJ_NAME_LEN, a->map_name);
	add(w, ", key %u bytes, value %u bytes, %u %s", a->key_size, a->value_size, a->max_entries,
		a->max_entries == 1 ? "entry" : "entries");
	add_map_flags(w, a->map_flags);
	if (a->btf_value_type_id)
		add(w, ", types in BTF fd %u", a->btf_fd);
}

static void map_lookup(struct rawbpf_words *w, const void *attr)
{
	const struct rawbpf_attr_map_elem *a = attr;

	add(w, "the value of one key in map fd %u", a->map_fd);
}

static void map_update(struct rawbpf_words *w, const void *attr)
{
	const struct rawbpf_attr_map_elem *a = attr;

	add(w, "set one key in map fd %u", a->map_fd);
	if (a->flags & RAWBPF_NOEXIST)
		add(w, ", if it is new");
	if (a->flags & RAWBPF_EXIST)
		add(w, ", if it is there");
}

static void map_delete(struct rawbpf_words *w, const void *attr)
{
	const struct rawbpf_attr_map_elem *a = attr;

	add(w, "remove one key from map fd %u", a->map_fd);
}

static void map_next_key(struct rawbpf_words *w, const void *attr)
{
	const struct rawbpf_attr_map_elem *a = attr;

	add(w, a->key ? "the next key of map fd %u" : "the first key of map fd %u", a->map_fd);
}

static void map_take(struct rawbpf_words *w, const void *attr)
{
	const struct rawbpf_attr_map_elem *a = attr;

	add(w, "take one value out of map fd %u", a->map_fd);
}

static void map_freeze(struct rawbpf_words *w, const void *attr)
{
	const struct rawbpf_attr_map_elem *a = attr;

	add(w, "map fd %u becomes read-only for user space", a->map_fd);
}

/* The count has become the result by now. */
static void map_batch(struct rawbpf_words *w, const void *attr)
{
	const struct rawbpf_attr_map_batch *a = attr;

	add(w, "many elements of map fd %u in one call", a->map_fd);
}

static void batch_result(struct rawbpf_words *w, const void *attr)
{
	const struct rawbpf_attr_map_batch *a = attr;

	add(w, " (%u elements)", a->count);
}

/* ---- programs ------------------------------------------------------------------- */

static void prog_load(struct rawbpf_words *w, const void *attr)
{
	const struct rawbpf_attr_prog_load *a = attr;

	rawbpf_words_add_name(w, prog_types, COUNT(prog_types), a->prog_type, 1);
	add(w, " program");
	if (a->prog_name[0])
		add(w, " \"%.*s\"", RAWBPF_OBJ_NAME_LEN, a->prog_name);
	add(w, ", %u instructions, license \"%s\"", a->insn_cnt, string(a->license));
	if (a->expected_attach_type) {
		add(w, ", for ");
		add_attach_type(w, a->expected_attach_type);
	}
	if (a->line_info_cnt)
		add(w, ", %u source lines", a->line_info_cnt);
	if (a->log_level)
		add(w, ", verifier log of up to %u bytes", a->log_size);
}

static void prog_test_run(struct rawbpf_words *w, const void *attr)
{
	const struct rawbpf_attr_prog_test_run *a = attr;

	add(w, "run program fd %u", a->prog_fd);
	if (a->repeat > 1)
		add(w, " %u times", a->repeat);
	if (a->data_in)
		add(w, " on %u bytes of data", a->data_size_in);
	if (a->ctx_in)
		add(w, " with a ctx of %u bytes", a->ctx_size_in);
}

static void test_run_result(struct rawbpf_words *w, const void *attr)
{
	const struct rawbpf_attr_prog_test_run *a = attr;

	add(w, " (it returned %u, %u ns a run)", a->retval, a->duration);
}

static void prog_attach(struct rawbpf_words *w, const void *attr)
{
	const struct rawbpf_attr_prog_attach *a = attr;

	add(w, "program fd %u on target fd %u as ", a->attach_bpf_fd, a->target_fd);
	add_attach_type(w, a->attach_type);
}

static void prog_bind_map(struct rawbpf_words *w, const void *attr)
{
	const struct rawbpf_attr_prog_bind_map *a = attr;

	add(w, "program fd %u keeps map fd %u", a->prog_fd, a->map_fd);
}

static void raw_tracepoint_open(struct rawbpf_words *w, const void *attr)
{
	const struct rawbpf_attr_raw_tracepoint_open *a = attr;

	if (a->name)
		add(w, "program fd %u on raw tracepoint %s", a->prog_fd, string(a->name));
	else
		add(w, "program fd %u where its type says", a->prog_fd);
}

/* ---- links and BTF ----------------------------------------------------------------- */

static void link_create(struct rawbpf_words *w, const void *attr)
{
	const struct rawbpf_attr_link_create *a = attr;

	add(w, "program fd %u on target fd %u as ", a->prog_fd, a->target_fd);
	add_attach_type(w, a->attach_type);
}

static void link_update(struct rawbpf_words *w, const void *attr)
{
	const struct rawbpf_attr_link_update *a = attr;

	add(w, "link fd %u gets program fd %u", a->link_fd, a->new_prog_fd);
	if (a->flags & RAWBPF_F_REPLACE)
		add(w, " in place of fd %u", a->old_prog_fd);
}

static void link_detach(struct rawbpf_words *w, const void *attr)
{
	const struct rawbpf_attr_link_detach *a = attr;

	add(w, "link fd %u lets go", a->link_fd);
}

static void btf_load(struct rawbpf_words *w, const void *attr)
{
	const struct rawbpf_attr_btf_load *a = attr;

	add(w, "%u bytes of type information", a->btf_size);
	if (a->btf_log_level)
		add(w, ", log of up to %u bytes", a->btf_log_size);
}

/* ---- objects ------------------------------------------------------------------------- */

static void obj_pin(struct rawbpf_words *w, const void *attr)
{
	const struct rawbpf_attr_obj *a = attr;

	add(w, "fd %u lives on at %s", a->bpf_fd, string(a->pathname));
}

static void obj_get(struct rawbpf_words *w, const void *attr)
{
	const struct rawbpf_attr_obj *a = attr;

	add(w, "what is pinned at %s", string(a->pathname));
}

static void next_id(struct rawbpf_words *w, const void *attr)
{
	const struct rawbpf_attr_get_id *a = attr;

	if (a->id)
		add(w, "the first above id %u", a->id);
	else
		add(w, "the first of all");
}

static void next_id_result(struct rawbpf_words *w, const void *attr)
{
	const struct rawbpf_attr_get_id *a = attr;

	add(w, " (id %u)", a->next_id);
}

static void fd_by_id(struct rawbpf_words *w, const void *attr)
{
	const struct rawbpf_attr_get_id *a = attr;

	add(w, "id %u", a->id);
}

static void obj_info(struct rawbpf_words *w, const void *attr)
{
	const struct rawbpf_attr_info *a = attr;

	add(w, "what fd %u is", a->bpf_fd);
}

static void info_result(struct rawbpf_words *w, const void *attr)
{
	const struct rawbpf_attr_info *a = attr;

	add(w, " (%u bytes)", a->info_len);
}

static void task_fd_query(struct rawbpf_words *w, const void *attr)
{
	const struct rawbpf_attr_task_fd_query *a = attr;

	add(w, "which program hangs on fd %u of pid %u", a->fd, a->pid);
}

static void task_fd_query_result(struct rawbpf_words *w, const void *attr)
{
	const struct rawbpf_attr_task_fd_query *a = attr;

	add(w, " (program id %u)", a->prog_id);
}

static void enable_stats(struct rawbpf_words *w, const void *attr)
{
	add(w, "programs' run time is counted while this is open");
}

/* ---- the rows ------------------------------------------------------------------------- */

enum result_kind { ZERO, FD };

static const struct row {
	void (*words)(struct rawbpf_words *w, const void *attr);
	enum result_kind kind;
	void (*result)(struct rawbpf_words *w, const void *attr); /* what else came back */
	const char *enoent; /* where ENOENT is an answer, what it means */
} rows[] = {
	[RAWBPF_MAP_CREATE] = { map_create, FD, NULL, NULL },
	[RAWBPF_MAP_LOOKUP_ELEM] = { map_lookup, ZERO, NULL, "no such key" },
	[RAWBPF_MAP_UPDATE_ELEM] = { map_update, ZERO, NULL, "no such key" },
	[RAWBPF_MAP_DELETE_ELEM] = { map_delete, ZERO, NULL, "no such key" },
	[RAWBPF_MAP_GET_NEXT_KEY] = { map_next_key, ZERO, NULL, "there is none" },
	[RAWBPF_MAP_LOOKUP_AND_DELETE_ELEM] = { map_take, ZERO, NULL, "no such key" },
	[RAWBPF_MAP_FREEZE] = { map_freeze, ZERO, NULL, NULL },
	[RAWBPF_MAP_LOOKUP_BATCH] = { map_batch, ZERO, batch_result, "these were the last" },
	[RAWBPF_MAP_LOOKUP_AND_DELETE_BATCH] = { map_batch, ZERO, batch_result,
		"these were the last" },
	[RAWBPF_MAP_UPDATE_BATCH] = { map_batch, ZERO, batch_result, NULL },
	[RAWBPF_MAP_DELETE_BATCH] = { map_batch, ZERO, batch_result, "no such key" },
	[RAWBPF_PROG_LOAD] = { prog_load, FD, NULL, NULL },
	[RAWBPF_PROG_TEST_RUN] = { prog_test_run, ZERO, test_run_result, NULL },
	[RAWBPF_PROG_ATTACH] = { prog_attach, ZERO, NULL, NULL },
	[RAWBPF_PROG_DETACH] = { prog_attach, ZERO, NULL, NULL },
	[RAWBPF_PROG_BIND_MAP] = { prog_bind_map, ZERO, NULL, NULL },
	[RAWBPF_RAW_TRACEPOINT_OPEN] = { raw_tracepoint_open, FD, NULL, NULL },
	[RAWBPF_LINK_CREATE] = { link_create, FD, NULL, NULL },
	[RAWBPF_LINK_UPDATE] = { link_update, ZERO, NULL, NULL },
	[RAWBPF_LINK_DETACH] = { link_detach, ZERO, NULL, NULL },
	[RAWBPF_BTF_LOAD] = { btf_load, FD, NULL, NULL },
	[RAWBPF_OBJ_PIN] = { obj_pin, ZERO, NULL, NULL },
	[RAWBPF_OBJ_GET] = { obj_get, FD, NULL, NULL },
	[RAWBPF_OBJ_GET_INFO_BY_FD] = { obj_info, ZERO, info_result, NULL },
	[RAWBPF_PROG_GET_NEXT_ID] = { next_id, ZERO, next_id_result, "there is none" },
	[RAWBPF_MAP_GET_NEXT_ID] = { next_id, ZERO, next_id_result, "there is none" },
	[RAWBPF_BTF_GET_NEXT_ID] = { next_id, ZERO, next_id_result, "there is none" },
	[RAWBPF_LINK_GET_NEXT_ID] = { next_id, ZERO, next_id_result, "there is none" },
	[RAWBPF_PROG_GET_FD_BY_ID] = { fd_by_id, FD, NULL, NULL },
	[RAWBPF_MAP_GET_FD_BY_ID] = { fd_by_id, FD, NULL, NULL },
	[RAWBPF_BTF_GET_FD_BY_ID] = { fd_by_id, FD, NULL, NULL },
	[RAWBPF_LINK_GET_FD_BY_ID] = { fd_by_id, FD, NULL, NULL },
	[RAWBPF_ENABLE_STATS] = { enable_stats, FD, NULL, NULL },
	[RAWBPF_TASK_FD_QUERY] = { task_fd_query, ZERO, task_fd_query_result, NULL },
};

void rawbpf_words_bpf(struct rawbpf_words *w, const struct rawbpf_sys_event *e)
{
	static const struct row unknown;
	unsigned long cmd = (unsigned long)e->a[0];
	const struct row *row = cmd < COUNT(rows) ? &rows[cmd] : &unknown;

	if (cmd < COUNT(cmds))
		add(w, "bpf(BPF_%s)", cmds[cmd]);
	else
		add(w, "bpf(command %lu)", cmd);
	if (row->words) {
		add(w, ": ");
		row->words(w, e->data);
	}
	if (e->result == -ENOENT && row->enoent)
		add(w, " -> ENOENT (%s)", row->enoent);
	else if (e->result < 0)
		rawbpf_words_refused(w, e->result);
	else
		add(w, row->kind == FD ? " -> fd %ld" : " -> %ld", e->result);
	if (row->result &&
		(e->result >= 0 || (e->result == -ENOENT && row->result == batch_result)))
		row->result(w, e->data);
}
