/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The verifier's log: instructions as it walks them, states, comments with the
 * source, and last the reason, between the instruction that it stopped at and a
 * line "processed N insns". Linux 7.3 adds a report below the reason
 * ("Verification failed: ...", "Reason:", "At:", "Suggestion:").
 */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "verifier_log.h"
#include "where.h"

struct line {
	const char *p;
	size_t len;
};

static bool starts(const struct line *l, const char *with)
{
	size_t n = strlen(with);

	return l->len >= n && !memcmp(l->p, with, n);
}

/* Cuts the first line off the text. */
static bool next_line(const char **p, const char *end, struct line *l)
{
	const char *nl;

	if (*p >= end)
		return false;
	nl = memchr(*p, '\n', (size_t)(end - *p));
	l->p = *p;
	l->len = (size_t)((nl ? nl : end) - *p);
	*p = nl ? nl + 1 : end;
	return true;
}

/* A number below 2^31 at `i`, which moves behind it; -1 if there is none. */
static long number_at(const struct line *l, size_t *i)
{
	long n = -1;

	for (; *i < l->len && isdigit((unsigned char)l->p[*i]) && n < INT32_MAX / 10 - 1; ++*i)
		n = (n < 0 ? 0 : n * 10) + (l->p[*i] - '0');
	return n;
}

/* "12: (61) r1 = ...": 12, else -1. */
static long instruction(const struct line *l)
{
	size_t i = 0;
	long n = number_at(l, &i);

	if (n < 0 || l->len < i + 6 || memcmp(l->p + i, ": (", 3) || l->p[i + 5] != ')')
		return -1;
	return n;
}

/* Lines between an instruction and the reason that say how things stood, not what was wrong. */
static bool is_state(const struct line *l)
{
	static const char *const starters[] = { ";", " ", "\t", "from ", "func#", "last_idx ",
		"regs=", "parent ", "mark_precise", "propagating",
		"caller:", "callee:", "returning from callee", "Validating ",
		"cur state:", "old state:", "verification time", "stack depth", "live regs",
		"Live regs", "insn_cnt", "frame", "arg#0 reference type" };
	size_t i = 0;

	if (!l->len)
		return true;
	for (size_t k = 0; k < sizeof(starters) / sizeof(starters[0]); k++) {
		if (starts(l, starters[k]))
			return true;
	}
	/* "3: R0=...", "R0_w=..." */
	if (*l->p == 'R' && ++i < l->len && number_at(l, &i) >= 0)
		return i < l->len && (l->p[i] == '=' || l->p[i] == '_');
	return number_at(l, &i) >= 0 && i < l->len && l->p[i] == ':';
}

/* Adds printable text to a NUL-terminated buffer, with `between` if it is not the first. */
static void append(char *to, size_t room, const char *between, const char *p, size_t len)
{
	size_t at = strlen(to);

	for (; at && *between && at + 1 < room; between++)
		to[at++] = *between;
	for (; len && isspace((unsigned char)*p); len--)
		p++;
	for (; len && at + 1 < room; len--, p++)
		to[at++] = *p >= ' ' && *p <= '~' ? *p : '?';
	to[at] = 0;
}

/* The paragraph below a heading of the 7.3 report. */
static void paragraph(const char *p, const char *end, char *to, size_t room)
{
	struct line l;

	*to = 0;
	while (next_line(&p, end, &l) && starts(&l, "  "))
		append(to, room, " ", l.p, l.len);
}

/* "... insn 12 ...": the number, or -1. */
static long insn_in_text(const char *text)
{
	for (const char *p = text; (p = strstr(p, "insn ")); p++) {
		struct line l = { p + 5, strlen(p + 5) };
		size_t i = 0;
		long n = number_at(&l, &i);

		if (n >= 0 && (p == text || p[-1] == ' '))
			return n;
	}
	return -1;
}

/* Everything below "Verification failed:". */
static void read_report(struct rawbpf_verdict *v, const char *p, const char *end)
{
	char text[sizeof(v->reason)];
	struct line l;

	while (next_line(&p, end, &l)) {
		if (starts(&l, "Suggestion:"))
			paragraph(p, end, v->advice, sizeof(v->advice));
		if (starts(&l, "Reason:") && !*v->reason)
			paragraph(p, end, v->reason, sizeof(v->reason));
		if (starts(&l, "At:") && v->insn < 0) {
			paragraph(p, end, text, sizeof(text));
			v->insn = insn_in_text(text);
		}
	}
}

