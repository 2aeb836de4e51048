// Elements of the page. What a peer or a program says is always set as text.

export const byId = (id) => document.getElementById(id);

export function element(name, attributes, ...content) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes || {})) {
    if (key === 'class') {
      made.className = value;
    } else if (key.startsWith('on')) {
      made.addEventListener(key.slice(2), value);
    } else if (value !== undefined && value !== false) {
      made.setAttribute(key, value === true ? '' : value);
    }
  }
  made.append(...content.flat().filter((part) => part !== null && part !== undefined));
  return made;
}

// What an object has under a name that comes from a recording, which may be any text.
export const named = (object, name) => Object.hasOwn(object, name) ? object[name] : undefined;

export function setText(place, text) {
  if (place.textContent !== text) {
    place.textContent = text;
  }
}

// Text in which `code` is marked by backquotes.
export function prose(text) {
  return text.split('`').map((part, i) => i % 2 ? element('code', {}, part) : part);
}
