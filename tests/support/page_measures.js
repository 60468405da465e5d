// What a page looks like, in numbers: each function returns what is wrong, at most ten of it.
"use strict";

function findOverflow() {
  const found = [], wide = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth > wide) found.push("the page");
  for (const element of document.querySelectorAll("main *")) {
    const style = getComputedStyle(element), box = element.getBoundingClientRect();
    if (!box.width || style.display === "inline") continue;
    const named = element.tagName + "." + element.className + " " + element.textContent.slice(0, 40);
    if (box.right > wide + 1 || box.left < -1) found.push("outside: " + named);
    const mayCut = style.textOverflow === "ellipsis", scrolls = element.matches(".scroll");
    if (!mayCut && element.scrollWidth > element.clientWidth + 1) found.push("wider: " + named);
    if (!scrolls && element.scrollHeight > element.clientHeight + 2) found.push("higher: " + named);
  }
  return found.slice(0, 10);
}

function findWrongCells() {
  const map = document.querySelector("#map").getBoundingClientRect(), found = [];
  const cells = [...document.querySelectorAll("#map > div")];
  for (const cell of cells) {
    const box = cell.getBoundingClientRect();
    const isOut = box.right > map.right + 0.5 || box.bottom > map.bottom + 0.5;
    const isGrown = Math.abs(box.width - parseFloat(cell.style.width)) > 0.5;
    const isHigher = cell.scrollHeight > cell.clientHeight;
    if (isOut || isGrown || isHigher) found.push(cell.textContent + " " + box.width);
  }
  return [cells.length, found.slice(0, 10)];
}

// A text node is what is between two places where a name may break: it has one line.
function findBrokenNames() {
  const found = [];
  for (const name of document.querySelectorAll("h1, nav button, td.name, td.name button, code")) {
    for (const part of name.childNodes) {
      if (part.nodeType !== Node.TEXT_NODE) continue;
      const range = document.createRange();
      range.selectNodeContents(part);
      if (range.getClientRects().length > 1) found.push(part.textContent);
    }
  }
  return found.slice(0, 10);
}

function readColour(text) {
  const [r, g, b, a] = text.match(/[\d.]+/g).map(Number);
  return [r, g, b, a ?? 1];
}

function measureLight(colour) {
  const parts = colour.slice(0, 3).map((part) => part / 255);
  const [r, g, b] = parts.map((p) => (p <= 0.04045 ? p / 12.92 : ((p + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function findBackground(element) {
  for (let at = element; at; at = at.parentElement) {
    const colour = readColour(getComputedStyle(at).backgroundColor);
    if (colour[3] === 1) return colour;
  }
  return [255, 255, 255, 1];
}

function findFaintText() {
  const found = [];
  for (const element of document.querySelectorAll("body *")) {
    const hasText = [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent.trim());
    if (!element.getBoundingClientRect().width) continue;
    const styles = hasText ? [getComputedStyle(element)] : [];
    if (element.placeholder) styles.push(getComputedStyle(element, "::placeholder"));
    for (const style of styles) {
      const light = [measureLight(readColour(style.color)), measureLight(findBackground(element))];
      const [low, high] = light.sort((a, b) => a - b), ratio = (high + 0.05) / (low + 0.05);
      if (ratio < 4.5) found.push(ratio.toFixed(2) + " " + element.tagName + " " + element.textContent.slice(0, 30));
    }
  }
  return found.slice(0, 10);
}

function nameFocused() {
  const at = document.activeElement;
  return at.closest("#map") ? "map" : at.id || at.textContent || at.tagName;
}
