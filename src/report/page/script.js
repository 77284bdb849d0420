'use strict';
// Values under the pointer or the arrow keys, and buttons that switch series off.
// A series is a group of the figure with data-series (its colour), data-label and, where it has points,
// data-points: "column row x y;…", column and row in the units of the group.
(() => {
  const NEAR = 40;
  const svgElement = (name) => document.createElementNS('http://www.w3.org/2000/svg', name);

  function points(group) {
    if (!group.values) {
      const parse = (text) => {
        const [px, py, x, y] = text.split(' ');
        return { group, px: +px, py: +py, x, y };
      };
      group.values = (group.dataset.points || '').split(';').filter(Boolean).map(parse);
    }
    return group.values;
  }

  function setUp(chart) {
    const plot = chart.querySelector('.plot');
    const groups = [...chart.querySelectorAll('g[data-series]')];
    if (!groups.length) return;
    // Of the two drawings of a figure one is not on the screen.
    const isShown = (group) => group.style.display !== 'none' && group.ownerSVGElement.getClientRects().length > 0;
    const movable = groups.filter((group) => !('fixed' in group.dataset));
    const labels = [...new Set(movable.map((group) => group.dataset.label))];

    const readout = document.createElement('div');
    readout.className = 'readout';
    readout.setAttribute('role', 'status');
    chart.append(readout);
    const mark = svgElement('circle');
    mark.setAttribute('r', 8);
    mark.setAttribute('fill', 'none');
    mark.setAttribute('stroke', 'var(--nab-text)');
    mark.setAttribute('stroke-width', 2);
    let current = null;

    function clear() {
      current = null;
      mark.remove();
      readout.replaceChildren();
    }

    function show(point) {
      current = point;
      mark.setAttribute('cx', point.px);
      mark.setAttribute('cy', point.py);
      point.group.append(mark);
      const name = document.createElement('b');
      name.textContent = point.group.dataset.label;
      const { x, y } = chart.dataset;
      const place = point.x === '-' ? '' : `${x} ${point.x}: `;
      readout.replaceChildren(name, `${place}${y} ${point.y}`);
      const at = mark.getBoundingClientRect();
      const box = chart.getBoundingClientRect();
      const width = readout.offsetWidth;
      const left = at.left + at.width / 2 - box.left - width / 2;
      readout.style.left = `${Math.max(0, Math.min(left, box.width - width))}px`;
      const above = at.top - box.top - readout.offsetHeight - 6;
      readout.style.top = `${above < 0 ? at.bottom - box.top + 6 : above}px`;
    }

    plot.addEventListener('pointermove', (event) => {
      let best = null;
      let least = NEAR;
      for (const group of groups.filter(isShown)) {
        const matrix = points(group).length && group.getScreenCTM();
        if (!matrix) continue;
        const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix.inverse());
        for (const point of points(group)) {
          const distance = Math.hypot(point.px - at.x, point.py - at.y);
          if (distance < least) [best, least] = [point, distance];
        }
      }
      if (!best) clear();
      else if (best !== current) show(best);
    });
    plot.addEventListener('pointerleave', clear);
    plot.addEventListener('blur', clear);

    plot.addEventListener('keydown', (event) => {
      const lines = groups.filter((group) => isShown(group) && points(group).length);
      if (!lines.length) return;
      if (event.key === 'Escape') return clear();
      const steps = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0], Home: [0, -Infinity], End: [0, Infinity] };
      const step = steps[event.key];
      if (!step || event.ctrlKey || event.altKey || event.metaKey) return;
      event.preventDefault();
      let line = current ? lines.indexOf(current.group) : -1;
      if (line < 0) return show(points(lines[0])[0]);
      const index = points(lines[line]).indexOf(current);
      line = (line + step[0] + lines.length) % lines.length;
      const last = points(lines[line]).length - 1;
      show(points(lines[line])[Math.max(0, Math.min(last, index + step[1]))]);
    });

    if (labels.length < 2) return;
    const toggles = document.createElement('div');
    toggles.className = 'toggles';
    toggles.setAttribute('role', 'group');
    toggles.setAttribute('aria-label', 'Series of the figure');
    for (const label of labels) {
      const members = movable.filter((group) => group.dataset.label === label);
      const button = document.createElement('button');
      button.type = 'button';
      button.textContent = label;
      button.setAttribute('aria-pressed', 'true');
      button.style.setProperty('--series', `var(--nab-line-${members[0].dataset.series % 8})`);
      button.addEventListener('click', () => {
        const shown = button.getAttribute('aria-pressed') !== 'true';
        button.setAttribute('aria-pressed', shown);
        for (const group of members) group.style.display = shown ? '' : 'none';
        // Lines between strips mean something only while all are there.
        const all = !toggles.querySelector('[aria-pressed=false]');
        for (const pairs of chart.querySelectorAll('g[data-pairs]')) pairs.style.display = all ? '' : 'none';
        clear();
      });
      toggles.append(button);
    }
    plot.after(toggles);
  }

  for (const chart of document.querySelectorAll('.chart')) setUp(chart);
  // Paper has no folds.
  addEventListener('beforeprint', () => {
    for (const details of document.querySelectorAll('details')) details.open = true;
  });
})();
