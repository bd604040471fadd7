/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The text format that a Prometheus node exporter's textfile collector reads
 * (Prometheus' own; OpenMetrics 1.0 differs in that a _count wants a _sum).
 * Histograms have no _sum: the rows keep counts, not bytes.
 */
#include <inttypes.h>

#include "output.h"

static void label_value(FILE *out, const char *text)
{
	while (*text) {
		if (*text == '\n')
			fputs("\\n", out), text++;
		else if (*text == '"' || *text == '\\')
			fprintf(out, "\\%c", *text++);
		else
			text += rawbpf_put_utf8(out, text);
	}
}

static void labels(FILE *out, const struct rawbpf_poll *p)
{
	fputs("object=\"", out);
	label_value(out, p->object);
	fputs("\",place=\"", out);
	label_value(out, p->place);
	fputs("\",map=\"", out);
	label_value(out, p->map->name);
	putc('"', out);
}

static void histogram(FILE *out, const struct rawbpf_poll *p)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < p->rows->n; i++) {
		sum += p->rows->row[i].total;
		fputs("rawbpf_size_bytes_bucket{", out);
		labels(out, p);
		if (i == p->rows->n - 1)
			fputs(",le=\"+Inf\"}", out);
		else
			fprintf(out, ",le=\"%" PRIu64 "\"}", p->rows->row[i].to);
		fprintf(out, " %" PRIu64 "\n", sum);
	}
	fputs("rawbpf_size_bytes_count{", out);
	labels(out, p);
	fprintf(out, "} %" PRIu64 "\n", sum);
}

static void elements(FILE *out, const struct rawbpf_poll *p)
{
	const struct rawbpf_snapshot *s = p->now;

	if (!rawbpf_is_number(s->value_size))
		return;
	for (size_t i = 0; i < s->n; i++) {
		const unsigned char *key = rawbpf_snapshot_key(s, i);

		fputs("rawbpf_map_value{", out);
		labels(out, p);
		fputs(",key=\"", out);
		if (rawbpf_is_number(s->key_size))
			fprintf(out, "%" PRIu64, rawbpf_number(key, s->key_size));
		else
			for (size_t b = 0; b < s->key_size; b++)
				fprintf(out, "%02x", key[b]);
		fprintf(out, "\"} %" PRIu64 "\n", rawbpf_snapshot_sum(s, i));
	}
}

/* All samples of one metric stand together, after its TYPE line: the format wants it so. */
void rawbpf_poll_openmetrics(FILE *out, const struct rawbpf_poll *polls, size_t n)
{
	bool any_rows = false, any_plain = false;

	for (size_t i = 0; i < n; i++) {
		any_rows |= polls[i].rows != NULL;
		any_plain |= polls[i].rows == NULL;
	}
	if (any_rows) {
		fputs("# HELP rawbpf_size_bytes Sizes counted in the kernel since the program was "
		      "attached.\n# TYPE rawbpf_size_bytes histogram\n",
			out);
		for (size_t i = 0; i < n; i++)
			if (polls[i].rows)
				histogram(out, &polls[i]);
	}
	if (any_plain) {
		fputs("# HELP rawbpf_map_value A value in a BPF map, summed over CPUs.\n"
		      "# TYPE rawbpf_map_value gauge\n",
			out);
		for (size_t i = 0; i < n; i++)
			if (!polls[i].rows)
				elements(out, &polls[i]);
	}
	fputs("# HELP rawbpf_poll_timestamp_seconds When the maps were last read.\n"
	      "# TYPE rawbpf_poll_timestamp_seconds gauge\n",
		out);
	for (size_t i = 0; i < n; i++) {
		fputs("rawbpf_poll_timestamp_seconds{", out);
		labels(out, &polls[i]);
		fprintf(out, "} %.3f\n", polls[i].time);
	}
	fputs("# EOF\n", out);
}
