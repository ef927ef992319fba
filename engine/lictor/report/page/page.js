"use strict";
(() => {
  const AT_ONCE = 50; // samples shown before the reader asks for more
  const ALL_OPEN = 8; // values of a facet that are shown without opening it
  const LONG = 240; // characters between evidence; longer stretches are folded
  const KEPT = 90; // of them at either end
  const HIDDEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/u;
  const JOINED = /[\p{Extended_Pictographic}\u{1f3fb}-\u{1f3ff}\ufe0f]/u;
  const data = JSON.parse(document.getElementById("data").textContent);
  const number = new Intl.NumberFormat(document.documentElement.lang);

  function say(word, values = {}) {
    return data.words[word].replace(/\{(\w+)\}/g, (_, name) => values[name]);
  }

  function make(tag, attributes = {}, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (value !== null && value !== false) element.setAttribute(name, value === true ? "" : value);
    }
    element.append(...children);
    return element;
  }

  const isHan = (text) => /\p{Script=Han}/u.test(text) && !/[\p{Script=Hiragana}\p{Script=Katakana}]/u.test(text);

  // Words in another language than the page's are spoken, and drawn, as what they are.
  function langOf(text) {
    const zh = isHan(text);
    const page = document.documentElement.lang.startsWith("zh");
    return zh === page ? null : zh ? "zh-Hans" : null;
  }

  // ---- somebody's words: nothing in them hides or turns what stands round them

  function visible(text) {
    const parts = [];
    let plain = "";
    let before = "";
    for (const char of text) {
      const shows = char === "\n" || char === "\t" || !HIDDEN.test(char) || (char === "\u200d" && JOINED.test(before));
      if (shows) {
        plain += char;
      } else {
        const code = char.codePointAt(0).toString(16).toUpperCase().padStart(4, "0");
        parts.push(plain, make("span", { class: "control" }, `U+${code}`));
        plain = "";
      }
      before = char;
    }
    return [...parts, plain].filter((part) => part !== "");
  }

  const folded = (text) => text.normalize("NFKC").replace(/\p{Cf}/gu, "").toLowerCase();

  // ---- one sample

  // What was found, numbered as it comes: a stretch that several lists hold as the same term is one thing.
  function evidenceOf(chars, spans, whats) {
    const numbered = new Map();
    for (const [start, end, what] of [...spans].sort((a, b) => a[0] - b[0] || a[1] - b[1])) {
      const stretch = chars.slice(start, end).join("");
      const [term, lexicon, disguises] = whats[what];
      const key = JSON.stringify([stretch, term, disguises]);
      if (!numbered.has(key)) {
        numbered.set(key, { number: numbered.size + 1, stretch, term, disguises, lexicons: new Set(), places: [] });
      }
      const one = numbered.get(key);
      if (lexicon) one.lexicons.add(lexicon);
      one.places.push([start, end]);
    }
    return [...numbered.values()];
  }

  function markedText(chars, evidence) {
    const edges = new Set([0, chars.length]);
    for (const { places } of evidence) for (const [start, end] of places) edges.add(start).add(end);
    const cuts = [...edges].sort((a, b) => a - b);
    const parts = [];
    for (let at = 0; at + 1 < cuts.length; at += 1) {
      const [start, end] = [cuts[at], cuts[at + 1]];
      const covering = evidence.filter(({ places }) => places.some(([from, to]) => from <= start && end <= to));
      if (covering.length === 0) {
        parts.push(...foldedAway(chars.slice(start, end)));
        continue;
      }
      parts.push(make("mark", {}, ...visible(chars.slice(start, end).join(""))));
      const ending = covering.filter(({ places }) => places.some(([from, to]) => to === end && from <= start));
      for (const one of ending) {
        const told = make("span", { class: "unseen" }, ` (${say("evidence_mark", { n: one.number })}) `);
        parts.push(make("sup", { "aria-hidden": "true" }, String(one.number)), told);
      }
    }
    return parts;
  }

  function foldedAway(chars) {
    if (chars.length <= LONG) return visible(chars.join(""));
    const hidden = make("span", { class: "elided", hidden: true }, ...visible(chars.slice(KEPT, -KEPT).join("")));
    const told = say("elided", { n: number.format(chars.length - 2 * KEPT) });
    const button = make("button", { type: "button", class: "cut" }, `… ${told} …`);
    button.addEventListener("click", () => {
      hidden.hidden = false;
      hidden.tabIndex = -1;
      hidden.focus();
      button.remove();
    });
    const [first, last] = [chars.slice(0, KEPT), chars.slice(-KEPT)];
    return [...visible(first.join("")), button, hidden, ...visible(last.join(""))];
  }

  function evidenceLine({ number: value, stretch, term, disguises, lexicons }) {
    const how = disguises.length ? disguises.join(say("comma")) : say("as_written");
    const line = make("li", { value: String(value) });
    if (stretch !== term) line.append(make("bdi", { lang: langOf(stretch) }, "“", ...visible(stretch), "”"), " → ");
    line.append(make("b", { lang: langOf(term) }, make("bdi", {}, ...visible(term))));
    if (lexicons.size) {
      const lexicon = [...lexicons].join(say("comma"));
      line.append(...visible(say(lexicons.size === 1 ? "in_lexicon" : "in_lexicons", { lexicon })));
    }
    line.append(say("colon") + how);
    return line;
  }

  function card(row, list, place) {
    const chars = Array.from(row.text);
    const evidence = evidenceOf(chars, row.spans, list.whats);
    const facts = make("ul", { class: "facts" });
    if (row.id) facts.append(make("li", {}, make("b", {}, ...visible(row.id))));
    list.facets.forEach((facet, at) => {
      const value = facet.values[row.facets[at]];
      if (value) facts.append(make("li", {}, facet.name + say("colon"), make("b", { lang: langOf(value) }, ...visible(value))));
    });
    if (row.score) facts.append(make("li", {}, say("score") + say("colon"), make("b", {}, number.format(row.score))));
    const text = make("p", { class: "text", dir: "auto", lang: langOf(row.text) }, ...markedText(chars, evidence));
    const article = make("article", { "aria-label": say("sample", { n: place }), tabindex: "-1" }, facts, text);
    if (evidence.length) {
      const lines = make("ol", { class: "evidence", "aria-label": say("evidence") }, ...evidence.map(evidenceLine));
      article.append(lines);
    }
    if (row.notes.length) {
      const notes = row.notes.map((note) => make("li", { lang: langOf(note) }, ...visible(note)));
      article.append(make("ul", { class: "notes" }, ...notes));
    }
    return make("li", {}, article);
  }

  // ---- a list of samples: search, filter, order, and some at a time

  function board(host, list, name) {
    const rows = list.rows.map(([id, text, spans, facets, notes, score]) => ({ id, text, spans, facets, notes, score }));
    if (rows.length === 0) {
      host.append(make("p", { class: "empty" }, say("no_samples")));
      if (list.left) host.append(make("p", { class: "left" }, list.left));
      return () => {};
    }
    const chosen = list.facets.map(() => new Set());
    const counts = list.facets.map((facet) => facet.values.map(() => null));
    const search = make("input", { type: "search", id: `${name}-q`, autocomplete: "off", "aria-describedby": `${name}-hint` });
    const sort = make("select", { id: `${name}-sort` }, ...["given", "score", "short"]
      .filter((one) => one !== "score" || rows.some((row) => row.score))
      .map((one) => make("option", { value: one }, say(`sort_${one}`))));
    const clear = make("button", { type: "button" }, say("clear"));
    const status = make("p", { class: "status", role: "status" });
    const shownList = make("ol", { class: "list" });
    const more = make("button", { type: "button", class: "more" });
    const form = make("form", { class: "filters", role: "search", "aria-label": say("filters", { title: list.title }) },
      make("label", { for: search.id }, say("search")), search,
      make("p", { class: "hint", id: `${name}-hint` }, say("search_hint")),
      make("label", { for: sort.id }, say("sort")), sort,
      ...list.facets.map(facetBox), clear);
    host.append(make("div", { class: "board" }, form, make("div", {}, status, shownList, more)));
    if (list.left) host.append(make("p", { class: "left" }, list.left));
    let found = rows;
    let shown = 0;
    let waiting = 0;

    function facetBox(facet, at) {
      const order = facet.values.map((_, value) => value);
      const uses = order.map((value) => rows.filter((row) => row.facets[at] === value).length);
      order.sort((a, b) => uses[b] - uses[a] || facet.values[a].localeCompare(facet.values[b]));
      const told = make("span", { class: "chosen" });
      const values = order.map((value) => {
        const box = make("input", { type: "checkbox" });
        const count = make("span", { class: "count" });
        const words = visible(facet.values[value] || "–");
        const label = make("label", {}, box, make("span", { lang: langOf(facet.values[value]) }, ...words), count);
        counts[at][value] = { count, label, box };
        box.addEventListener("change", () => {
          if (box.checked) chosen[at].add(value);
          else chosen[at].delete(value);
          told.textContent = chosen[at].size ? ` (${say("chosen", { n: chosen[at].size })})` : "";
          update();
        });
        return label;
      });
      facet.told = told;
      return make("details", { class: "facet", open: order.length <= ALL_OPEN },
        make("summary", {}, facet.name, told),
        make("div", { class: "values", role: "group", "aria-label": facet.name }, ...values));
    }

    function haystack(row) {
      row.hay ??= folded([row.id, row.text, ...row.notes,
        ...row.spans.flatMap(([, , what]) => list.whats[what].flat()),
        ...list.facets.map((facet, at) => facet.values[row.facets[at]])].join("\n"));
      return row.hay;
    }

    function update() {
      const wanted = folded(search.value).split(/\s+/u).filter(Boolean);
      const misses = (row) => list.facets.flatMap((_, at) =>
        (chosen[at].size && !chosen[at].has(row.facets[at]) ? [at] : []));
      const totals = list.facets.map((facet) => facet.values.map(() => 0));
      found = [];
      for (const row of rows) {
        if (!wanted.every((word) => haystack(row).includes(word))) continue;
        const missed = misses(row);
        if (missed.length === 0) found.push(row);
        // A value's count is what choosing it would show: its own facet's choice does not count against it.
        list.facets.forEach((_, at) => {
          if (missed.every((one) => one === at)) totals[at][row.facets[at]] += 1;
        });
      }
      totals.forEach((values, at) => values.forEach((total, value) => {
        const { count, label } = counts[at][value];
        count.textContent = number.format(total);
        label.classList.toggle("none", total === 0);
      }));
      if (sort.value === "score") found.sort((a, b) => b.score - a.score);
      if (sort.value === "short") found.sort((a, b) => a.text.length - b.text.length);
      status.textContent = found.length
        ? say("found", { found: number.format(found.length), all: number.format(rows.length) })
        : say("found_none");
      shownList.replaceChildren();
      shown = 0;
      show(AT_ONCE);
    }

    function show(many) {
      const next = found.slice(shown, shown + many).map((row, at) => card(row, list, shown + at + 1));
      shownList.append(...next);
      shown += next.length;
      more.hidden = shown === found.length;
      more.textContent = say("more", { n: number.format(Math.min(AT_ONCE, found.length - shown)) });
      return next;
    }

    more.addEventListener("click", () => show(AT_ONCE)[0]?.querySelector("article").focus());
    search.addEventListener("input", () => {
      clearTimeout(waiting);
      waiting = setTimeout(update, 120); // one announcement when the reader pauses, not one a key
    });
    sort.addEventListener("change", update);
    form.addEventListener("submit", (event) => event.preventDefault());
    clear.addEventListener("click", () => {
      search.value = "";
      chosen.forEach((values) => values.clear());
      counts.flat().forEach(({ box }) => { box.checked = false; });
      list.facets.forEach(({ told }) => { told.textContent = ""; });
      update();
      search.focus();
    });
    update();
    return () => show(found.length);
  }

  // ---- tables that sort

  function sortable(table) {
    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((head, at) => {
      const button = make("button", { type: "button" });
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const down = head.getAttribute("aria-sort") === "ascending";
        heads.forEach((one) => one.removeAttribute("aria-sort"));
        head.setAttribute("aria-sort", down ? "descending" : "ascending");
        const rows = [...table.tBodies[0].rows];
        rows.sort((a, b) => order(a.cells[at], b.cells[at], down ? -1 : 1));
        table.tBodies[0].append(...rows);
      });
    });
  }

  function order(a, b, way) {
    const empty = (a.textContent === "") - (b.textContent === "");
    if (empty) return empty; // what is missing stands last either way
    if (a.dataset.n !== undefined && b.dataset.n !== undefined) return way * (a.dataset.n - b.dataset.n);
    return way * a.textContent.localeCompare(b.textContent, document.documentElement.lang, { numeric: true });
  }

  // ---- what a mark of a plot stands for, under the pointer; the table beneath has it for everyone

  function tips() {
    const tip = make("div", { id: "tip", hidden: true, "aria-hidden": "true" });
    document.body.append(tip);
    document.addEventListener("pointermove", (event) => {
      const mark = event.target.closest?.(".plot [role='graphics-symbol'][aria-label]");
      tip.hidden = !mark || mark.matches("[aria-roledescription='axis'], [aria-roledescription='legend']");
      if (tip.hidden) return;
      tip.textContent = mark.getAttribute("aria-label").replaceAll("; ", "\n");
      const { width, height } = tip.getBoundingClientRect();
      tip.style.left = `${Math.max(4, Math.min(event.clientX + 14, innerWidth - width - 4))}px`;
      tip.style.top = `${Math.max(4, event.clientY - height - 10)}px`;
    });
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape") tip.hidden = true;
    });
  }

  document.querySelectorAll("[data-scripted]").forEach((element) => { element.hidden = false; });
  document.getElementById("theme").addEventListener("change", (event) => {
    if (event.target.value === "auto") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = event.target.value;
  });
  document.getElementById("print").addEventListener("click", () => print());
  document.querySelectorAll("table").forEach(sortable);
  const boards = [...document.querySelectorAll("[data-samples]")].map((host) =>
    board(host, data.samples[host.dataset.samples], `samples-${host.dataset.samples}`));
  addEventListener("beforeprint", () => boards.forEach((showAll) => showAll()));
  tips();
})();
