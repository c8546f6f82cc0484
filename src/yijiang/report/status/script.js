(function () {
  var zh = document.getElementById("lang-zh");
  var en = document.getElementById("lang-en");
  function told() { document.documentElement.lang = zh.checked ? "zh-CN" : "en"; }
  function reveal() {
    var place = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    for (var at = place; at; at = at.parentElement) { if (at.tagName === "DETAILS") { at.open = true; } }
    if (place) { place.scrollIntoView(); }
  }
  zh.addEventListener("change", told);
  en.addEventListener("change", told);
  window.addEventListener("hashchange", reveal);
  if (/^#(zh|en)$/.test(location.hash) ? location.hash === "#zh" : /^zh/i.test(navigator.language || "")) { zh.checked = true; }
  told();
  reveal();
})();
