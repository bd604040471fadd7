/* SPDX-License-Identifier: BSD-2-Clause */
/* Labels and jumps of classic BPF. All jumps go forward, conditional ones at most 255 far. */
#include "classic_impl.h"

#define MAX_COND 255

int rawbpf_classic_label(struct classic *c, const struct asm_tok *t)
{
	struct classic_label *l;

	if (classic_kind(t) == W_MNEMONIC)
		return rawbpf_asm_err(c->a, &t->pos,
			"'%.*s' is an instruction: it cannot be a label", (int)t->name->len,
			t->name->text);
	if (t->name->label) {
		rawbpf_asm_err(c->a, &t->pos, "a second label '%.*s'",
			t->name->len > 40 ? 40 : (int)t->name->len, t->name->text);
		rawbpf_asm_note(c->a, &c->labels.v[t->name->label - 1].pos, "the first is here");
		return -EINVAL;
	}
	l = ASM_PUSH(c->a, c->labels);
	if (!l)
		return -ENOMEM;
	*l = (struct classic_label){ t->name, t->pos, (uint32_t)c->insns.n };
	t->name->label = (uint32_t)c->labels.n;
	return 0;
}

/* ---- targets, as they are written ------------------------------------------------- */

static int add_target(struct classic *c, int field)
{
	struct asm_ctx *a = c->a;
	struct asm_tok t = a->tok;
	struct classic_target *target, new = { .field = field, .insn = (uint32_t)c->insns.n };

	new.pos = t.pos;
	if (t.kind == T_NAME && classic_kind(&t) != W_MNEMONIC) {
		new.kind = TARGET_LABEL;
		new.name = t.name;
	} else if (t.kind == T_NUM) {
		new.kind = TARGET_NUMBER;
		new.number = t.num > INT32_MAX ? INT32_MAX : (int64_t)t.num;
	} else if (t.kind == T_ADD || t.kind == T_SUB) {
		rawbpf_asm_next(a);
		if (a->tok.kind != T_NUM)
			return rawbpf_asm_expected(a, "a number of instructions");
		new.kind = TARGET_DISTANCE;
		new.number = a->tok.num > INT32_MAX ? INT32_MAX : (int64_t)a->tok.num;
		if (t.kind == T_SUB)
			new.number = -new.number;
	} else {
		return rawbpf_asm_expected(a, "a label to jump to");
	}
	rawbpf_asm_next(a);
	new.pos = rawbpf_asm_span(a, &new.pos);
	target = ASM_PUSH(a, c->targets);
	if (!target)
		return -ENOMEM;
	*target = new;
	return 0;
}

/* "jt" before a target, as tcpdump prints it; a label may have that name, too. */
static bool take_key(struct asm_ctx *a, const char *key)
{
	enum asm_tok_kind next;

	if (a->tok.kind != T_NAME || a->tok.name->len != 2 || memcmp(a->tok.name->text, key, 2))
		return false;
	next = rawbpf_asm_peek(a).kind;
	if (next != T_NUM && next != T_NAME && next != T_ADD)
		return false;
	rawbpf_asm_next(a);
	return true;
}

static int one_target(struct classic *c, const char *key, int field)
{
	classic_join(c, false);
	take_key(c->a, key);
	return add_target(c, field);
}

int rawbpf_classic_targets(struct classic *c, enum classic_jump jump)
{
	struct asm_ctx *a = c->a;
	bool swap = jump == JUMP_UNLESS, comma;
	int rc;

	if (jump == JUMP_ALWAYS)
		return one_target(c, "jt", TARGET_K);
	classic_join(c, true);
	if (!asm_take(a, T_COMMA) && !(a->tok.kind == T_NAME && a->tok.name->len == 2 &&
					     !memcmp(a->tok.name->text, "jt", 2)))
		return rawbpf_asm_expected(a, "',' and a label to jump to");
	rc = one_target(c, "jt", swap ? TARGET_JF : TARGET_JT);
	if (rc)
		return rc;
	classic_join(c, true);
	comma = asm_take(a, T_COMMA);
	if (!comma && !(a->tok.kind == T_NAME && a->tok.name->len == 2 &&
			      !memcmp(a->tok.name->text, "jf", 2)))
		return 0;
	return one_target(c, "jf", swap ? TARGET_JT : TARGET_JF);
}

