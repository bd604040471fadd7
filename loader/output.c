/* SPDX-License-Identifier: BSD-2-Clause */
#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "output.h"

#define BAR_WIDTH 40

static void print_heading(FILE *out, const struct rawbpf_poll *p)
{
	time_t t = p->time;
	struct tm tm;
	char clock[16] = "";

	if (localtime_r(&t, &tm))
		strftime(clock, sizeof(clock), "%H:%M:%S", &tm);
	fprintf(out, "%s  %s%s%s\n", clock, p->map->name, *p->place ? ": " : "", p->place);
}

static void row_label(char *label, size_t len, const struct rawbpf_rows *rows, size_t i)
{
	const struct rawbpf_row *r = &rows->row[i];
	const char *rest = rows->last_has_rest && i == rows->n - 1 ? "*" : "";

	if (r->from == r->to)
		snprintf(label, len, "%" PRIu64 "%s", r->from, rest);
	else
		snprintf(label, len, "%" PRIu64 " - %" PRIu64 "%s", r->from, r->to, rest);
}

static void print_table(FILE *out, const struct rawbpf_poll *p)
{
	const struct rawbpf_rows *rows = p->rows;
	char label[64], last[32];

	snprintf(last, sizeof(last), "last %.1f s", p->interval);
	fprintf(out, "%14s %14s %14s\n", "bytes", last, "total");
	for (size_t i = 0; i < rows->n; i++) {
		row_label(label, sizeof(label), rows, i);
		/* The star stands outside the column, so that numbers stay aligned. */
		fprintf(out, "%14.*s%-1s%14" PRIu64 " %14" PRIu64 "\n", (int)strcspn(label, "*"),
			label, label + strcspn(label, "*"), rows->row[i].count, rows->row[i].total);
	}
	fprintf(out, "* larger copies are counted in this row\n\n");
}

static void print_bar(FILE *out, uint64_t count, uint64_t most)
{
	unsigned width = most ? (unsigned)((double)count / (double)most * BAR_WIDTH + 0.5) : 0;

	if (count && !width)
		width = 1;
	fputs(" |", out);
	for (unsigned i = 0; i < BAR_WIDTH; i++)
		putc(i < width ? '@' : ' ', out);
	fputs("|\n", out);
}

static void print_histogram(FILE *out, const struct rawbpf_poll *p)
{
	const struct rawbpf_rows *rows = p->rows;
	size_t first = rows->n, end = 0;
	uint64_t most = 0;
	char label[64];

	for (size_t i = 0; i < rows->n; i++) {
		if (!rows->row[i].total)
			continue;
		if (first == rows->n)
			first = i;
		end = i + 1;
		if (rows->row[i].count > most)
			most = rows->row[i].count;
	}
	fprintf(out, "%24s %12s %12s  last %.1f s\n", "bytes", "total", "new", p->interval);
	for (size_t i = first; i < end; i++) {
		row_label(label, sizeof(label), rows, i);
		fprintf(out, "%24s %12" PRIu64 " %12" PRIu64, label, rows->row[i].total,
			rows->row[i].count);
		print_bar(out, rows->row[i].count, most);
	}
	putc('\n', out);
}

static void print_bytes(FILE *out, const unsigned char *p, size_t n)
{
	if (rawbpf_is_number(n)) {
		fprintf(out, "%" PRIu64, rawbpf_number(p, n));
		return;
	}
	for (size_t i = 0; i < n; i++)
		fprintf(out, "%02x", p[i]);
}

/* Numbers are summed over CPUs; anything else is shown for each CPU. */
static void print_element(FILE *out, const struct rawbpf_poll *p, size_t i)
{
	const struct rawbpf_snapshot *s = p->now;
	long old = rawbpf_snapshot_find(p->was, rawbpf_snapshot_key(s, i));

	fputs("  ", out);
	print_bytes(out, rawbpf_snapshot_key(s, i), s->key_size);
	fputs(": ", out);
	if (rawbpf_is_number(s->value_size)) {
		uint64_t sum = rawbpf_snapshot_sum(s, i);
		uint64_t was = old < 0 ? 0 : rawbpf_snapshot_sum(p->was, old);

		fprintf(out, "%" PRIu64, sum);
		if (sum != was)
			fprintf(out, "  (%+" PRId64 ")", (int64_t)(sum - was));
	} else {
		for (unsigned cpu = 0; cpu < s->copies; cpu++) {
			if (s->copies > 1)
				fprintf(out, "%scpu %u ", cpu ? ", " : "", cpu);
			print_bytes(out, rawbpf_snapshot_value(s, i, cpu), s->value_size);
		}
	}
	putc('\n', out);
}

