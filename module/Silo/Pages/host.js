'use strict';
// Draws one picture of a host, and where it is served, the pictures that follow. Whatever came from the host becomes text nodes
// and attribute values, never markup.
(() => {
  const read = (id) => JSON.parse(document.getElementById(id).textContent);
  const texts = read('texts');
  const first = read('picture');
  const language = document.documentElement.lang;
  const page = document.getElementById('page');
  const kept = 120;

  const fill = (node, attributes, children) => {
    for (const [name, value] of Object.entries(attributes)) if (value !== null && value !== undefined) node.setAttribute(name, String(value));
    node.append(...children);
    return node;
  };
  const html = (name, attributes = {}, ...children) => fill(document.createElement(name), attributes, children);
  const svg = (name, attributes = {}, ...children) => fill(document.createElementNS('http://www.w3.org/2000/svg', name), attributes, children);
  const say = (text, ...values) => text.replace(/\{(\d)\}/g, (_, index) => String(values[Number(index)]));
  const number = (value, digits) => new Intl.NumberFormat(language, { maximumFractionDigits: digits }).format(value);
  const bytes = (value) => {
    const units = ['B', 'KB', 'MB', 'GB', 'TB'];
    let unit = 0;
    for (; value >= 1024 && unit < 4; unit += 1) value /= 1024;
    return `${number(value, unit < 2 || value >= 100 ? 0 : 1)} ${units[unit]}`;
  };
  const time = (value) => new Date(value).toLocaleString(language);
  const cut = (text, most) => {
    const letters = [...text];
    return letters.length > most ? `${letters.slice(0, most - 1).join('')}\u2026` : text;
  };
  const list = (items) => (items.length === 0 ? '\u2013' : items.join(', '));

  // One stop for Tab in each drawing; arrow keys, Home and End go on from there.
  const walk = (drawing, selector) => {
    const nodes = [...drawing.querySelectorAll(selector)];
    nodes.forEach((node, index) => node.setAttribute('tabindex', index === 0 ? '0' : '-1'));
    drawing.addEventListener('keydown', (event) => {
      const at = nodes.indexOf(document.activeElement);
      const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
      const to = event.key === 'Home' ? 0 : event.key === 'End' ? nodes.length - 1 : step === undefined ? undefined : at + step;
      if (at < 0 || to === undefined || nodes[to] === undefined) return;
      event.preventDefault();
      nodes[at].setAttribute('tabindex', '-1');
      nodes[to].setAttribute('tabindex', '0');
      nodes[to].focus();
    });
  };
  // A drawing that is made again keeps the focus where it was.
  const replace = (place, ...content) => {
    const key = place.contains(document.activeElement) ? document.activeElement.getAttribute('data-key') : null;
    place.replaceChildren(...content);
    if (key === null) return;
    const node = [...place.querySelectorAll('[data-key]')].find((one) => one.getAttribute('data-key') === key);
    if (node !== undefined) node.focus();
  };
  const describe = (place, rows) => place.replaceChildren(html('dl', {}, ...rows.flatMap(([name, value]) => [html('dt', {}, name), html('dd', {}, value)])));

  const stateText = (container) => {
    const health = container.health === null ? '' : `, ${container.health}`;
    return container.state === 'Exited' && container.exitCode !== null ? say(texts.exited, container.exitCode) : `${container.state}${health}`;
  };
  const containerFacts = (container) => [
    [texts.name, container.name], [texts.state, stateText(container)], [texts.image, container.image], ['Id', container.id],
    [texts.isolation, container.isolation], [texts.networks, list(container.networks)], [texts.address, container.ipAddress ?? '\u2013'],
    [texts.ports, list(container.ports)], [texts.restart, container.restartPolicy], [texts.made, time(container.createdAt)],
    [texts.labels, container.labels.length === 0 ? '\u2013' : container.labels.map(({ name, value }) => `${name}=${value}`).join('\n')],
  ];

  const drawGraph = (picture, details) => {
    const { containers, networks } = picture;
    if (containers.length === 0 && networks.length === 0) return html('p', { class: 'none' }, texts.noContainers);
    const drawing = svg('svg', { role: 'group', 'aria-label': texts.graph });
    const edges = svg('g', {});
    const nodes = svg('g', {});
    const links = [];
    const box = (key, kind, x, y, width, height, label, facts, ...content) => {
      const node = svg('g', { class: `node ${kind}`, role: 'img', 'aria-label': label, 'data-key': key, transform: `translate(${x} ${y})` },
        svg('title', {}, label), svg('rect', { class: 'box', width, height, rx: 8 }), ...content);
      const near = (on) => links.forEach((link) => {
        if (!link.ends.includes(key)) return;
        link.path.classList.toggle('near', on);
        for (const other of nodes.children) if (link.ends.includes(other.getAttribute('data-key'))) other.classList.toggle('near', on);
      });
      node.addEventListener('mouseenter', () => near(true));
      node.addEventListener('mouseleave', () => near(node === document.activeElement));
      node.addEventListener('focus', () => { near(true); describe(details, facts); });
      node.addEventListener('blur', () => near(false));
      node.addEventListener('click', () => node.focus());
      nodes.append(node);
    };
    const join = (from, to, x1, y1, x2, y2, isIdle) => {
      const half = (x1 + x2) / 2;
      const path = svg('path', { class: isIdle ? 'edge idle' : 'edge', d: `M${x1} ${y1}C${half} ${y1} ${half} ${y2} ${x2} ${y2}` });
      links.push({ ends: [from, to], path });
      edges.append(path);
    };
    const top = 30;
    const centre = new Map();
    let y = top;
    for (const container of containers) {
      const height = Math.max(54, container.ports.length * 34);
      centre.set(container.name, y + height / 2);
      const key = `container ${container.id}`;
      const isBad = container.state === 'Exited' && container.exitCode !== 0 || container.health === 'Unhealthy';
      box(key, `container state-${container.state}${isBad ? ' failed' : ''}`, 350, y, 280, height, `${container.name}: ${stateText(container)}, ${container.image}`, containerFacts(container),
        svg('circle', { class: 'sign', cx: 18, cy: 20, r: 5.5 }),
        svg('text', { class: 'name', x: 32, y: 24 }, cut(container.name, 27)),
        svg('text', { class: 'quiet', x: 32, y: 42 }, cut(`${stateText(container)} \u00b7 ${container.imageName}`, 34)));
      const isIdle = container.state !== 'Running';
      container.ports.forEach((port, index) => {
        const middle = y + height / 2 + (index - (container.ports.length - 1) / 2) * 34;
        const portKey = `port ${container.id} ${port}`;
        box(portKey, 'port', 0, middle - 14, 230, 28, `${texts.port} ${port}, ${container.name}`, [[texts.port, port], [texts.container, container.name]],
          svg('text', { x: 12, y: 19 }, cut(port, 31)));
        join(portKey, key, 230, middle, 350, y + height / 2, isIdle);
      });
      y += height + 14;
    }
    const users = (network) => containers.filter((container) => container.networks.includes(network.name));
    const placed = networks.map((network) => {
      const at = users(network).map((container) => centre.get(container.name));
      return { network, wish: at.length === 0 ? Infinity : at.reduce((sum, one) => sum + one, 0) / at.length - 27 };
    }).sort((a, b) => (a.wish === b.wish ? 0 : a.wish - b.wish));
    let free = top;
    for (const { network, wish } of placed) {
      const at = Math.max(free, wish === Infinity ? free : wish);
      const key = `network ${network.name}`;
      const subnets = network.subnets.join(', ');
      box(key, 'network', 770, at, 230, 54, `${texts.network} ${network.name}, ${network.driver}, ${subnets}`,
        [[texts.network, network.name], [texts.driver, network.driver], [texts.subnets, list(network.subnets)], [texts.containers, list(users(network).map(({ name }) => name))]],
        svg('text', { class: 'name', x: 14, y: 24 }, cut(network.name, 25)),
        svg('text', { class: 'quiet', x: 14, y: 42 }, cut([network.driver, subnets].filter(Boolean).join(' \u00b7 '), 33)));
      for (const container of users(network)) join(`container ${container.id}`, key, 630, centre.get(container.name), 770, at + 27, container.state !== 'Running');
      free = at + 68;
    }
    const heads = [[0, texts.ports], [350, texts.containers], [770, texts.networks]].map(([x, text]) => svg('text', { class: 'head', x, y: 14 }, text));
    drawing.setAttribute('viewBox', `-4 0 1008 ${Math.max(y, free) - 4}`);
    drawing.append(...heads, edges, nodes);
    walk(drawing, '.node');
    return drawing;
  };

  // Measurements of each container, oldest first.
  const history = new Map();
  const remember = (samples) => {
    for (const sample of samples) {
      const present = new Set(sample.map(({ id }) => id));
      for (const id of history.keys()) if (!present.has(id)) history.delete(id);
      for (const one of sample) {
        const known = history.get(one.id) ?? [];
        if (known.length === 0 || known[known.length - 1].time !== one.time) known.push(one);
        history.set(one.id, known.slice(-kept));
      }
    }
  };
  const rate = (measured, field) => measured.map((one, index) => {
    const before = measured[index - 1];
    if (before === undefined || one[field] === null || before[field] === null) return null;
    const seconds = (new Date(one.time) - new Date(before.time)) / 1000;
    return seconds > 0 ? Math.max(0, one[field] - before[field]) / seconds : null;
  });
  const lines = (label, least, ...series) => {
    const width = 150;
    const height = 34;
    const top = Math.max(least, ...series.flat().filter((value) => value !== null));
    const drawing = svg('svg', { class: 'lines', viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': label }, svg('line', { x1: 0, x2: width, y1: height - 1, y2: height - 1 }));
    series.forEach((values, which) => {
      const kind = which === 0 ? 'first' : 'second';
      const step = (width - 6) / Math.max(10, values.length - 1);
      const points = values.flatMap((value, index) => (value === null ? [] : [[width - 3 - (values.length - 1 - index) * step, height - 3 - (top === 0 ? 0 : value / top) * (height - 6)]]));
      if (points.length === 0) return;
      drawing.append(svg('path', { class: kind, d: points.map(([x, y], index) => `${index === 0 ? 'M' : 'L'}${x.toFixed(1)} ${y.toFixed(1)}`).join('') }));
      const [x, y] = points[points.length - 1];
      drawing.append(svg('circle', { class: kind, cx: x.toFixed(1), cy: y.toFixed(1), r: 2.4 }));
    });
    return drawing;
  };
  const last = (values) => values[values.length - 1] ?? null;
  const drawUse = (picture) => {
    const running = picture.containers.filter(({ id }) => history.has(id));
    if (running.length === 0) return html('p', { class: 'none' }, texts.nothingRuns);
    const cell = (figure, drawing) => html('td', {}, drawing, html('span', { class: 'figure' }, figure));
    const perSecond = (down, up, first, second) => (last(down) === null ? '\u2013' : `${first} ${bytes(last(down))}/s  ${second} ${bytes(last(up) ?? 0)}/s`);
    const rows = running.map((container) => {
      const measured = history.get(container.id);
      const now = last(measured);
      const cpu = measured.map(({ cpuPercent }) => cpuPercent);
      const memory = measured.map(({ memoryBytes }) => memoryBytes);
      const [received, sent, readBytes, written] = ['receivedBytes', 'sentBytes', 'readBytes', 'writtenBytes'].map((field) => rate(measured, field));
      const limit = now.memoryLimitBytes === null ? '' : ` / ${bytes(now.memoryLimitBytes)}`;
      return html('tr', {},
        html('td', { class: 'name' }, container.name),
        cell(now.cpuPercent === null ? '\u2013' : `${number(now.cpuPercent, 1)} %`, lines(`${texts.cpu}, ${container.name}`, 100, cpu)),
        cell(`${bytes(now.memoryBytes)}${limit}`, lines(`${texts.memory}, ${container.name}`, now.memoryLimitBytes ?? Math.max(...memory) * 1.25, memory)),
        cell(perSecond(received, sent, '\u2193', '\u2191'), lines(`${texts.network}, ${container.name}`, 1024, received, sent)),
        cell(perSecond(readBytes, written, '\u2193', '\u2191'), lines(`${texts.disk}, ${container.name}`, 1024, readBytes, written)),
        html('td', {}, html('span', { class: 'figure' }, number(now.processCount, 0))));
    });
    const heads = [texts.container, texts.cpu, texts.memory, `${texts.network} (${texts.receivedSent})`, `${texts.disk} (${texts.readWritten})`, texts.processes];
    return html('table', {}, html('thead', {}, html('tr', {}, ...heads.map((text) => html('th', { scope: 'col' }, text)))), html('tbody', {}, ...rows));
  };

  // Layers are a tree: what images have in common is one branch, drawn once over the rows of all that grow from it.
  const layerTree = (picture) => {
    const root = { children: new Map(), names: [] };
    for (const image of picture.images) {
      let at = root;
      for (const layer of picture.layers) {
        if (!layer.images.includes(image.reference)) continue;
        if (!at.children.has(layer.chainId)) at.children.set(layer.chainId, { layer, children: new Map(), names: [], images: [] });
        at = at.children.get(layer.chainId);
      }
      if (at !== root) at.images.push(image);
    }
    return root;
  };
  const layerBytes = (layer) => layer.sizeBytes ?? layer.storedBytes ?? 0;
  const drawImages = (picture, details) => {
    if (picture.images.length === 0) return [html('p', { class: 'none' }, texts.noImages)];
    const rows = [];
    const segments = [];
    const place = (node, from) => {
      const begin = rows.length;
      const to = from + layerBytes(node.layer);
      if (node.images.length > 0) rows.push({ images: node.images, total: to });
      for (const child of node.children.values()) place(child, to);
      segments.push({ layer: node.layer, from, to, begin, end: rows.length });
    };
    for (const node of layerTree(picture).children.values()) place(node, 0);
    const most = Math.max(1, ...rows.map(({ total }) => total));
    const left = 250;
    const scale = 600 / most;
    const row = 30;
    const drawing = svg('svg', { role: 'group', 'aria-label': texts.layers, viewBox: `-4 0 1008 ${rows.length * row + 4}` });
    rows.forEach(({ images, total }, index) => {
      const names = images.map(({ name }) => name).join(', ');
      drawing.append(
        svg('text', { class: 'name', x: 0, y: index * row + 19 }, svg('title', {}, names), cut(names, 31)),
        svg('text', { class: 'quiet', x: left + total * scale + 10, y: index * row + 19 }, `${bytes(total)}${images[0].containerCount > 0 ? ` \u00b7 ${say(texts.usedBy, images[0].containerCount)}` : ''}`));
    });
    segments.sort((a, b) => a.begin - b.begin || a.from - b.from).forEach(({ layer, from, to, begin, end }) => {
      const width = Math.max(1.5, (to - from) * scale);
      const height = (end - begin) * row - 4;
      const size = bytes(layerBytes(layer));
      const isShared = layer.images.length > 1;
      const facts = [[texts.layer, layer.chainId], [texts.size, layer.sizeBytes === null ? say(texts.packed, size) : size], [texts.images, list(layer.images)]];
      const node = svg('g', { class: `layer${isShared ? ' shared' : ''}${layer.sizeBytes === null ? ' packed' : ''}`, role: 'img', 'data-key': layer.chainId, 'aria-label': `${texts.layer} ${size}, ${list(layer.images)}` },
        svg('title', {}, `${size}\n${layer.images.join('\n')}`),
        svg('rect', { x: left + from * scale, y: begin * row, width, height, rx: Math.min(4, width / 3) }));
      if (width > 62) node.append(svg('text', { x: left + from * scale + 8, y: begin * row + height / 2 + 4 }, size));
      node.addEventListener('focus', () => describe(details, facts));
      node.addEventListener('click', () => node.focus());
      drawing.append(node);
    });
    walk(drawing, '.layer');
    return [drawing];
  };
  const layerSums = (picture) => {
    const needed = picture.layers.filter(({ images }) => images.length > 0);
    const sum = (layers, weigh) => layers.reduce((all, layer) => all + layerBytes(layer) * weigh(layer), 0);
    const orphaned = sum(picture.layers.filter(({ images }) => images.length === 0), () => 1);
    return say(texts.layerSums, bytes(sum(needed, () => 1)), bytes(sum(needed, ({ images }) => images.length))) + (orphaned > 0 ? ` ${say(texts.orphaned, bytes(orphaned))}` : '');
  };

  const title = html('h1', {});
  const facts = html('p', { id: 'facts' });
  const status = html('div', { class: 'status', role: 'status', id: 'status' });
  const graph = html('div', { class: 'frame', id: 'graph' });
  const graphDetails = html('div', { class: 'details', 'aria-live': 'polite', id: 'graph-details' }, html('p', { class: 'none' }, texts.choose));
  const use = html('div', { class: 'frame', id: 'use' });
  const sums = html('p', { id: 'sums' });
  const images = html('div', { class: 'frame', id: 'images' });
  const imageDetails = html('div', { class: 'details', 'aria-live': 'polite', id: 'image-details' }, html('p', { class: 'none' }, texts.choose));
  page.append(
    html('header', {}, title, facts, status),
    html('section', {}, html('h2', {}, texts.graph), graph, graphDetails),
    html('section', {}, html('h2', {}, texts.use), use),
    html('section', {}, html('h2', {}, texts.layers), sums,
      html('p', {}, html('span', { class: 'key shared' }, html('i'), texts.shared), html('span', { class: 'key' }, html('i'), texts.own)), images, imageDetails));

  const drawn = { graph: '', images: '' };
  const show = (picture) => {
    const { host } = picture;
    document.title = `Silo \u2013 ${host.name}`;
    title.textContent = host.name;
    facts.textContent = [`${host.operatingSystem} ${host.osVersion}`, host.architecture, say(texts.processors, host.cpuCount), bytes(host.memoryBytes), `Silo ${host.engineVersion}`].join(' \u00b7 ');
    remember(picture.samples);
    // What has not changed stays, with the focus and what a screen reader was reading.
    const seen = { graph: JSON.stringify([picture.containers, picture.networks]), images: JSON.stringify([picture.images, picture.layers]) };
    if (seen.graph !== drawn.graph) replace(graph, drawGraph(picture, graphDetails));
    if (seen.images !== drawn.images) {
      replace(images, ...drawImages(picture, imageDetails));
      sums.textContent = picture.layers.length === 0 ? '' : layerSums(picture);
    }
    Object.assign(drawn, seen);
    replace(use, drawUse(picture));
  };
  const tell = (kind, text) => {
    status.className = `status ${kind}`;
    if (status.textContent !== text) status.textContent = text;
  };

  show(first);
  if (first.intervalSeconds === null) {
    tell('', say(texts.moment, time(first.takenAt)));
    return;
  }
  tell('live', say(texts.live, number(first.intervalSeconds, 1)));
  let failures = 0;
  const next = async () => {
    try {
      const answer = await fetch('state.json', { cache: 'no-store' });
      if (!answer.ok) throw new Error(String(answer.status));
      const picture = await answer.json();
      failures = 0;
      show(picture);
      tell('live', say(texts.live, number(first.intervalSeconds, 1)));
    } catch {
      failures += 1;
      tell('lost', texts.lost);
    }
    if (failures < 10) setTimeout(next, first.intervalSeconds * 1000);
  };
  setTimeout(next, first.intervalSeconds * 1000);
})();
