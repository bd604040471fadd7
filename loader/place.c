/* SPDX-License-Identifier: BSD-2-Clause */
/* Places: from words to struct rawbpf_place, and back to words. */
#include "attach.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"

#define MAX_SYMBOL 511 /* the kernel's KSYM_NAME_LEN without its NUL */
#define MAX_PATH 4095
#define MAX_ARG                                                                                    \
	5 /* the samples know where that many are; most machines pass no more in registers */

struct kind {
	enum rawbpf_place_kind kind;
	const char *word; /* `--on WORD:...`; NULL if not accepted there */
	const char *section_form, *on_form;
	enum rawbpf_prog_type prog_type;
};

static const struct kind kinds[] = {
	{ RAWBPF_PLACE_KPROBE, "kprobe", "kprobe/FUNCTION[+OFFSET]",
		"kprobe:FUNCTION[+OFFSET][:ARG]", RAWBPF_PROG_TYPE_KPROBE },
	{ RAWBPF_PLACE_KRETPROBE, "kretprobe", "kretprobe/FUNCTION", "kretprobe:FUNCTION[:ARG]",
		RAWBPF_PROG_TYPE_KPROBE },
	{ RAWBPF_PLACE_UPROBE, "uprobe", "uprobe/PATH:FUNCTION[+OFFSET] or uprobe/PATH:OFFSET",
		"uprobe:PATH:FUNCTION[+OFFSET][:ARG] or uprobe:PATH:OFFSET[:ARG]",
		RAWBPF_PROG_TYPE_KPROBE },
	{ RAWBPF_PLACE_URETPROBE, "uretprobe", "uretprobe/PATH:FUNCTION or uretprobe/PATH:OFFSET",
		"uretprobe:PATH:FUNCTION[:ARG] or uretprobe:PATH:OFFSET[:ARG]",
		RAWBPF_PROG_TYPE_KPROBE },
	{ RAWBPF_PLACE_TRACEPOINT, NULL, "tracepoint/CATEGORY/NAME", NULL,
		RAWBPF_PROG_TYPE_TRACEPOINT },
	{ RAWBPF_PLACE_RAW_TRACEPOINT, NULL, "raw_tracepoint/NAME", NULL,
		RAWBPF_PROG_TYPE_RAW_TRACEPOINT },
	{ RAWBPF_PLACE_BREAKPOINT, "breakpoint", "breakpoint/FUNCTION[+OFFSET]",
		"breakpoint:FUNCTION[+OFFSET][:ARG]", RAWBPF_PROG_TYPE_PERF_EVENT },
};
#define NKINDS (sizeof(kinds) / sizeof(kinds[0]))

/* One text on its way into a place. */
struct parse {
	struct rawbpf_place *out;
	const char *text; /* all of it, for messages */
	const char *form; /* how it should look */
	const struct rawbpf_sink *sink;
};

__attribute__((format(printf, 2, 3))) static int wrong(const struct parse *p, const char *fmt, ...)
{
	char what[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	return rawbpf_error(
		p->sink, -EINVAL, NULL, "'%s': %s; the form is %s", p->text, what, p->form);
}

static int no_memory(const struct parse *p)
{
	return rawbpf_error(p->sink, -ENOMEM, NULL, "'%s': out of memory", p->text);
}

static int keep(const struct parse *p, char **out, const char *from, size_t n)
{
	*out = strndup(from, n);
	return *out ? 0 : no_memory(p);
}

static bool is_user_place(enum rawbpf_place_kind kind)
{
	return kind == RAWBPF_PLACE_UPROBE || kind == RAWBPF_PLACE_URETPROBE;
}

static bool is_return_place(enum rawbpf_place_kind kind)
{
	return kind == RAWBPF_PLACE_KRETPROBE || kind == RAWBPF_PLACE_URETPROBE;
}

/*
 * Names end up in lines that are written to kprobe_events, so nothing that
 * could end such a line or a word of it gets in. User symbols do not: their
 * file offset is written, so all that prints is accepted.
 */
static bool is_name(const char *s, size_t n, bool user)
{
	if (!n || n > MAX_SYMBOL || isdigit((unsigned char)*s))
		return false;
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s[i];

		if (!(user ? c > ' ' && c != 0x7f
			   : c < 0x80 && (isalnum(c) || c == '_' || c == '.' || c == '$')))
			return false;
	}
	return true;
}

