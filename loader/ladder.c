/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ladder.h"

/* How else can the copies of this function be counted? Best first; each as --on writes it. */
static const struct {
	const char *section, *rungs[5];
} ladders[] = {
	{ "kprobe/memcpy",
		{ "kprobe:memcpy:3", "breakpoint:memcpy:3",
			"kprobe:__check_object_size:2", /* copies between kernel and user space */
			"uprobe:libc:memcpy:3" } },
};

/* Which argument a program without `size_arg` reads: it was written for memcpy(to, from, size). */
#define FIXED_SIZE_ARG 3

enum stage { STAGE_PLACE, STAGE_LOAD, STAGE_BIND };

static const char *const *ladder_of(const char *section)
{
	for (size_t i = 0; i < sizeof(ladders) / sizeof(*ladders); i++)
		if (!strcmp(section, ladders[i].section))
			return ladders[i].rungs;
	return NULL;
}

static size_t count_progs(const struct rawbpf_obj *obj)
{
	size_t n = 0;

	for (size_t i = 0; i < obj->nprogs; i++)
		n += obj->progs[i].autoload;
	return n;
}

/* The only program that is to be loaded, or NULL. */
static struct rawbpf_prog *only_prog(const struct rawbpf_obj *obj)
{
	struct rawbpf_prog *only = NULL;

	for (size_t i = 0; i < obj->nprogs; i++) {
		if (!obj->progs[i].autoload)
			continue;
		if (only)
			return NULL;
		only = &obj->progs[i];
	}
	return only;
}

void rawbpf_stop(struct rawbpf_running *run)
{
	for (size_t i = 0; i < run->nlinks; i++)
		rawbpf_link_free(run->links[i]);
	free(run->links);
	rawbpf_loaded_free(run->loaded);
	memset(run, 0, sizeof(*run));
}

static int set_size_arg(struct rawbpf_running *run, struct rawbpf_obj *obj, unsigned arg,
	const struct rawbpf_sink *sink)
{
	uint64_t now;

	if (!arg)
		return 0;
	if (!rawbpf_obj_value(obj, "size_arg", &now)) {
		run->size_arg = arg;
		return rawbpf_obj_set(obj, "size_arg", arg);
	}
	if (arg == FIXED_SIZE_ARG)
		return 0;
	return rawbpf_error(sink, -ENOTSUP, obj->path,
		"argument %u cannot be chosen: the object has no constant `size_arg` in .rodata",
		arg);
}

static bool is_attached(const struct rawbpf_obj *obj, const struct rawbpf_place *places, size_t i)
{
	return obj->progs[i].autoload && places[i].kind != RAWBPF_PLACE_NONE;
}

/* What its section says of a program holds, unless the place is of another kind. */
static void fit_prog(struct rawbpf_prog *prog, const struct rawbpf_place *place)
{
	const struct rawbpf_section_kind *kind = rawbpf_section_kind(prog->section);
	bool holds = kind && kind->place == place->kind;

	prog->type = holds ? kind->prog_type : rawbpf_place_prog_type(place);
	/* the kernel believes it: helpers of a kprobe.multi program read another context */
	prog->expected_attach_type = holds ? kind->expected_attach_type : 0;
}

static int fit_to_places(struct rawbpf_running *run, struct rawbpf_obj *obj,
	const struct rawbpf_place *places, const struct rawbpf_sink *sink)
{
	int err = 0;

	for (size_t i = 0; !err && i < obj->nprogs; i++) {
		if (!is_attached(obj, places, i))
			continue;
		fit_prog(&obj->progs[i], &places[i]);
		err = set_size_arg(run, obj, places[i].arg, sink);
	}
	return err;
}

static int open_places(struct rawbpf_running *run, const struct rawbpf_obj *obj,
	const struct rawbpf_place *places, const struct rawbpf_sink *sink)
{
	int err = 0;

	for (size_t i = 0; !err && i < obj->nprogs; i++) {
		if (!is_attached(obj, places, i))
			continue;
		err = rawbpf_link_open(&run->links[run->nlinks], &places[i], sink);
		if (!err)
			run->nlinks++;
	}
	return err;
}

static int bind_links(struct rawbpf_running *run, const struct rawbpf_obj *obj,
	const struct rawbpf_place *places, const struct rawbpf_sink *sink)
{
	size_t link = 0;
	int err = 0;

	for (size_t i = 0; !err && i < obj->nprogs; i++)
		if (is_attached(obj, places, i))
			err = rawbpf_link_bind(run->links[link++], run->loaded->prog_fds[i], sink);
	return err;
}

/*
 * Where the places are certain, the program is loaded first, so that nothing
 * hangs in the kernel for a program that the verifier refuses. On a ladder the
 * place comes first, so that nothing is loaded for a place that is refused.
 */
