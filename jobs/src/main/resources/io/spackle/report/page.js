"use strict";
// Texts of rows reach the page by textContent only, so none of them is ever read as HTML.
(() => {
  const PANELS = 3;
  const cards = JSON.parse(document.getElementById("data").textContent);
  const at = (id) => document.getElementById(id);
  const element = (name, text, className) => {
    const made = document.createElement(name);
    if (text !== undefined) made.textContent = text;
    if (className) made.className = className;
    return made;
  };
  const outcome = (card) => card.code ?? "success";
  const searchable = (card) =>
    [card.id, card.prompt, card.negativePrompt, card.message].filter(Boolean).join("\n").toLowerCase();

  let chosen = null;
  let shown = null;

  const tiles = cards.map((card, index) => {
    const tile = element("button", undefined, "card");
    tile.type = "button";
    if (card.preview) {
      const picture = element("img");
      picture.src = card.preview;
      picture.loading = "lazy";
      picture.alt = "before, mask and after of " + card.id;
      tile.append(picture);
    }
    tile.append(element("b", card.id));
    if (card.code) tile.append(element("span", card.code, "code"));
    tile.append(element("span", card.message ?? card.prompt ?? ""));
    tile.addEventListener("click", () => open(index));
    return { tile, text: searchable(card), outcome: outcome(card) };
  });

  function filter() {
    const wanted = at("search").value.trim().toLowerCase();
    let visible = 0;
    for (const { tile, text, outcome } of tiles) {
      const fits = (!chosen || chosen === outcome) && text.includes(wanted);
      tile.hidden = !fits;
      tile.style.display = fits ? "" : "none";
      visible += fits ? 1 : 0;
    }
    at("count").textContent = visible + " of " + tiles.length;
  }

  function addFilters() {
    const counts = new Map();
    for (const { outcome } of tiles) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
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
    add("error", card.code && card.code + " in " + card.stage);
    add("message", card.message);
    add("prompt", card.prompt);
    add("negative prompt", card.negativePrompt);
    add("size", card.width && card.width + " × " + card.height);
    add("seed", card.seed?.toString());
    add("steps", card.steps?.toString());
    add("guidance", card.guidance?.toString());
    add("strength", card.strength?.toString());
    add("scheduler", card.scheduler);
    add("engine", card.seconds?.toFixed(2).concat(" s"));
    add("notes", card.notes?.join(", "));
    if (card.href) {
      const link = element("a", "full size");
      link.href = card.href;
      add("image", link);
    }
  }

  const picture = new Image();
  picture.addEventListener("load", draw);

  function draw() {
    const width = picture.naturalWidth / PANELS;
    const height = picture.naturalHeight;
    const canvas = at("canvas");
    canvas.width = width;
    canvas.height = height;
    const context = canvas.getContext("2d");
    const edge = Math.round((width * at("slider").value) / 100);
    const before = at("mask").checked ? 1 : 0;
    context.drawImage(picture, before * width, 0, width, height, 0, 0, width, height);
    if (edge < width)
      context.drawImage(picture, 2 * width + edge, 0, width - edge, height, edge, 0, width - edge, height);
    context.fillStyle = "#2a7de1";
    context.fillRect(edge - 1, 0, 2, height);
  }

  function open(index) {
    shown = index;
    const card = cards[index];
    facts(card);
    at("compare").hidden = !card.preview;
    if (card.preview) picture.src = card.preview;
    if (!at("detail").open) at("detail").showModal();
  }

  const visible = () => tiles.filter(({ tile }) => !tile.hidden);

  /** The neighbour of a row among those that the filters let through. */
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
    if (event.target instanceof HTMLInputElement) {
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
  at("slider").addEventListener("input", draw);
  at("mask").addEventListener("change", draw);
  at("close").addEventListener("click", () => at("detail").close());
  at("detail").addEventListener("close", () => tiles[shown]?.tile.focus());
  at("cards").append(...tiles.map(({ tile }) => tile));
  addFilters();
  filter();
  // A link to index.html#id opens that row, so that people can point each other at it.
  const named = cards.findIndex((card) => "#" + encodeURIComponent(card.id) === location.hash);
  if (named >= 0) open(named);
})();