/* FUNCTION[+OFFSET], the first n bytes of s */
static int function(const struct parse *p, const char *s, size_t n)
{
	const char *plus = memchr(s, '+', n);
	size_t name_len = plus ? (size_t)(plus - s) : n;
	char number[32];

	if (!n)
		return wrong(p, "the function is missing");
	if (!is_name(s, name_len, is_user_place(p->out->kind)))
		return wrong(p, "'%.*s' is not a function's name",
			(int)(name_len < 64 ? name_len : 64), s);
	if (plus) {
		snprintf(number, sizeof(number), "%.*s", (int)(n - name_len - 1), plus + 1);
		if (n - name_len > sizeof(number) ||
			rawbpf_text_number(number, &p->out->offset) < 0)
			return wrong(
				p, "'%s' is not an offset in bytes (decimal or 0x...)", number);
		if (is_return_place(p->out->kind) && p->out->offset)
			return wrong(p, "a return probe takes no offset");
	}
	return keep(p, &p->out->symbol, s, name_len);
}

/* PATH:FUNCTION[+OFFSET] or PATH:OFFSET; a path may have ':' in it, the rest not */
static int in_file(const struct parse *p, const char *s, size_t n)
{
	size_t path_len = n, rest;
	char number[32];
	int rc;

	while (path_len && s[path_len - 1] != ':')
		path_len--;
	if (!path_len)
		return wrong(p, "PATH: is missing");
	path_len--;
	rest = path_len + 1;
	if (!path_len)
		return wrong(p, "the path is missing");
	if (path_len > MAX_PATH)
		return wrong(
			p, "the path has %zu bytes, at most %d can be used", path_len, MAX_PATH);
	for (size_t i = 0; i < path_len; i++)
		if ((unsigned char)s[i] < ' ' || s[i] == 0x7f)
			return wrong(p, "the path has a control character");
	rc = keep(p, &p->out->path, s, path_len);
	if (rc < 0)
		return rc;
	if (rest == n)
		return wrong(p, "the function or offset is missing");
	if (!isdigit((unsigned char)s[rest]))
		return function(p, s + rest, n - rest);
	snprintf(number, sizeof(number), "%.*s", (int)(n - rest), s + rest);
	if (n - rest >= sizeof(number) || rawbpf_text_number(number, &p->out->offset) < 0)
		return wrong(p, "'%s' is not an offset in the file (decimal or 0x...)", number);
	return 0;
}

static bool is_event_name(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)s[i] >= 0x80 ||
			!(isalnum((unsigned char)s[i]) || s[i] == '_' || s[i] == '-'))
			return false;
	return n && n <= MAX_SYMBOL;
}

static int tracepoint(const struct parse *p, const char *s, size_t n)
{
	const char *slash = memchr(s, '/', n);
	size_t category = slash ? (size_t)(slash - s) : 0;
	int rc;

	if (!slash)
		return wrong(p, "the category or the name is missing");
	if (!is_event_name(s, category) || !is_event_name(slash + 1, n - category - 1))
		return wrong(p, "'%s' is not a tracepoint's category and name", s);
	rc = keep(p, &p->out->path, s, category);
	return rc < 0 ? rc : keep(p, &p->out->symbol, slash + 1, n - category - 1);
}

static int raw_tracepoint(const struct parse *p, const char *s, size_t n)
{
	if (!n)
		return wrong(p, "the name is missing");
	if (!is_event_name(s, n))
		return wrong(p, "'%s' is not a tracepoint's name", s);
	return keep(p, &p->out->symbol, s, n);
}

static int fill(const struct parse *p, const char *s, size_t n)
{
	switch (p->out->kind) {
	case RAWBPF_PLACE_KPROBE:
	case RAWBPF_PLACE_KRETPROBE:
	case RAWBPF_PLACE_BREAKPOINT:
		return function(p, s, n);
	case RAWBPF_PLACE_UPROBE:
	case RAWBPF_PLACE_URETPROBE:
		return in_file(p, s, n);
	case RAWBPF_PLACE_TRACEPOINT:
		return tracepoint(p, s, n);
	case RAWBPF_PLACE_RAW_TRACEPOINT:
		return raw_tracepoint(p, s, n);
	case RAWBPF_PLACE_NONE:
		break;
	}
	return 0;
}

static const struct kind *kind_of(enum rawbpf_place_kind kind)
{
	for (size_t i = 0; i < NKINDS; i++)
		if (kinds[i].kind == kind)
			return &kinds[i];
	return NULL;
}

static int finish(struct rawbpf_place *out, int rc)
{
	if (rc < 0)
		rawbpf_place_clear(out);
	return rc;
}

int rawbpf_place_from_section(
	struct rawbpf_place *out, const char *section, const struct rawbpf_sink *sink)
{
	const struct rawbpf_section_kind *row = rawbpf_section_kind(section);
	struct parse p = { .out = out, .text = section, .sink = sink };
	const char *near, *rest = section + (section[0] == '?');
	size_t prefix;