static int try_places(struct rawbpf_running *run, struct rawbpf_obj *obj,
	const struct rawbpf_place *places, bool places_first, const struct rawbpf_load_opts *opts,
	const struct rawbpf_sink *place_sink, const struct rawbpf_sink *sink, enum stage *stage)
{
	int err;

	memset(run, 0, sizeof(*run));
	*stage = STAGE_PLACE;
	run->links = calloc(obj->nprogs + 1, sizeof(*run->links));
	err = run->links ? fit_to_places(run, obj, places, place_sink) : -ENOMEM;
	if (!err && places_first)
		err = open_places(run, obj, places, place_sink);
	if (!err) {
		*stage = STAGE_LOAD;
		err = rawbpf_obj_load(&run->loaded, obj, opts, sink);
	}
	if (!err) {
		*stage = STAGE_BIND;
		if (!places_first)
			err = open_places(run, obj, places, place_sink);
	}
	if (!err)
		err = bind_links(run, obj, places, place_sink);
	if (err)
		rawbpf_stop(run);
	return err;
}

static void choose_process(struct rawbpf_place *place, const struct rawbpf_who *who)
{
	if (place->kind == RAWBPF_PLACE_UPROBE || place->kind == RAWBPF_PLACE_URETPROBE)
		place->pid = who->pid;
}

/* On a ladder a refusal is news, not yet a failure. */
static void say_as_note(void *arg, const struct rawbpf_diag *d)
{
	const struct rawbpf_sink *sink = arg;
	struct rawbpf_diag note = *d;

	if (d->kind != RAWBPF_ERROR || !sink || !sink->say)
		return;
	note.kind = RAWBPF_NOTE;
	note.file = NULL;
	sink->say(sink->arg, &note);
}

static int climb(struct rawbpf_running *run, struct rawbpf_obj *obj, const char *const *rungs,
	const struct rawbpf_who *who, const struct rawbpf_load_opts *opts,
	const struct rawbpf_sink *sink)
{
	const struct rawbpf_sink notes = { say_as_note, (void *)sink };
	size_t prog = only_prog(obj) - obj->progs;
	struct rawbpf_place *places = calloc(obj->nprogs, sizeof(*places));
	enum stage stage = STAGE_PLACE;
	int err = -ENOENT;

	if (!places)
		return -ENOMEM;
	for (; *rungs && err && stage != STAGE_LOAD; rungs++) {
		struct rawbpf_place *place = &places[prog];

		err = rawbpf_place_from_on(place, *rungs, sink);
		if (err)
			break;
		choose_process(place, who);
		if (place->kind == RAWBPF_PLACE_UPROBE && !who->any)
			err = rawbpf_error(&notes, -ESRCH, NULL,
				"uprobe on libc's memcpy: not tried, because it is slow for "
				"every process: give a command after --, --pid N or --all");
		else
			err = try_places(run, obj, places, true, opts, &notes, sink, &stage);
		rawbpf_place_clear(place);
	}
	free(places);
	if (err && stage != STAGE_LOAD)
		rawbpf_error(sink, err, obj->path,
			"program \"%s\" could not be attached: every place was refused",
			obj->progs[prog].name);
	return err;
}

static void clear_places(struct rawbpf_place *places, size_t n)
{
	for (size_t i = 0; i < n; i++)
		rawbpf_place_clear(&places[i]);
	free(places);
}

static int start_by_sections(struct rawbpf_running *run, struct rawbpf_obj *obj, const char *on,
	const struct rawbpf_who *who, const struct rawbpf_load_opts *opts,
	const struct rawbpf_sink *sink)
{
	struct rawbpf_place *places = calloc(obj->nprogs + 1, sizeof(*places));
	enum stage stage;
	int err = places ? 0 : -ENOMEM;

	for (size_t i = 0; !err && i < obj->nprogs; i++) {
		if (!obj->progs[i].autoload)
			continue;
		if (on)
			err = rawbpf_place_from_on(&places[i], on, sink);
		else
			err = rawbpf_place_from_section(&places[i], obj->progs[i].section, sink);
		if (!err)
			choose_process(&places[i], who);
	}
	if (!err)
		err = try_places(run, obj, places, false, opts, sink, sink, &stage);
	clear_places(places, places ? obj->nprogs : 0);
	return err;
}

int rawbpf_start(struct rawbpf_running *run, struct rawbpf_obj *obj, const char *on,
	const struct rawbpf_who *who, const struct rawbpf_load_opts *opts,
	const struct rawbpf_sink *sink)
{
	struct rawbpf_prog *only = only_prog(obj);
	const char *const *rungs = only && !on ? ladder_of(only->section) : NULL;

	if (on && !only)
		return rawbpf_error(sink, -EINVAL, obj->path,
			"--on wants an object with one program; this one has %zu%s",
			count_progs(obj),
			count_progs(obj) < obj->nprogs ? " (those of '?' sections are not loaded)"
						       : "");
	if (rungs)
		return climb(run, obj, rungs, who, opts, sink);
	return start_by_sections(run, obj, on, who, opts, sink);
}