/* What to do about the most frequent reasons; the first row that fits counts. */
static const struct {
	const char *text, *and; /* both are in the reason */
	const char *hint;
} hints[] = {
	{ "_or_null'", "",
		"the pointer may be 0 (a map lookup gives 0 when the key is absent): compare it "
		"with 0 "
		"and leave before using it" },
	{ "!read_ok", "",
		"the register holds nothing on this path: set it first; a call leaves r1 to r5 "
		"without a value, and r0 must be set before exit" },
	{ "stack", "off=", "the stack is 512 bytes, from r10 - 512 up to r10: use a map for more" },
	{ "read from stack", "",
		"these bytes of the stack were not written on every path to here: store to all of "
		"them first, padding included" },
	{ "unreachable insn", "",
		"no path leads there: remove the code, or the jump that was meant to reach it is "
		"missing" },
	{ "back-edge", "",
		"a jump backwards: kernels before 5.3 take no loops, later ones only those that "
		"they "
		"can see end (and call bpf_loop for the rest)" },
	{ "infinite loop", "",
		"the verifier cannot see that the loop ends: count a register up to a constant" },
	{ "GPL", "",
		"this helper is for programs under the GPL: declare the licence \"GPL\" or \"Dual "
		"BSD/GPL\"" },
	{ "unknown func", "",
		"this kernel does not have the helper, or does not offer it to this program type" },
	{ "invalid func", "", "this kernel does not have a helper of that number" },
	{ "cannot use helper", "",
		"the kernel has the helper, but not for this program type (see the section name)" },
	{ "invalid bpf_context access", "",
		"this program type's ctx has no field of that offset and size, or it cannot be "
		"written" },
	{ "access to packet", "",
		"compare the end of the access with data_end first, and leave if it is beyond" },
	{ "unbounded", "",
		"the verifier does not know the largest value: limit it just before (and it with a "
		"constant, or compare and leave)" },
	{ "min value is negative", "",
		"the number may be negative: make it unsigned, or compare it with 0 and leave" },
	{ "access to map value", "",
		"the access ends after the map's value: compare the offset with its size first" },
	{ "outside of the allowed memory range", "",
		"the access can end after the memory: compare the offset with its size first" },
	{ "invalid mem access 'scalar'", "",
		"that register holds a number, not a pointer: read kernel memory with "
		"probe_read_kernel" },
	{ "invalid mem access 'inv'", "",
		"that register holds a number, not a pointer: read kernel memory with "
		"probe_read_kernel" },
	{ "last insn is not an exit or jmp", "", "the program must end in exit or a jump" },
	{ "jump out of range", "",
		"a jump leaves its function: is exit missing, or a label wrong?" },
	{ "program is too large", "",
		"the verifier walked a million instructions: fewer branches and loop rounds" },
	{ "jumps is too complex", "", "too many branches on one path: split the program" },
	{ "At program exit", "",
		"this program type may return only some values: set r0 before exit" },
	{ "Unreleased reference", "",
		"what was acquired must be released on every path, also where it is not 0" },
	{ "misaligned", "", "the offset must be a multiple of the access's size here" },
	{ "expected=", "", "the helper wants another kind of pointer or number in that register" },
};

static const char *find_hint(const char *reason)
{
	for (size_t i = 0; i < sizeof(hints) / sizeof(hints[0]); i++) {
		if (strstr(reason, hints[i].text) && strstr(reason, hints[i].and))
			return hints[i].hint;
	}
	return NULL;
}

void rawbpf_verifier_read(struct rawbpf_verdict *v, const char *log, size_t len)
{
	const char *p = log, *end = log + strnlen(log, len);
	struct line l;
	long n;

	memset(v, 0, sizeof(*v));
	v->insn = -1;
	while (next_line(&p, end, &l)) {
		if (starts(&l, "Verification failed:")) {
			read_report(v, p, end);
			break;
		}
		if (starts(&l, "processed "))
			break;
		n = instruction(&l);
		if (n >= 0) {
			v->insn = n;
			*v->reason = 0; /* it went on after that, so it was no reason */
		} else if (!is_state(&l)) {
			append(v->reason, sizeof(v->reason), "; ", l.p, l.len);
		}
	}
	n = insn_in_text(v->reason);
	if (n >= 0)
		v->insn = n;
	v->hint = find_hint(v->reason);
}

int rawbpf_verifier_explain(const struct rawbpf_sink *sink, int err, const struct rawbpf_obj *obj,
	const struct rawbpf_prog *prog, const char *log)
{
	struct rawbpf_verdict v;
	const char *reason = v.reason;

	rawbpf_verifier_read(&v, log, strlen(log));
	if (!*v.reason)
		reason = "it does not say why, or the end of its log is missing";
	if (v.insn >= 0 && v.insn < (long)prog->ninsns)
		rawbpf_error_at(sink, err, obj, prog, (uint32_t)v.insn,
			"the verifier refuses program \"%s\" at instruction %ld: %s", prog->name,
			v.insn, reason);
	else
		rawbpf_error(sink, err, obj->path, "the verifier refuses program \"%s\": %s",
			prog->name, reason);
	if (v.hint || *v.advice)
		rawbpf_remark(sink, RAWBPF_NOTE, NULL, "%s", v.hint ? v.hint : v.advice);
	return err;
}
