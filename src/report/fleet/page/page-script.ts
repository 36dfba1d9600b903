// The script of a page: it makes the columns of the table sortable and the rows filterable. Without it, the page shows the same
// rows, the worst first. It is text, because it runs in a browser.

/** The script. It shows its controls itself, so that none is seen where scripts are blocked. */
export const PAGE_SCRIPT: string = `'use strict';
{
  const table = document.querySelector('table');
  const tools = document.querySelector('.tools');
  const search = tools.querySelector('input');
  const shown = tools.querySelector('output');
  const filters = [...tools.querySelectorAll('button')];
  const heads = [...table.querySelectorAll('thead th[data-sort]')];
  const rows = [...table.querySelectorAll('tbody tr')].map((row, place) => ({ row, place }));
  const UNITS = { ms: 1e-3, s: 1, days: 86400, years: 31557600 };
  let sorted = { column: 0, down: false };

  const textOf = entry => (entry.text ??= entry.row.textContent.toLowerCase());
  const cellOf = (entry, column) => entry.row.cells[column].textContent;
  const sizeOf = text => {
    const [, number, unit] = /^([^ ]+) (\\w+)/.exec(text.replace('\\u2212', '-')) ?? [];
    return unit ? Number(number) * UNITS[unit] : undefined;
  };
  const keyOf = (entry, { column, kind }) => {
    if (column === 0) return entry.place;
    const text = cellOf(entry, column);
    return kind === 'number' ? sizeOf(text) : text.toLowerCase();
  };
  const compare = (a, b) => (typeof a === 'string' ? a.localeCompare(b, undefined, { numeric: true }) : a - b);

  function show() {
    const words = search.value.toLowerCase().split(/\\s+/).filter(Boolean);
    const kinds = filters.filter(each => each.getAttribute('aria-pressed') === 'true').map(each => each.dataset.kind);
    const found = rows.filter(
      entry =>
        (kinds.length === 0 || kinds.includes(entry.row.className)) &&
        words.every(word => textOf(entry).includes(word)),
    );
    const keys = new Map(found.map(entry => [entry, keyOf(entry, sorted)]));
    const sign = sorted.down ? -1 : 1;
    const isKnown = entry => keys.get(entry) !== undefined && keys.get(entry) !== '';
    const known = found.filter(isKnown);
    const unknown = found.filter(entry => !isKnown(entry));
    known.sort((a, b) => sign * compare(keys.get(a), keys.get(b)) || a.place - b.place);
    const bodies = [];
    const all = [...known, ...unknown];
    for (let i = 0; i < all.length; i += 100) {
      const body = document.createElement('tbody');
      body.append(...all.slice(i, i + 100).map(entry => entry.row));
      bodies.push(body);
    }
    for (const body of [...table.tBodies]) body.remove();
    table.append(...bodies);
    shown.textContent = 'Showing ' + all.length + ' of ' + rows.length;
  }

  for (const head of heads) {
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = head.textContent;
    head.replaceChildren(button);
    button.addEventListener('click', () => {
      const column = head.cellIndex;
      sorted = { column, kind: head.dataset.sort, down: sorted.column === column && !sorted.down };
      for (const other of heads) other.removeAttribute('aria-sort');
      head.setAttribute('aria-sort', sorted.down ? 'descending' : 'ascending');
      show();
    });
  }
  for (const filter of filters) {
    filter.addEventListener('click', () => {
      filter.setAttribute('aria-pressed', String(filter.getAttribute('aria-pressed') !== 'true'));
      show();
    });
  }
  search.addEventListener('input', show);
  tools.hidden = false;
}
`;
