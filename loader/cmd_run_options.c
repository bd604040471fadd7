/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "run_options.h"
#include "text.h"

static const char usage[] =
	"usage: rawbpf run FILE.s|FILE.o [options] [-- COMMAND [ARG...]]\n"
	"\n"
	"Loads the programs of FILE (a .s is assembled first), attaches them, and prints their\n"
	"maps until Ctrl-C, or until COMMAND ends.\n"
	"\n"
	"      --every S            poll every S seconds (default 2)\n"
	"      --count N            stop after N polls\n"
	"      --for S              stop after S seconds\n"
	"      --map NAME           show this map only\n"
	"      --log2               a row per power of two, with bars\n"
	"  -j                       one JSON object per poll and map\n"
	"      --openmetrics FILE   keep FILE up to date for a Prometheus node exporter\n"
	"      --on PLACE           kprobe:SYMBOL[:ARG], breakpoint:SYMBOL[:ARG] or\n"
	"                           uprobe:PATH:SYMBOL[:ARG]; ARG: which argument is the size\n"
	"      --pid N, --all       uprobes: in this process, in every process\n"
	"  -s NAME=VALUE            set a constant of the object's .rodata\n"
	"      --narrate            tell each bpf() and perf_event_open() call in words\n"
	"      --log                the verifier's whole log\n";

static bool parse_seconds(const char *text, double *out)
{
	char *end;

	*out = strtod(text, &end);
	return end != text && !*end && isfinite(*out) && *out >= 0 && *out < 1e9;
}

static bool parse_count(const char *text, long max, long *out)
{
	char *end;

	errno = 0;
	*out = strtol(text, &end, 10);
	return !errno && end != text && !*end && *out >= 0 && *out <= max;
}

static int bad_option(const char *name, const char *value, const char *wanted)
{
	fprintf(stderr, "rawbpf run: --%s %s: %s is wanted\n", name, value, wanted);
	return 2;
}

enum {
	OPT_EVERY = 256,
	OPT_COUNT,
	OPT_FOR,
	OPT_MAP,
	OPT_LOG2,
	OPT_OPENMETRICS,
	OPT_ON,
	OPT_PID,
	OPT_ALL,
	OPT_NARRATE,
	OPT_LOG
};

static const struct option long_options[] = {
	{ "every", required_argument, NULL, OPT_EVERY },
	{ "count", required_argument, NULL, OPT_COUNT },
	{ "for", required_argument, NULL, OPT_FOR },
	{ "map", required_argument, NULL, OPT_MAP },
	{ "log2", no_argument, NULL, OPT_LOG2 },
	{ "openmetrics", required_argument, NULL, OPT_OPENMETRICS },
	{ "on", required_argument, NULL, OPT_ON },
	{ "pid", required_argument, NULL, OPT_PID },
	{ "all", no_argument, NULL, OPT_ALL },
	{ "narrate", no_argument, NULL, OPT_NARRATE },
	{ "log", no_argument, NULL, OPT_LOG },
	{ "json", no_argument, NULL, 'j' },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

static int set_option(struct rawbpf_run_options *o, int c)
{
	long n;

	switch (c) {
	case OPT_EVERY:
		if (!parse_seconds(optarg, &o->every) || o->every < 0.001)
			return bad_option("every", optarg, "a number of seconds, 0.001 or more");
		break;
	case OPT_FOR:
		if (!parse_seconds(optarg, &o->duration))
			return bad_option("for", optarg, "a number of seconds");
		break;
	case OPT_COUNT:
		if (!parse_count(optarg, LONG_MAX, &o->count))
			return bad_option("count", optarg, "a number of polls");
		break;
	case OPT_PID:
		if (!parse_count(optarg, INT_MAX, &n) || !n)
			return bad_option("pid", optarg, "a process id");
		o->who = (struct rawbpf_who){ (int)n, true };
		break;
	case OPT_ALL:
		o->who = (struct rawbpf_who){ -1, true };
		break;
	case 's':
		o->settings[o->nsettings++] = optarg;
		break;
	case OPT_MAP:
		o->map = optarg;
		break;
	case OPT_LOG2:
		o->log2 = true;
		break;
	case OPT_OPENMETRICS:
		o->openmetrics = optarg;
		break;
	case OPT_ON:
		o->on = optarg;
		break;
	case OPT_NARRATE:
		o->narrate = true;
		break;
	case OPT_LOG:
		o->log = true;
		break;
	case 'j':
		o->json = true;
		break;
	case 'h':
		fputs(usage, stdout);
		return 0;
	}
	return -1;
}

/* optopt of getopt_long: a row's value, a letter, or 0. */
static const char *option_name(int value)
{
	for (const struct option *o = long_options; o->name; o++)
		if (value >= OPT_EVERY && o->val == value)
			return o->name;
	return NULL;
}

/* Said by us, because each libc says it in another way, and none knows the nearest name. */
static int refuse_option(int c, const char *arg)
{
	const char *name = option_name(optopt), *wrong = c == ':' ? "wants a" : "takes no";
	struct rawbpf_nearest near;

	if (name) {
		fprintf(stderr, "rawbpf run: --%s %s value\n", name, wrong);
	} else if (c == ':') {
		fprintf(stderr, "rawbpf run: -%c %s value\n", optopt, wrong);
	} else if (optopt && optopt != 'j' && optopt != 'h') {
		fprintf(stderr, "rawbpf run: no option -%c\n", optopt);
	} else {
		rawbpf_nearest_init(&near, arg + 2);
		for (const struct option *o = long_options; o->name; o++)
			rawbpf_nearest_see(&near, o->name);
		fprintf(stderr, "rawbpf run: no option %s%s%s%s\n", arg,
			near.name[0] ? "; did you mean --" : "", near.name,
			near.name[0] ? "?" : "");
	}
	fputs("try: rawbpf help run\n", stderr);
	return 2;
}

static int usage_mistake(const char *what, const char *arg)
{
	fprintf(stderr, "rawbpf run: %s%s\ntry: rawbpf help run\n", what, arg);
	return 2;
}

/* What follows "--" is the command with its own options; *argc is cut before it. */
static char **cut_command(int *argc, char **argv)
{
	for (int i = 1; i < *argc; i++) {
		if (strcmp(argv[i], "--"))
			continue;
		argv[i] = NULL; /* getopt wants argv[argc] to be NULL */
		*argc = i;
		return argv[i + 1] ? argv + i + 1 : NULL;
	}
	return NULL;
}

int rawbpf_run_parse(struct rawbpf_run_options *o, int argc, char **argv)
{
	int c, status = -1;

	*o = (struct rawbpf_run_options){
		.every = 2, .duration = -1, .count = -1, .who = { -1, false }
	};
	o->settings = calloc(argc, sizeof(*o->settings));
	if (!o->settings)
		return 1;
	o->command = cut_command(&argc, argv);
	optind = 1;
	while (status < 0 && (c = getopt_long(argc, argv, ":jhs:", long_options, NULL)) >= 0)
		status = c == '?' || c == ':' ? refuse_option(c, argv[optind - 1])
					      : set_option(o, c);
	if (status >= 0)
		return status;
	if (optind == argc)
		return usage_mistake("which object or source?", "");
	if (optind + 1 < argc)
		return usage_mistake("one FILE; a command is written after --: ", argv[optind + 1]);
	if (o->command && o->who.any)
		return usage_mistake("a command, --pid and --all exclude each other", "");
	o->file = argv[optind];
	return -1;
}