/* ---- targets, as they are encoded ------------------------------------------------- */

static int no_label(struct classic *c, const struct classic_target *t)
{
	char hint[ASM_SEEN_MAX * 2];

	return rawbpf_asm_err(c->a, &t->pos, "no label '%.*s'%s",
		t->name->len > 40 ? 40 : (int)t->name->len, t->name->text,
		rawbpf_asm_suggest(c->a, t->name->text, t->name->len, SUGGEST_LABEL, hint));
}

static void show(struct classic *c, const struct classic_target *t, int64_t to)
{
	const struct asm_pos *pos = NULL;

	if (t->kind == TARGET_LABEL)
		pos = &c->labels.v[t->name->label - 1].pos;
	else if (to >= 0 && to < (int64_t)c->pos.n)
		pos = &c->pos.v[to];
	if (pos)
		rawbpf_asm_note(c->a, pos, "the jump is to here");
}

static int bad_target(struct classic *c, const struct classic_target *t, int64_t to)
{
	long long from = t->insn, end = (long long)c->insns.n - 1;

	if (to > end && t->kind == TARGET_LABEL)
		rawbpf_asm_err(c->a, &t->pos,
			"this label is at the end of the program: there is no instruction to "
			"jump to");
	else if (to > end)
		rawbpf_asm_err(c->a, &t->pos, "no instruction %lld: the program has 0 to %lld",
			(long long)to, end);
	else if (to <= from)
		rawbpf_asm_err(c->a, &t->pos,
			"classic BPF jumps only forward: this is instruction %lld, and the "
			"target is %lld",
			from, (long long)to);
	else
		rawbpf_asm_err(c->a, &t->pos,
			"a conditional jump skips at most %d instructions; this one, from %lld "
			"to %lld, skips %lld: 'ja' goes farther",
			MAX_COND, from, (long long)to, (long long)to - from - 1);
	show(c, t, to);
	return -EINVAL;
}

/*
 * A `ja` can hold what the kernel refuses, such as a jump backward: bpf_asm makes those, and
 * libpcap for `protochain`, which it then runs itself.
 */
static bool reaches(const struct classic *c, const struct classic_target *t, int64_t to)
{
	int64_t skip = to - (int64_t)t->insn - 1;

	if (t->field == TARGET_K && c->a->opts->check == RAWBPF_ASM_UNCHECKED)
		return true;
	return skip >= 0 && to < (int64_t)c->insns.n && (t->field == TARGET_K || skip <= MAX_COND);
}

static void resolve(struct classic *c, const struct classic_target *t)
{
	struct rawbpf_classic_insn *insn = &c->insns.v[t->insn];
	int64_t to = t->number, skip;

	if (t->kind == TARGET_LABEL) {
		if (!t->name->label) {
			no_label(c, t);
			return;
		}
		to = c->labels.v[t->name->label - 1].insn;
	} else if (t->kind == TARGET_DISTANCE) {
		to += (int64_t)t->insn + 1;
	}
	/* Where instructions are missing, numbers say nothing. */
	if (c->broken)
		return;
	skip = to - (int64_t)t->insn - 1;
	if (!reaches(c, t, to))
		bad_target(c, t, to);
	else if (t->field == TARGET_JT)
		insn->jt = (uint8_t)skip;
	else if (t->field == TARGET_JF)
		insn->jf = (uint8_t)skip;
	else
		insn->k = (uint32_t)skip;
}

void rawbpf_classic_resolve(struct classic *c)
{
	for (size_t i = 0; i < c->targets.n && c->a->errors < ASM_MAX_ERRORS; i++)
		if (c->targets.v[i].insn < c->insns.n)
			resolve(c, &c->targets.v[i]);
}
