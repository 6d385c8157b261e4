/* What a page does beyond its HTML: the contents say where the reader is, references are copied at a touch.
   All of the text, its notes and its contents work without this. */
(() => {
  "use strict";
  const all = (where, what) => [...where.querySelectorAll(what)];

  const contents = document.getElementById("_contents");
  if (contents) {
    const links = all(contents, "a[href^='#']");
    const places = links.map((link) => document.getElementById(decodeURIComponent(link.hash.slice(1))));
    let asked = 0;
    const follow = () => {
      asked = 0;
      /* Where a link leads to stops a little above this line. */
      const line = parseFloat(getComputedStyle(document.documentElement).scrollPaddingTop) + 12;
      let here = -1;
      places.forEach((place, at) => { if (place && place.getBoundingClientRect().top <= line) here = at; });
      /* What stands at the end cannot come so far up: there it is what was asked for, or the last. */
      if (innerHeight + scrollY >= document.documentElement.scrollHeight - 2) {
        const wanted = links.findIndex((link) => link.hash === location.hash);
        const seen = wanted >= 0 && places[wanted].getBoundingClientRect().top >= 0;
        here = seen && wanted > here ? wanted : links.length - 1;
      }
      links.forEach((link, at) => {
        if (at !== here) return link.removeAttribute("aria-current");
        if (link.hasAttribute("aria-current")) return undefined;
        link.setAttribute("aria-current", "location");
        /* Only inside the list: the page itself stays where its reader put it. */
        const box = contents.getBoundingClientRect(), own = link.getBoundingClientRect();
        if (own.top < box.top || own.bottom > box.bottom) contents.scrollTop += own.top - box.top - box.height / 3;
        return undefined;
      });
    };
    const soon = () => { asked = asked || requestAnimationFrame(follow); };
    addEventListener("scroll", soon, { passive: true });
    addEventListener("resize", soon);
    follow();
    contents.addEventListener("click", (event) => {
      if (event.target.closest("a") && contents.matches(":popover-open")) contents.hidePopover();
    });
  }

  /* A browser that knows no popover leads to the note, at the end of the page. */
  if (!("popover" in HTMLElement.prototype)) {
    for (const call of all(document, ".note-call")) {
      call.addEventListener("click", () => { location.hash = call.getAttribute("popovertarget"); });
    }
  }

  /* One button that closes whichever note is open; without it, Escape and a touch beside the note do. */
  const notes = document.querySelector(".notes");
  if (notes) {
    const close = document.createElement("button");
    close.className = "close";
    close.textContent = "×";
    close.setAttribute("aria-label", notes.dataset.close);
    close.addEventListener("click", () => close.closest("[popover]").hidePopover());
    /* A note opens at the foot of the window; where there is room, under its number, or over it. */
    const place = (note, call) => {
      note.classList.toggle("beside", innerWidth >= 760 && innerHeight >= 480);
      if (!note.classList.contains("beside")) {
        note.removeAttribute("style");
        const under = call.getBoundingClientRect().bottom + 12 - note.getBoundingClientRect().top;
        return under > 0 ? scrollBy(0, under) : undefined;
      }
      const box = note.getBoundingClientRect(), at = call.getBoundingClientRect();
      const room = document.documentElement.clientWidth - box.width - 16;
      const left = Math.max(16, Math.min(at.left + at.width / 2 - box.width / 2, room));
      const above = at.bottom + 8 + box.height > innerHeight && at.top > box.height + 8;
      note.style.left = `${scrollX + left}px`;
      note.style.top = `${scrollY + (above ? at.top - box.height - 8 : at.bottom + 8)}px`;
      return undefined;
    };
    for (const note of all(notes, "[popover]")) {
      const call = document.getElementById(note.id.replace("note_", "call_"));
      note.addEventListener("beforetoggle", (event) => {
        if (event.newState !== "open") return;
        note.append(close);
        /* «The same source» says nothing by itself: the note that names the source is shown with it. */
        const named = document.getElementById(`note_${note.dataset.same}`);
        if (named) {
          const same = document.createElement("span");
          same.className = "same";
          same.append(...[...named.childNodes].map((each) => each.cloneNode(true)));
          for (const each of all(same, "a[href^='#call_'], .close")) each.remove();
          note.append(same);
        }
      });
      note.addEventListener("toggle", (event) => {
        if (event.newState === "open") return place(note, call);
        for (const each of all(note, ".same, .close")) each.remove();
        return undefined;
      });
    }
  }

  const opened = () => document.querySelector(".notes :popover-open");
  addEventListener("resize", () => { if (opened()) opened().hidePopover(); });
  addEventListener("beforeprint", () => { for (const each of all(document, ":popover-open")) each.hidePopover(); });

  const said = document.getElementById("_said");
  const copy = async (element) => {
    const text = element.textContent.replace(/\s+/g, " ").trim();
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      /* A page of a plain http server may not use the clipboard, but it may copy what is selected. */
      getSelection().selectAllChildren(element);
      return document.execCommand("copy");
    }
  };
  for (const source of all(document, "[data-copy]")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "copy";
    button.textContent = said.dataset.word;
    if (source.id) button.setAttribute("aria-describedby", source.id);
    button.addEventListener("click", async () => {
      const done = await copy(source);
      button.textContent = done ? said.dataset.done : said.dataset.word;
      said.textContent = done ? said.dataset.done : "";
      setTimeout(() => { button.textContent = said.dataset.word; said.textContent = ""; }, 2500);
    });
    source.after(button);
  }
})();
