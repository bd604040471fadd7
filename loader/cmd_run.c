/* SPDX-License-Identifier: BSD-2-Clause */
/* rawbpf run: load, attach, poll the maps and show the trace pipe until told to stop. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../syscall/sys.h"
#include "cmd.h"
#include "ladder.h"
#include "polled.h"
#include "run_options.h"
#include "tracepipe.h"

/* ---- diagnostics ------------------------------------------------------------------ */

static void print_diag(void *arg, const struct rawbpf_diag *d)
{
	(void)arg;
	fputs("rawbpf: ", stderr);
	rawbpf_print_diag(stderr, d);
}

static void print_log(void *arg, const char *prog, const char *text)
{
	(void)arg;
	fprintf(stderr, "verifier log of %s:\n%s\n", prog, text);
}

/* ---- settings ------------------------------------------------------------------------ */

static int apply_setting(struct rawbpf_obj *obj, const char *text, const struct rawbpf_sink *sink)
{
	const char *equals = strchr(text, '=');
	char name[128], *end;
	uint64_t value;
	int err;

	if (!equals || equals == text || equals - text >= (long)sizeof(name))
		return rawbpf_error(sink, -EINVAL, NULL, "-s %s: NAME=VALUE is wanted", text);
	memcpy(name, text, equals - text);
	name[equals - text] = 0;
	errno = 0;
	value = strtoull(equals + 1, &end, 0);
	if (errno || end == equals + 1 || *end)
		return rawbpf_error(
			sink, -EINVAL, NULL, "-s %s: \"%s\" is not an integer", text, equals + 1);
	err = rawbpf_obj_set(obj, name, value);
	if (err == -ENOENT)
		return rawbpf_error(sink, err, obj->path,
			"-s %s: the object has no variable \"%s\"", text, name);
	if (err)
		return rawbpf_error(sink, err, obj->path, "-s %s: %s", text,
			err == -ERANGE ? "the value does not fit the variable"
				       : "the variable is not an integer");
	return 0;
}

static int apply_settings(
	struct rawbpf_obj *obj, const struct rawbpf_run_options *o, const struct rawbpf_sink *sink)
{
	int err = 0;

	for (size_t i = 0; !err && i < o->nsettings; i++)
		err = apply_setting(obj, o->settings[i], sink);
	if (!err && o->log2 && rawbpf_obj_set(obj, "log2_rows", 1))
		err = rawbpf_error(
			sink, -ENOENT, obj->path, "--log2: the object has no constant `log2_rows`");
	return err;
}

/* ---- running --------------------------------------------------------------------------- */

static volatile sig_atomic_t told_to_stop;

static void on_signal(int sig)
{
	if (sig != SIGCHLD)
		told_to_stop = sig;
}

