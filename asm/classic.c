/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Classic BPF: statements. The scanner runs in its classic mode here (asm_ctx.classic):
 * ';' starts a comment, and so does '#' in column 1; any other '#' is a token. After a whole
 * instruction that token starts a comment, too.
 */
#include <ctype.h>
#include <stdlib.h>

#include "classic_impl.h"

int rawbpf_classic_add(
	struct classic *c, const struct asm_pos *pos, struct rawbpf_classic_insn insn)
{
	struct rawbpf_classic_insn *to;
	struct asm_pos *p;

	if (c->insns.n >= CLASSIC_MAX_INSNS) {
		c->full = true;
		return rawbpf_asm_err(c->a, pos,
			"more than %d instructions: the kernel cannot even count them",
			CLASSIC_MAX_INSNS);
	}
	p = ASM_PUSH(c->a, c->pos);
	to = p ? ASM_PUSH(c->a, c->insns) : NULL;
	if (!to)
		return -ENOMEM;
	*to = insn;
	*p = *pos;
	return 0;
}

static bool label_follows(const struct asm_ctx *a)
{
	const char *p = a->at.p;

	while (asm_class(*p) & C_BLANK)
		p++;
	return *p == ':';
}

/* Can the current token, the first of its line, go on with what the line before began? */
static bool continues(const struct asm_ctx *a, bool comma_only)
{
	if (comma_only)
		return a->tok.kind == T_COMMA;
	if (a->tok.kind == T_NAME)
		return classic_kind(&a->tok) != W_MNEMONIC && *a->tok.name->text != '.' &&
		       !label_follows(a);
	if (a->tok.kind == T_LPAREN) /* tcpdump -d numbers its lines: (001) */
		return !isdigit((unsigned char)*a->at.p);
	return a->tok.kind != T_EOF && a->tok.kind != T_LBRACE;
}

/* To bpf_asm a newline is a blank like any other. */
void rawbpf_classic_next_line(struct classic *c, bool comma_only)
{
	struct asm_ctx *a = c->a;
	struct asm_tok now = a->tok;
	struct asm_frame at = a->at;
	const char *prev_end = a->prev_end;
	unsigned depth = a->depth;
	bool more;

	a->quiet = true;
	while (a->tok.kind == T_NL)
		rawbpf_asm_next(a);
	a->quiet = false;
	more = a->depth == depth && continues(a, comma_only);
	a->tok = now;
	a->at = at;
	a->prev_end = prev_end;
	a->depth = depth;
	while (more && a->tok.kind == T_NL)
		rawbpf_asm_next(a);
}

/* ---- instructions ---------------------------------------------------------------- */

/* Of a mnemonic's rows, the one for this form; NULL: none. */
static const struct classic_row *row_of(const struct classic_row *row, enum classic_operand form)
{
	const struct classic_row *first = row, *end = rawbpf_classic_rows + rawbpf_classic_nrows;

	for (; row < end && rawbpf_classic_same(row, first); row++)
		if (row->operand == form)
			return row;
	return NULL;
}

static int unknown_mnemonic(struct classic *c, const struct asm_tok *t)
{
	char hint[ASM_SEEN_MAX * 2], seen[ASM_SEEN_MAX];

	if (t->kind != T_NAME)
		return rawbpf_asm_expected(c->a, "an instruction or a label");
	return rawbpf_asm_err(c->a, &t->pos, "no classic instruction %s%s",
		rawbpf_asm_seen(t, seen),
		rawbpf_classic_suggest(t->name->text, t->name->len, hint));
}

/* What bpfc and bpf_dbg print for `ldx len`, which they do not know themselves. */
static int unimp(struct classic *c, const struct asm_tok *t)
{
	const uint16_t ldx_len = 0x81;

	rawbpf_asm_next(c->a);
	if (c->a->tok.kind != T_NUM || c->a->tok.num != ldx_len)
		return rawbpf_asm_err(c->a, &t->pos,
			"the disassembler that printed this did not know the instruction, and its "
			"operand is lost");
	rawbpf_asm_next(c->a);
	return rawbpf_classic_add(c, &t->pos, (struct rawbpf_classic_insn){ .code = ldx_len });
}

static bool name_is(const struct asm_tok *t, const char *text)
{
	return t->kind == T_NAME && t->name->len == strlen(text) &&
	       !memcmp(t->name->text, text, t->name->len);
}

