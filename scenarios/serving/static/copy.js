// Puts a button beside each command of ./inv, which copies it. Without this script the command can still be selected.
"use strict";
for (const code of document.querySelectorAll("code.command, pre > code")) {
  if (!code.textContent.startsWith("./inv")) continue;
  const button = Object.assign(document.createElement("button"), { type: "button", textContent: "copy", className: "copy" });
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(code.textContent.trim());
      button.textContent = "copied";
    } catch { // a browser may refuse: then the command is selected, for Ctrl-C
      getSelection().selectAllChildren(code);
      button.textContent = "press Ctrl-C";
    }
  });
  code.after(" ", button);
}