/* Signals are let in only while we wait, so no load is interrupted and none is missed. */
static void catch_signals(sigset_t *while_waiting)
{
	static const int caught[] = { SIGINT, SIGTERM, SIGHUP, SIGCHLD };
	struct sigaction sa = { .sa_handler = on_signal }, before;
	sigset_t block;

	told_to_stop = 0;
	sigemptyset(&block);
	for (size_t i = 0; i < sizeof(caught) / sizeof(*caught); i++) {
		sigaction(caught[i], &sa, &before);
		/* nohup wants it so, and the command inherits it */
		if (caught[i] == SIGHUP && before.sa_handler == SIG_IGN)
			signal(SIGHUP, SIG_IGN);
		sigaddset(&block, caught[i]);
	}
	signal(SIGPIPE, SIG_IGN);
	sigprocmask(SIG_BLOCK, &block, while_waiting);
	for (size_t i = 0; i < sizeof(caught) / sizeof(*caught); i++)
		sigdelset(while_waiting, caught[i]);
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* When an fd is ready at once, ppoll returns without having delivered a signal. */
static void let_signals_in(const sigset_t *mask)
{
	sigset_t blocked;

	sigprocmask(SIG_SETMASK, mask, &blocked);
	sigprocmask(SIG_SETMASK, &blocked, NULL);
}

/* Waits for a signal, trace output or `seconds`. */
static void wait_for(double seconds, int trace_fd, const sigset_t *mask)
{
	struct pollfd p = { .fd = trace_fd, .events = POLLIN };
	struct timespec t;

	if (seconds < 0)
		seconds = 0;
	if (seconds > 3600)
		seconds = 3600;
	t.tv_sec = (time_t)seconds;
	t.tv_nsec = (long)((seconds - (double)t.tv_sec) * 1e9);
	if (ppoll(&p, trace_fd >= 0, &t, mask) > 0)
		let_signals_in(mask);
}

/*
 * Writes to standard output in pieces that a pipe with any room takes at once, and waits
 * for that room with signals let in: a reader that no longer reads must not keep us.
 */
static int put_out(
	const char *text, size_t len, const sigset_t *mask, const struct rawbpf_sink *sink)
{
	struct pollfd p = { .fd = STDOUT_FILENO, .events = POLLOUT };
	const struct timespec no_time = { 0 };
	ssize_t n;

	for (; len; text += n, len -= (size_t)n) {
		int ready = ppoll(&p, 1, told_to_stop ? &no_time : NULL, mask);

		if (!ready)
			return 0;
		n = ready < 0 ? -1 : write(STDOUT_FILENO, text, len < PIPE_BUF ? len : PIPE_BUF);
		if (n < 0 && errno == EPIPE)
			return -EPIPE; /* for the caller to judge */
		if (n < 0 && errno != EAGAIN && errno != EINTR)
			return rawbpf_error(sink, -errno, "standard output", "cannot write: %s",
				strerror(errno));
		if (n < 0)
			n = 0;
	}
	return 0;
}

static int write_openmetrics(const struct rawbpf_run_options *o, const struct rawbpf_polled *polled,
	const struct rawbpf_sink *sink)
{
	size_t len = strlen(o->openmetrics) + 32;
	char *temp = malloc(len);
	int fd = -1, err = 0;
	FILE *out = NULL;

	if (!temp)
		return -ENOMEM;
	/* The collector reads *.prom only, so it passes the temporary by. */
	snprintf(temp, len, "%s.%ld.tmp", o->openmetrics, (long)getpid());
	fd = open(temp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
	if (fd >= 0)
		out = fdopen(fd, "w");
	if (out) {
		err = rawbpf_polled_openmetrics(out, polled);
		if (ferror(out) && !err)
			err = -EIO;
		if (fclose(out) && !err)
			err = -errno;
	} else {
		err = -errno;
		if (fd >= 0)
			close(fd);
	}
	if (!err && rename(temp, o->openmetrics))
		err = -errno;
	if (err && fd >= 0)
		unlink(temp);
	if (err)
		rawbpf_error(sink, err, o->openmetrics, "cannot write: %s", strerror(-err));
	free(temp);
	return err;
}

/* Prints maps, or (polled NULL) what the trace pipe holds, in memory first and then out. */
static int print(const struct rawbpf_run_options *o, const struct rawbpf_polled *polled,
	struct rawbpf_trace *trace, const sigset_t *mask, const struct rawbpf_sink *sink)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);
	int err;

	if (!out)
		return -ENOMEM;
	if (polled)
		rawbpf_polled_print(out, polled, o->json);
	else
		rawbpf_trace_print(out, trace, o->json);
	err = ferror(out) ? -ENOMEM : 0;
	if (fclose(out))
		err = -ENOMEM;
	if (!err)
		err = put_out(text, len, mask, sink);
	free(text);
	return err;
}

static int show_maps(const struct rawbpf_run_options *o, struct rawbpf_polled *polled,
	const sigset_t *mask, const struct rawbpf_sink *sink)
{
	int printed, err = rawbpf_polled_read(polled, sink);

	if (err)
		return err;
	if (o->openmetrics)
		err = write_openmetrics(o, polled, sink);
	printed = print(o, polled, NULL, mask, sink);
	return err ? err : printed;
}