void rawbpf_poll_text(FILE *out, const struct rawbpf_poll *p)
{
	print_heading(out, p);
	if (p->rows && p->rows->step) {
		print_table(out, p);
	} else if (p->rows) {
		print_histogram(out, p);
	} else {
		for (size_t i = 0; i < p->now->n; i++)
			print_element(out, p, i);
		putc('\n', out);
	}
}

/* ---- JSON ----------------------------------------------------------------------- */

/* The length of the UTF-8 character at `p`, or 0. RFC 3629, table 3-7 of Unicode. */
static size_t utf8_length(const unsigned char *p)
{
	size_t n = *p < 0x80   ? 1
		   : *p < 0xc2 ? 0
		   : *p < 0xe0 ? 2
		   : *p < 0xf0 ? 3
		   : *p < 0xf5 ? 4
			       : 0;

	for (size_t i = 1; i < n; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	/* longer than needed, surrogates, above U+10FFFF */
	if ((*p == 0xe0 && p[1] < 0xa0) || (*p == 0xed && p[1] > 0x9f) ||
		(*p == 0xf0 && p[1] < 0x90) || (*p == 0xf4 && p[1] > 0x8f))
		return 0;
	return n;
}

size_t rawbpf_put_utf8(FILE *out, const char *text)
{
	size_t n = utf8_length((const unsigned char *)text);

	if (n)
		fwrite(text, 1, n, out);
	else
		fputs("\xef\xbf\xbd", out);
	return n ? n : 1;
}

void rawbpf_json_string(FILE *out, const char *text)
{
	putc('"', out);
	while (*text) {
		unsigned char c = *text;

		if (c == '"' || c == '\\')
			fprintf(out, "\\%c", *text++);
		else if (c < 0x20 || c == 0x7f)
			fprintf(out, "\\u%04x", *text++);
		else
			text += rawbpf_put_utf8(out, text);
	}
	putc('"', out);
}

static void json_bytes(FILE *out, const unsigned char *p, size_t n)
{
	if (!rawbpf_is_number(n))
		putc('"', out);
	print_bytes(out, p, n);
	if (!rawbpf_is_number(n))
		putc('"', out);
}

static void json_rows(FILE *out, const struct rawbpf_rows *rows)
{
	fputs(",\"rows\":[", out);
	for (size_t i = 0; i < rows->n; i++) {
		const struct rawbpf_row *r = &rows->row[i];

		fprintf(out, "%s{\"from\":%" PRIu64 ",\"to\":", i ? "," : "", r->from);
		if (rows->last_has_rest && i == rows->n - 1)
			fputs("null", out);
		else
			fprintf(out, "%" PRIu64, r->to);
		fprintf(out, ",\"count\":%" PRIu64 ",\"total\":%" PRIu64 "}", r->count, r->total);
	}
	putc(']', out);
}

static void json_elements(FILE *out, const struct rawbpf_snapshot *s)
{
	fputs(",\"elements\":[", out);
	for (size_t i = 0; i < s->n; i++) {
		fprintf(out, "%s{\"key\":", i ? "," : "");
		json_bytes(out, rawbpf_snapshot_key(s, i), s->key_size);
		if (rawbpf_is_number(s->value_size)) {
			fprintf(out, ",\"value\":%" PRIu64 "}", rawbpf_snapshot_sum(s, i));
			continue;
		}
		fputs(s->copies > 1 ? ",\"values\":[" : ",\"value\":", out);
		for (unsigned cpu = 0; cpu < s->copies; cpu++) {
			if (cpu)
				putc(',', out);
			json_bytes(out, rawbpf_snapshot_value(s, i, cpu), s->value_size);
		}
		fputs(s->copies > 1 ? "]}" : "}", out);
	}
	putc(']', out);
}

void rawbpf_poll_json(FILE *out, const struct rawbpf_poll *p)
{
	fprintf(out, "{\"time\":%.3f,\"interval\":%.3f,\"object\":", p->time, p->interval);
	rawbpf_json_string(out, p->object);
	fputs(",\"place\":", out);
	rawbpf_json_string(out, p->place);
	fputs(",\"map\":", out);
	rawbpf_json_string(out, p->map->name);
	if (p->rows)
		json_rows(out, p->rows);
	else
		json_elements(out, p->now);
	fputs("}\n", out);
}
