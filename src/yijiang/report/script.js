(function () {
  var root = document.documentElement;
  var buttons = document.querySelectorAll("button[data-set]");
  function show(lang) {
    root.dataset.lang = lang;
    root.lang = lang === "zh" ? "zh-CN" : "en";
    buttons.forEach(function (b) { b.setAttribute("aria-pressed", String(b.dataset.set === lang)); });
  }
  buttons.forEach(function (b) { b.addEventListener("click", function () { show(b.dataset.set); }); });
  show(/^#?(zh|en)$/.test(location.hash) ? location.hash.slice(1) : /^zh/i.test(navigator.language || "") ? "zh" : "en");
})();