static int loop(const struct rawbpf_run_options *o, struct rawbpf_polled *polled,
	struct rawbpf_trace *trace, struct rawbpf_child *child, const sigset_t *mask,
	const struct rawbpf_sink *sink)
{
	double start = now(), last = start, end = o->duration < 0 ? INFINITY : start + o->duration;
	long polls = 0;
	bool have_child = child->pid, over = false, ended;
	int err = 0;

	while (!err && !over && !told_to_stop) {
		double next = last + o->every;

		if (o->count >= 0 && polls >= o->count)
			break;
		wait_for((next < end ? next : end) - now(), trace->fd, mask);
		if (told_to_stop)
			break;
		if (trace->fd >= 0)
			err = print(o, NULL, trace, mask, sink);
		ended = have_child && rawbpf_child_ended(child) >= 0;
		over = ended || now() >= end;
		if (err || (!over && now() < next))
			continue;
		/*
		 * At the end an interval that has hardly begun is not worth a table, but for a
		 * command the last totals are those of its whole run.
		 */
		if (over && !ended && polls && now() < last + o->every / 10)
			continue;
		last = now() < next + o->every ? (over ? now() : next) : now();
		polls++;
		if (polled->nmaps)
			err = show_maps(o, polled, mask, sink);
	}
	if (trace->fd >= 0 && !err)
		err = print(o, NULL, trace, mask, sink);
	/* Nobody reads any more: time to go, and no error (rawbpf run ... | head). */
	return err == -EPIPE ? 0 : err;
}

static void say_places(const struct rawbpf_running *run, char *first, size_t len)
{
	char place[512];

	*first = 0;
	for (size_t i = 0; i < run->nlinks; i++) {
		rawbpf_link_print(run->links[i], place, sizeof(place));
		if (run->nlinks == 1 && run->size_arg)
			snprintf(first, len, "%s, argument %u", place, run->size_arg);
		else if (run->nlinks == 1)
			snprintf(first, len, "%s", place);
		fprintf(stderr, "rawbpf: attached: %s\n", run->nlinks == 1 ? first : place);
	}
	if (!run->nlinks)
		fputs("rawbpf: loaded; no program of this object is attached by `run`\n", stderr);
}

static int run_object(const struct rawbpf_run_options *o, struct rawbpf_obj *obj,
	struct rawbpf_child *child, const sigset_t *mask, const struct rawbpf_sink *sink)
{
	const struct rawbpf_load_opts load = { .log_level = o->log,
		.verbose = o->log || o->narrate,
		.log = o->log ? print_log : NULL };
	struct rawbpf_polled polled = { 0 };
	struct rawbpf_running run = { 0 };
	struct rawbpf_who who = o->who;
	char place[600];
	struct rawbpf_trace trace = { .fd = -1 };
	int err;

	if (child->pid)
		who = (struct rawbpf_who){ child->pid, true };
	err = rawbpf_polled_choose(&polled, obj, o->map, sink);
	if (!err)
		err = rawbpf_trace_open(&trace, obj, sink);
	if (!err)
		err = rawbpf_start(&run, obj, o->on, &who, &load, sink);
	if (!err) {
		say_places(&run, place, sizeof(place));
		err = rawbpf_polled_begin(&polled, run.loaded->map_fds, place, sink);
	}
	if (!err && child->pid) {
		err = rawbpf_child_start(child);
		if (err)
			rawbpf_error(sink, err, o->command[0], "cannot start: %s", strerror(-err));
	}
	if (!err)
		err = loop(o, &polled, &trace, child, mask, sink);
	rawbpf_stop(&run);
	rawbpf_polled_free(&polled);
	rawbpf_sys_close(trace.fd);
	return err;
}

int rawbpf_cmd_run(int argc, char **argv, const struct rawbpf_tool *tool)
{
	struct rawbpf_child child = { 0 };
	struct rawbpf_obj *obj = NULL;
	struct rawbpf_run_options o;
	sigset_t mask;
	int err, status = rawbpf_run_parse(&o, argc, argv);
	struct rawbpf_sink sink = { print_diag, NULL };

	if (status >= 0) {
		free(o.settings);
		return status;
	}
	if (o.narrate)
		tool->narrate();
	/* Until here there is nothing to clean up, so a signal may end us as it does by default. */
	err = tool->read_object(&obj, o.file, &sink);
	if (!err)
		err = apply_settings(obj, &o, &sink);
	catch_signals(&mask);
	if (!err && o.command) {
		err = rawbpf_child_fork(&child, o.command);
		if (err)
			rawbpf_error(&sink, err, o.command[0], "cannot start: %s", strerror(-err));
	}
	if (!err)
		err = run_object(&o, obj, &child, &mask, &sink);
	rawbpf_child_end(&child);
	rawbpf_obj_free(obj);
	free(o.settings);
	return err ? 1 : 0;
}