static int instruction(struct classic *c)
{
	struct asm_tok t = c->a->tok;
	struct classic_arg arg = { .form = OP_TARGET };
	const struct classic_row *rows, *row;
	struct asm_pos pos;
	int rc;

	if (name_is(&t, "unimp") || name_is(&t, "nosup"))
		return unimp(c, &t);
	if (classic_kind(&t) != W_MNEMONIC)
		return unknown_mnemonic(c, &t);
	rows = row = &rawbpf_classic_rows[rawbpf_classic_word(t.name)->value];
	rawbpf_asm_next(c->a);
	if (rows->operand != OP_TARGET && rows->operand != OP_NOTHING) {
		classic_join(c, false);
		rc = rawbpf_classic_operand(c, rows, &arg);
		if (rc)
			return rc;
		/* tcpdump prints a bare `ret` for `ret a`. */
		if (c->tcpdump && arg.form == OP_NOTHING && row_of(rows, OP_A))
			arg.form = OP_A;
		row = row_of(rows, arg.form);
		if (!row)
			return rawbpf_classic_wrong_operand(c, &t, rows, &arg);
	}
	if (row->jump != JUMP_NONE) {
		rc = rawbpf_classic_targets(c, row->jump);
		if (rc)
			return rc;
	}
	pos = rawbpf_asm_span(c->a, &t.pos);
	return rawbpf_classic_add(
		c, &pos, (struct rawbpf_classic_insn){ .code = row->code, .k = arg.k });
}

/* tcpdump -d numbers its lines, "(003) jeq ...": what is numbered otherwise has lost lines. */
static int numbered(struct classic *c)
{
	struct asm_ctx *a = c->a;
	struct asm_tok t = a->tok;
	const char *p = a->at.p;
	uint64_t n = 0;

	while (isdigit((unsigned char)*p) && n < UINT32_MAX)
		n = n * 10 + (uint64_t)(*p++ - '0');
	if (p == a->at.p || *p != ')')
		return rawbpf_asm_expected(a, "an instruction or a label");
	a->at.p = p + 1;
	t.pos.len = (uint32_t)(a->at.p - t.pos.at);
	rawbpf_asm_next(a);
	if (n != c->insns.n && !c->broken)
		return rawbpf_asm_err(a, &t.pos,
			"this line says that it is instruction %llu, but it is instruction %zu: "
			"are lines missing?",
			(unsigned long long)n, c->insns.n);
	c->tcpdump = true;
	return instruction(c);
}

/* ---- statements ------------------------------------------------------------------ */

static void skip_line(struct asm_ctx *a)
{
	a->at.p = asm_end_of_line(&a->at, a->tok.pos.at);
	rawbpf_asm_next(a);
}

/*
 * `bpfc -V` prints the program twice: as text, which loses the operand of what bpfc does not
 * know, and as numbers, which are read.
 */
static void bpfc_report(struct asm_ctx *a)
{
	const char *p = strstr(a->at.p, "\nResult:\n");

	skip_line(a);
	if (!p)
		return;
	for (const char *q = a->at.p; q <= p; q++)
		a->at.line += *q == '\n';
	a->at.p = p + 1;
	a->tok.kind = T_NL;
	rawbpf_asm_next(a);
	skip_line(a);
}

static int dialect(struct classic *c)
{
	rawbpf_asm_next(c->a);
	if (!name_is(&c->a->tok, "classic"))
		return rawbpf_asm_expected(c->a,
			"'classic' (this file is read as classic BPF: --classic, or its "
			"first instruction)");
	rawbpf_asm_next(c->a);
	return 0;
}

static int directive(struct classic *c)
{
	struct asm_tok t = c->a->tok;
	char seen[ASM_SEEN_MAX];

	if (name_is(&t, ".dialect"))
		return dialect(c);
	if (t.name->kw == K_D_EQU || t.name->kw == K_D_SET || t.name->kw == K_D_INCLUDE)
		return rawbpf_asm_directive(c->a);
	return rawbpf_asm_err(c->a, &t.pos,
		"classic BPF has no directive %s; there are .equ, .set, .include and .dialect",
		rawbpf_asm_seen(&t, seen));
}

static bool starts_array(const struct asm_tok *t)
{
	return name_is(t, "static") || name_is(t, "const") || name_is(t, "struct");
}