	*out = (struct rawbpf_place){ .pid = -1 };
	if (!row) {
		near = rawbpf_section_guess(section);
		return rawbpf_error(sink, -EINVAL, NULL, "'%s': unknown kind of section%s%s%s",
			section, near ? "; did you mean '" : "", near ? near : "",
			near ? "'?" : "");
	}
	if (row->place == RAWBPF_PLACE_NONE)
		return 0;
	out->kind = row->place;
	p.form = kind_of(row->place)->section_form;
	/* the row's prefix may end in '/', and a section may stop before it */
	prefix = strlen(row->prefix);
	rest += strnlen(rest, prefix);
	rest += prefix && row->prefix[prefix - 1] != '/' && *rest == '/';
	return finish(out, fill(&p, rest, strlen(rest)));
}

/* --on ends in ":ARG" if what follows the last of enough colons is a number. */
static int cut_argument(const struct parse *p, const char *s, size_t *n)
{
	size_t need = is_user_place(p->out->kind) ? 2 : 1, colons = 0, last = 0;
	uint64_t arg = 0;

	for (size_t i = 0; i < *n; i++) {
		if (s[i] != ':')
			continue;
		colons++;
		last = i;
	}
	if (colons < need || !isdigit((unsigned char)s[last + 1]))
		return 0;
	if (rawbpf_text_number(s + last + 1, &arg) < 0 || arg < 1 || arg > MAX_ARG)
		return wrong(p, "ARG is '%s', and must be the argument's number, 1 to %d",
			s + last + 1, MAX_ARG);
	p->out->arg = (unsigned)arg;
	*n = last;
	return 0;
}

static const struct kind *kind_by_word(const char *word, size_t n, struct rawbpf_nearest *near)
{
	for (size_t i = 0; i < NKINDS; i++) {
		if (!kinds[i].word)
			continue;
		if (strlen(kinds[i].word) == n && !strncmp(kinds[i].word, word, n))
			return &kinds[i];
		rawbpf_nearest_see(near, kinds[i].word);
	}
	return NULL;
}

int rawbpf_place_from_on(struct rawbpf_place *out, const char *text, const struct rawbpf_sink *sink)
{
	struct parse p = { .out = out, .text = text, .sink = sink };
	size_t n = strcspn(text, ":");
	struct rawbpf_nearest near;
	const struct kind *kind;
	char word[32];
	int rc;

	*out = (struct rawbpf_place){ .pid = -1 };
	snprintf(word, sizeof(word), "%.*s", (int)(n < sizeof(word) ? n : sizeof(word) - 1), text);
	rawbpf_nearest_init(&near, word);
	kind = kind_by_word(text, n, &near);
	if (!kind)
		return rawbpf_error(sink, -EINVAL, NULL,
			"'%s': '%s' is no place to hang a program; %s%s%skprobe, kretprobe, "
			"uprobe, uretprobe and breakpoint are",
			text, word, near.name[0] ? "did you mean '" : "", near.name,
			near.name[0] ? "'? " : "");
	out->kind = kind->kind;
	p.form = kind->on_form;
	text += n + (text[n] == ':');
	n = strlen(text);
	rc = cut_argument(&p, text, &n);
	return finish(out, rc < 0 ? rc : fill(&p, text, n));
}

void rawbpf_place_clear(struct rawbpf_place *place)
{
	free(place->symbol);
	free(place->path);
	*place = (struct rawbpf_place){ .pid = -1 };
}

int rawbpf_place_print(const struct rawbpf_place *place, char *buf, size_t len)
{
	const struct kind *kind = kind_of(place->kind);
	const char *symbol = place->symbol ? place->symbol : "";
	char offset[24] = "";

	if (!kind)
		return snprintf(buf, len, "no place");
	if (place->kind == RAWBPF_PLACE_TRACEPOINT)
		return snprintf(buf, len, "tracepoint %s/%s", place->path, symbol);
	if (place->kind == RAWBPF_PLACE_RAW_TRACEPOINT)
		return snprintf(buf, len, "raw tracepoint %s", symbol);
	if (place->offset || !place->symbol)
		snprintf(offset, sizeof(offset), "%s0x%" PRIx64, place->symbol ? "+" : "",
			place->offset);
	return snprintf(buf, len, "%s on %s%s%s%s", kind->word, place->path ? place->path : "",
		place->path ? ":" : "", symbol, offset);
}

uint32_t rawbpf_place_prog_type(const struct rawbpf_place *place)
{
	const struct kind *kind = kind_of(place->kind);

	return kind ? kind->prog_type : RAWBPF_PROG_TYPE_UNSPEC;
}
