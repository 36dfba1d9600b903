// Gauges → Prometheus' classic text format, as the textfile collectors of node_exporter and windows_exporter read it. They
// refuse a file with a timestamp, with another type than the classic ones, or with a series that occurs twice.

/** A gauge and its series. */
export interface Gauge {
  readonly name: string;
  /** One sentence, the same in every file: a collector refuses files that differ in it. */
  readonly help: string;
  readonly series: readonly Series[];
}

/** One value, and the labels that tell it from the others of its gauge. */
export interface Series {
  readonly labels?: Readonly<Record<string, string | undefined>>;
  readonly value: number;
}

/** The text, with its final line end. A gauge without a value, and a value that is no number, are left out. */
export function prometheusText(gauges: readonly Gauge[]): string {
  return gauges.map(gaugeText).join('');
}

function gaugeText({ name, help, series }: Gauge): string {
  const lines = new Map(
    series
      .filter(({ value }) => !Number.isNaN(value))
      .map(({ labels = {}, value }) => [labelText(labels), value] as const)
      .reverse(),
  );
  if (lines.size === 0) return '';
  const values = [...lines].reverse().map(([labels, value]) => `${name}${labels} ${numberText(value)}\n`);
  return `# HELP ${name} ${escapedHelp(help)}\n# TYPE ${name} gauge\n${values.join('')}`;
}

function labelText(labels: NonNullable<Series['labels']>): string {
  const given = Object.entries(labels).flatMap(([name, value]) =>
    value === undefined || value === '' ? [] : [`${name}="${escapedLabel(value)}"`],
  );
  return given.length === 0 ? '' : `{${given.join(',')}}`;
}

function numberText(value: number): string {
  if (value === Infinity) return '+Inf';
  return value === -Infinity ? '-Inf' : String(value);
}

function escapedLabel(text: string): string {
  return escapedHelp(text).replaceAll('"', '\\"');
}

function escapedHelp(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}
