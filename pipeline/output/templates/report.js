(function () {
  "use strict";
  document.documentElement.classList.add("js");
  function fold(text) {
    return text.toLowerCase().replace(/đ/g, "d").normalize("NFD").replace(/[\u0300-\u036f]/g, "");
  }
  document.querySelectorAll("table.sortable").forEach(function (table) {
    var body = table.tBodies[0];
    var rows = Array.prototype.slice.call(body.rows);
    var headings = table.querySelectorAll("th[data-column]");
    function value(row, column) {
      var cell = row.cells[column];
      return cell.hasAttribute("data-sort") ? cell.getAttribute("data-sort") : cell.textContent.trim();
    }
    headings.forEach(function (heading) {
      heading.querySelector("button").addEventListener("click", function () {
        var column = Number(heading.dataset.column);
        var words = heading.dataset.words !== undefined;
        var first = words ? "ascending" : "descending";
        var now = heading.getAttribute("aria-sort");
        var order = now === first ? (words ? "descending" : "ascending") : first;
        var sign = order === "ascending" ? 1 : -1;
        rows.sort(function (a, b) {
          var x = value(a, column), y = value(b, column);
          if (words) { return sign * x.localeCompare(y, "vi", { numeric: true }); }
          if (x === "" || y === "") { return (x === "") - (y === ""); }
          return sign * (Number(x) - Number(y));
        });
        rows.forEach(function (row) { body.appendChild(row); });
        headings.forEach(function (other) { other.removeAttribute("aria-sort"); });
        heading.setAttribute("aria-sort", order);
      });
    });
    var controls = document.getElementById(table.dataset.controls);
    if (!controls) { return; }
    var search = controls.querySelector("input[type=search]");
    var behind = controls.querySelector("input[type=checkbox]");
    var output = controls.querySelector("output");
    var all = table.dataset.searchAll !== undefined;
    var texts = rows.map(function (row) { return fold(all ? row.textContent : row.cells[0].textContent); });
    var keys = new Map(rows.map(function (row, i) { return [row, texts[i]]; }));
    function filter() {
      var wanted = fold(search.value).split(/\s+/).filter(Boolean);
      var count = 0;
      rows.forEach(function (row) {
        var text = keys.get(row);
        var show = wanted.every(function (word) { return text.indexOf(word) >= 0; }) &&
          (!behind || !behind.checked || row.dataset.behind !== undefined);
        row.hidden = !show;
        if (show) { count += 1; }
      });
      output.textContent = count.toLocaleString(document.documentElement.lang) + " / " +
        rows.length.toLocaleString(document.documentElement.lang) + " " + output.dataset.words;
    }
    search.addEventListener("input", filter);
    if (behind) { behind.addEventListener("change", filter); }
    filter();
  });
  window.addEventListener("beforeprint", function () {
    document.querySelectorAll("details").forEach(function (one) { one.open = true; });
  });
})();
