"use strict";
// Strings of rows are set through textContent only, so they are never parsed as HTML.
(() => {
  const PANELS = 3;
  const LOW = "QUALITY_LOW";
  const cards = JSON.parse(document.getElementById("data").textContent);
  const at = (id) => document.getElementById(id);
  const element = (name, text, className) => {
    const created = document.createElement(name);
    if (text !== undefined) created.textContent = text;
    if (className) created.className = className;
    return created;
  };
  // The measures of quality by name: the worst image first where a higher or lower value is worse.
  const MEASURES = {
    seam: { worst: "high", value: (quality) => quality.seam },
    sharpness: { worst: "low", value: (quality) => quality.sharpness },
    exposure: { worst: "high", value: (quality) => quality.exposure && Math.abs(quality.exposure) },
    colour: { worst: "high", value: (quality) => quality.colour },
    score: { worst: "low", value: (quality) => quality.score },
    regenerated: { worst: "low", value: (quality) => quality.regenerated },
    tries: { worst: "high", value: (quality) => quality.tries },
  };
  const measure = (card, name) => (card.quality && name ? MEASURES[name].value(card.quality) : undefined);
  const outcome = (card) => card.failure?.code ?? "success";
  const searchable = (card) =>
    [card.id, card.parameters.prompt, card.parameters.negativePrompt, card.failure?.message]
      .filter(Boolean)
      .join("\n")
      .toLowerCase();

  let chosen = null;
  let shown = null;

  const tiles = cards.map((card, index) => {
    const tile = element("button", undefined, "card");
    tile.type = "button";
    if (card.output.pictures) {
      const image = element("img");
      image.src = card.output.pictures.preview;
      image.loading = "lazy";
      image.alt = "before, mask and after of " + card.id;
      tile.append(image);
    }
    tile.append(element("b", card.id));
    if (card.failure) tile.append(element("span", card.failure.code, "code"));
    tile.append(element("span", card.failure?.message ?? card.parameters.prompt ?? ""));
    tile.addEventListener("click", () => open(index));
    return { card, tile, text: searchable(card), outcome: outcome(card), low: card.notes?.includes(LOW) };
  });
  const ordered = [...tiles];

  function filter() {
    const query = at("search").value.trim().toLowerCase();
    let visible = 0;
    for (const { card, tile, text, outcome, low } of tiles) {
      const isChosen = !chosen || chosen === outcome || (chosen === LOW && low);
      const matches = isChosen && text.includes(query) && isWithinLimit(card);
      tile.hidden = !matches;
      tile.style.display = matches ? "" : "none";
      visible += matches ? 1 : 0;
    }
    at("count").textContent = visible + " of " + tiles.length;
  }

  /** Whether a row is on the chosen side of the limit; without a limit every row is. */
  function isWithinLimit(card) {
    const name = at("sort").value;
    if (!name || at("limit").value === "") return true;
    const value = measure(card, name);
    const limit = Number(at("limit").value);
    return value !== undefined && value !== null && (at("side").value === "above" ? value > limit : value < limit);
  }

  /** Orders the rows: the worst first, those without the measure last. */
  function sort() {
    const name = at("sort").value;
    at("limiting").hidden = !name;
    const sign = name && MEASURES[name].worst === "high" ? -1 : 1;
    ordered.splice(0, ordered.length, ...tiles);
    if (name)
      ordered.sort((one, other) => {
        const left = measure(one.card, name) ?? null;
        const right = measure(other.card, name) ?? null;
        if (left === null || right === null) return (left === null) - (right === null);
        return sign * (left - right);
      });
    at("cards").append(...ordered.map(({ tile }) => tile));
    filter();
  }

  function addMeasures() {
    for (const name of Object.keys(MEASURES)) {
      if (!cards.some((card) => (measure(card, name) ?? null) !== null)) continue;
      const option = element("option", name);
      option.value = name;
      at("sort").append(option);
      at("sorting").hidden = false;
    }
  }

  function addFilters() {
    const counts = new Map();
    const count = (name) => counts.set(name, (counts.get(name) ?? 0) + 1);
    for (const { outcome, low } of tiles) {
      count(outcome);
      if (low) count(LOW);
    }
    for (const [name, count] of counts) {
      const button = element("button", name + " " + count);
      button.type = "button";
      button.setAttribute("aria-pressed", "false");
      button.addEventListener("click", () => {
        chosen = chosen === name ? null : name;
        for (const other of at("codes").children)
          other.setAttribute("aria-pressed", String(other === button && chosen !== null));
        filter();
      });
      at("codes").append(button);
    }
  }

  function facts(card) {
    const list = at("facts");
    list.replaceChildren();
    const add = (name, value) => {
      if (value === undefined || value === null || value === "") return;
      const item = element("dd");
      item.append(value);
      list.append(element("dt", name), item);
    };
    add("id", card.id);
    const { failure, parameters, output } = card;
    add("error", failure && failure.code + " in " + failure.stage);
    add("message", failure?.message);
    add("prompt", parameters.prompt);
    add("negative prompt", parameters.negativePrompt);
    add("size", output.width && output.width + " × " + output.height);
    add("seed", parameters.seed?.toString());
    add("steps", parameters.steps?.toString());
    add("guidance", parameters.guidance);
    add("strength", parameters.strength?.toString());
    add("scheduler", parameters.scheduler);
    add("engine", card.seconds?.toFixed(2).concat(" s"));
    for (const name of Object.keys(card.quality ?? {})) add(name, String(Number(card.quality[name].toPrecision(4))));
    add("notes", card.notes?.join(", "));
    if (output.href) {
      const link = element("a", "full size");
      link.href = output.href;
      add("image", link);
    }
  }

  const triptych = new Image();
  triptych.addEventListener("load", draw);

  function draw() {
    const width = triptych.naturalWidth / PANELS;
    const height = triptych.naturalHeight;
    const canvas = at("canvas");
    canvas.width = width;
    canvas.height = height;
    const context = canvas.getContext("2d");
    const edge = Math.round((width * at("slider").value) / 100);
    const before = at("mask").checked ? 1 : 0;
    context.drawImage(triptych, before * width, 0, width, height, 0, 0, width, height);
    if (edge < width)
      context.drawImage(triptych, 2 * width + edge, 0, width - edge, height, edge, 0, width - edge, height);
    context.fillStyle = "#2a7de1";
    context.fillRect(edge - 1, 0, 2, height);
  }

  function open(index) {
    shown = index;
    const card = cards[index];
    facts(card);
    const pictures = card.output.pictures;
    at("compare").hidden = !pictures;
    if (pictures) triptych.src = pictures.preview;
    at("reference").hidden = !pictures?.reference;
    if (pictures?.reference) at("reference").src = pictures.reference;
    if (!at("detail").open) at("detail").showModal();
  }

  const visible = () => ordered.filter(({ tile }) => !tile.hidden);

  /** The neighbour of a row among the visible ones. */
  function neighbour(index, step) {
    const list = visible();
    const place = list.indexOf(tiles[index]);
    return list[Math.max(0, Math.min(list.length - 1, place + step))];
  }

  function move(step) {
    if (at("detail").open) {
      const next = neighbour(shown, step);
      if (next) open(tiles.indexOf(next));
      return;
    }
    const focused = tiles.findIndex(({ tile }) => tile === document.activeElement);
    const next = focused < 0 ? visible()[0] : neighbour(focused, step);
    next?.tile.focus();
  }

  document.addEventListener("keydown", (event) => {
    if (event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    if (event.key === "/") at("search").focus();
    else if (event.key === "ArrowRight") move(1);
    else if (event.key === "ArrowLeft") move(-1);
    else return;
    event.preventDefault();
  });
  at("search").addEventListener("input", filter);
  at("sort").addEventListener("change", sort);
  at("side").addEventListener("change", filter);
  at("limit").addEventListener("input", filter);
  at("slider").addEventListener("input", draw);
  at("mask").addEventListener("change", draw);
  at("close").addEventListener("click", () => at("detail").close());
  at("detail").addEventListener("close", () => tiles[shown]?.tile.focus());
  addMeasures();
  addFilters();
  sort();
  // A link to index.html#id opens that row.
  const linked = cards.findIndex((card) => "#" + encodeURIComponent(card.id) === location.hash);
  if (linked >= 0) open(linked);
})();
