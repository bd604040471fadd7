/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel's rules for classic programs, each refusal with its reason: the kernel itself
 * answers all of them with EINVAL. Sources: bpf_check_classic() and check_load_and_stores()
 * in net/core/filter.c, seccomp_check_filter() in kernel/seccomp.c, read in Linux 6.1 to 7.2.
 */
#include <stdarg.h>
#include <stdio.h>

#include "classic_impl.h"

#define MAX_SAID 20
#define SECCOMP_DATA 64 /* bytes of struct seccomp_data */

struct check {
	const struct rawbpf_classic_insn *insns;
	size_t n;
	const struct rawbpf_classic_report *report;
	unsigned said;
};

static void say(const struct check *c, enum rawbpf_diag_kind kind, size_t i, const char *text)
{
	if (c->report && c->report->say && c->said <= MAX_SAID)
		c->report->say(c->report->arg, kind, i, text);
}

__attribute__((format(printf, 3, 4))) static void bad(
	struct check *c, size_t i, const char *fmt, ...)
{
	char text[256], insn[RAWBPF_CLASSIC_TEXT];
	va_list ap;
	int n;

	c->said++;
	n = snprintf(text, sizeof(text), "instruction %zu, %s: ", i,
		rawbpf_classic_print(&c->insns[i], i, insn));
	va_start(ap, fmt);
	vsnprintf(text + n, sizeof(text) - (size_t)n, fmt, ap);
	va_end(ap);
	say(c, RAWBPF_ERROR, i, text);
}

/* ---- one instruction ---------------------------------------------------------------- */

static bool is_cond(const struct rawbpf_classic_insn *insn)
{
	return (insn->code & 7) == 5 && insn->code != 0x05;
}

static bool is_return(const struct rawbpf_classic_insn *insn)
{
	return insn->code == 0x06 || insn->code == 0x16;
}

static void jump(struct check *c, size_t i, const char *which, uint32_t skip)
{
	const size_t left = c->n - i - 1;

	if (skip >= left)
		bad(c, i, "%s skips %u instruction%s, but only %zu follow%s", which, skip,
			skip == 1 ? "" : "s", left, left == 1 ? "s" : "");
}

static void packet_load(struct check *c, size_t i)
{
	const uint32_t k = c->insns[i].k;

	if (k >= CLASSIC_AD_OFF && !rawbpf_classic_ext(k - CLASSIC_AD_OFF))
		bad(c, i,
			"offsets from 0x%x on are extensions, such as 'proto': there is none "
			"at 0x%x",
			CLASSIC_AD_OFF, k);
}

static void constant(struct check *c, size_t i)
{
	const struct rawbpf_classic_insn *insn = &c->insns[i];

	switch (insn->code) {
	case 0x34:
	case 0x94:
		if (!insn->k)
			bad(c, i, "division by zero");
		break;
	case 0x64:
	case 0x74:
		if (insn->k >= 32)
			bad(c, i, "A has 32 bits: the shift must be 0 to 31, not %u", insn->k);
		break;
	default:
		break;
	}
}

static void one(struct check *c, size_t i)
{
	const struct rawbpf_classic_insn *insn = &c->insns[i];
	const struct classic_row *row = rawbpf_classic_row(insn->code);

	if (!row) {
		bad(c, i, "there is no instruction with code 0x%02x", insn->code);
		return;
	}
	if (row->users == USERS_NOBODY) {
		bad(c, i, "the kernel takes only 'ret #k' and 'ret a'");
		return;
	}
	if (row->operand == OP_MEM && insn->k >= CLASSIC_MEMWORDS)
		bad(c, i, "the cells are M[0] to M[%d]", CLASSIC_MEMWORDS - 1);
	else if (row->operand == OP_ABS)
		packet_load(c, i);
	else if (row->jump == JUMP_ALWAYS)
		jump(c, i, "it", insn->k);
	else
		constant(c, i);
	if (is_cond(insn)) {
		jump(c, i, "jt", insn->jt);
		jump(c, i, "jf", insn->jf);
	}
}

/* ---- M[]: written on every path before it is read -------------------------------------- */

/*
 * For each instruction the cells that are written on all ways to it. As in the kernel's proof
 * a `ret` does not end a way: what follows it inherits its cells, too.
 */
struct paths {
	uint16_t written[RAWBPF_CLASSIC_MAX];
	uint16_t from[RAWBPF_CLASSIC_MAX]; /* of one cell: the way by which it is not written */
};

/* Goes from i with `cells` written; `cell` is the one whose way is noted. */
static void flow(struct paths *p, size_t i, size_t to, uint16_t cells, uint16_t cell)
{
	if (p->written[to] & cell && !(cells & cell))
		p->from[to] = (uint16_t)i;
	p->written[to] &= cells;
}

/* The cells that are written after i; its jumps are followed. */
static uint16_t step(
	const struct check *c, struct paths *p, size_t i, uint16_t cells, uint16_t cell)
{
	const struct rawbpf_classic_insn *insn = &c->insns[i];

	if (insn->code == 0x02 || insn->code == 0x03)
		return (uint16_t)(cells | 1U << insn->k);
	if (insn->code == 0x05) {
		flow(p, i, i + 1 + insn->k, cells, cell);
		return UINT16_MAX;
	}
	if (is_cond(insn)) {
		flow(p, i, i + 1 + insn->jt, cells, cell);
		flow(p, i, i + 1 + insn->jf, cells, cell);
		return UINT16_MAX;
	}
	return cells;
}