/* After a statement: the end of the line, a comment, or on the same line the next statement. */
static int end_of_statement(struct classic *c)
{
	struct asm_ctx *a = c->a;

	if (a->tok.kind == T_HASH)
		skip_line(a);
	if (asm_at_end(a) || classic_kind(&a->tok) == W_MNEMONIC ||
		(a->tok.kind == T_NAME && label_follows(a)))
		return 0;
	return rawbpf_asm_expected(a, "the end of the instruction");
}

static int statement(struct classic *c)
{
	struct asm_ctx *a = c->a;
	struct asm_tok t = a->tok;
	int rc;

	c->tcpdump = false;
	if (t.kind == T_NAME && *t.name->text != '.' && rawbpf_asm_take_label_colon(a)) {
		if (name_is(&t, "Validating")) /* of bpfc -V */
			return skip_line(a), 0;
		return rawbpf_classic_label(c, &t);
	}
	if (t.kind == T_HASH || (name_is(&t, "Generated") && !c->insns.n)) {
		if (t.kind == T_HASH)
			skip_line(a);
		else
			bpfc_report(a);
		return 0;
	}
	if (t.kind == T_LBRACE)
		return rawbpf_classic_row_of_c(c);
	if (t.kind == T_NUM)
		return rawbpf_classic_decimals(c);
	if (starts_array(&t))
		return rawbpf_classic_array(c);
	if (t.kind == T_NAME && *t.name->text == '.')
		rc = directive(c);
	else
		rc = t.kind == T_LPAREN ? numbered(c) : instruction(c);
	return rc ? rc : end_of_statement(c);
}

static void statements(struct classic *c)
{
	struct asm_ctx *a = c->a;

	while (a->tok.kind != T_EOF && !a->fatal && !c->full && a->errors < ASM_MAX_ERRORS) {
		if (a->tok.kind == T_NL) {
			rawbpf_asm_next(a);
		} else if (statement(c)) {
			c->broken = true;
			rawbpf_asm_skip_statement(a);
		}
	}
}

/* ---- the whole ------------------------------------------------------------------- */

static void report(void *arg, enum rawbpf_diag_kind kind, size_t insn, const char *msg)
{
	struct classic *c = arg;
	const struct asm_pos *pos = &c->pos.v[insn < c->pos.n ? insn : 0];

	if (kind == RAWBPF_ERROR)
		rawbpf_asm_err(c->a, pos, "%s", msg);
	else
		rawbpf_asm_note(c->a, pos, "%s", msg);
}

static int check(struct classic *c)
{
	const struct rawbpf_classic_report r = { report, c };
	/* No socket runs an extended program that only another check let through. */
	enum rawbpf_asm_check what =
		c->a->opts->to_ebpf ? RAWBPF_ASM_FOR_SOCKET : c->a->opts->check;

	if (what == RAWBPF_ASM_UNCHECKED)
		return 0;
	return rawbpf_classic_check(c->insns.v, c->insns.n, what, &r);
}

static int assemble(struct classic *c, const struct asm_src *src)
{
	struct asm_ctx *a = c->a;
	int rc = rawbpf_classic_constants(a);

	if (rc)
		return rc;
	a->at = (struct asm_frame){ 0 };
	a->depth = 0;
	a->classic = true;
	rawbpf_asm_push_src(a, src);
	a->tok.kind = T_EOF;
	rawbpf_asm_next(a);
	statements(c);
	/* What is said from here on is not about the token that happens to be current. */
	a->tok.kind = T_EOF;
	a->tok.pos = (struct asm_pos){ 0 };
	if (!a->fatal && !c->full && a->errors < ASM_MAX_ERRORS)
		rawbpf_classic_resolve(c);
	if (a->fatal)
		return a->fatal;
	if (a->failed)
		return -EINVAL;
	rawbpf_classic_check_count(c);
	if (!a->failed && !c->insns.n)
		return rawbpf_error(a->sink, -EINVAL, src->name, "no instructions");
	return a->failed ? -EINVAL : check(c);
}

int rawbpf_classic_assemble(
	struct asm_ctx *a, const struct asm_src *src, struct rawbpf_classic_insn **insns, size_t *n)
{
	struct classic c = { .a = a };
	int rc = assemble(&c, src);

	if (!rc && a->opts->to_ebpf)
		rc = rawbpf_classic_convert(a, c.insns.v, c.insns.n, c.pos.v);
	if (!rc) {
		*insns = c.insns.v;
		*n = c.insns.n;
	} else {
		free(c.insns.v);
	}
	free(c.pos.v);
	free(c.labels.v);
	free(c.targets.v);
	return rc;
}