static void walk(const struct check *c, struct paths *p, size_t end, uint16_t cell)
{
	uint16_t cells;

	memset(p, 0xff, sizeof(*p));
	p->written[0] = 0;
	for (size_t i = 0; i < end; i++) {
		cells = step(c, p, i, p->written[i], cell);
		if (i + 1 < c->n)
			flow(p, i, i + 1, cells, cell);
	}
}

/* Notes the last jump, or `ret`, on a way to `i` that does not write the cell. */
static void show_way(struct check *c, struct paths *p, size_t i, unsigned cell)
{
	const struct rawbpf_classic_insn *insn;
	const char *how = NULL;
	char text[160];
	size_t at = i, to;

	walk(c, p, i, (uint16_t)(1U << cell));
	while (at && !how) {
		to = at;
		at = p->from[at];
		insn = &c->insns[at];
		if (is_cond(insn))
			how = to == at + 1 + insn->jt ? "from here, if the condition is true,"
						      : "from here, if it is false,";
		else if (insn->code == 0x05)
			how = "from this jump";
		else if (is_return(insn))
			how = "from this 'ret', after which the kernel's proof goes on,";
	}
	if (!how)
		return;
	snprintf(text, sizeof(text), "the way %s does not write M[%u]", how, cell);
	say(c, RAWBPF_NOTE, at, text);
}

static bool written_before(const struct check *c, size_t i, uint32_t cell)
{
	while (i--)
		if ((c->insns[i].code == 0x02 || c->insns[i].code == 0x03) && c->insns[i].k == cell)
			return true;
	return false;
}

static void cells(struct check *c)
{
	uint16_t excused = 0;
	struct paths p, way;

	walk(c, &p, c->n, 0);
	for (size_t i = 0; i < c->n && c->said < MAX_SAID; i++) {
		const struct rawbpf_classic_insn *insn = &c->insns[i];

		if (insn->code != 0x60 && insn->code != 0x61)
			continue;
		if ((p.written[i] | excused) & 1U << insn->k)
			continue;
		excused |= (uint16_t)(1U << insn->k); /* once per cell is enough */
		if (!written_before(c, i, insn->k)) {
			bad(c, i, "M[%u] is read, but nothing before this writes it", insn->k);
			continue;
		}
		bad(c, i, "M[%u] is read, but not written on every way to here", insn->k);
		show_way(c, &way, i, insn->k);
	}
}

/* ---- seccomp ------------------------------------------------------------------------ */

static void for_seccomp(struct check *c, size_t i)
{
	const struct rawbpf_classic_insn *insn = &c->insns[i];
	const struct classic_row *row = rawbpf_classic_row(insn->code);

	if (insn->code == 0x20 && insn->k >= CLASSIC_AD_OFF)
		bad(c, i, "seccomp has no packet, so no extensions");
	else if (insn->code == 0x20 && insn->k >= SECCOMP_DATA)
		bad(c, i, "struct seccomp_data has %d bytes: the last word is at %d", SECCOMP_DATA,
			SECCOMP_DATA - 4);
	else if (insn->code == 0x20 && insn->k % 4)
		bad(c, i, "seccomp loads only whole words: the offset must be a multiple of 4");
	else if (row && row->users == USERS_SOCKET && row->operand == OP_IND)
		bad(c, i, "seccomp has only loads at a fixed offset: ld [k]");
	else if (row && row->users == USERS_SOCKET && (insn->code & 7) <= 1)
		bad(c, i, "seccomp has only loads of words: ld [k]");
	else if (row && row->users == USERS_SOCKET)
		bad(c, i, "seccomp has no %s", row->name);
}

/* ---- all ---------------------------------------------------------------------------- */

int rawbpf_classic_check(const struct rawbpf_classic_insn *insns, size_t n,
	enum rawbpf_asm_check check, const struct rawbpf_classic_report *report)
{
	struct check c = { insns, n, report, 0 };
	char text[96];

	if (check == RAWBPF_ASM_UNCHECKED)
		return 0;
	if (!n || n > RAWBPF_CLASSIC_MAX) {
		snprintf(text, sizeof(text), "a program has 1 to %d instructions; this one has %zu",
			RAWBPF_CLASSIC_MAX, n);
		say(&c, RAWBPF_ERROR, n ? RAWBPF_CLASSIC_MAX : 0, text);
		return -EINVAL;
	}
	for (size_t i = 0; i < n && c.said < MAX_SAID; i++) {
		one(&c, i);
		if (check == RAWBPF_ASM_FOR_SECCOMP)
			for_seccomp(&c, i);
	}
	if (c.said < MAX_SAID && !is_return(&insns[n - 1]) && insns[n - 1].code != 0x0e)
		bad(&c, n - 1, "the last instruction must be 'ret #k' or 'ret a'");
	if (!c.said)
		cells(&c);
	return c.said ? -EINVAL : 0;
}
