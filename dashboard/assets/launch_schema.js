// What the scenario schema says at a place of a text in YAML: which keys and values fit, and what a key means.
(function () {
  "use strict";
  var wayfare = (window.wayfare = window.wayfare || {});

  function deref(schema, node) {
    var depth = 0;
    while (node && node.$ref && depth++ < 10) {
      var target = node.$ref.split("/").slice(1).reduce(function (at, step) { return at && at[step]; }, schema);
      node = Object.assign({}, target, { description: node.description || (target && target.description), default: node.default === undefined && target ? target.default : node.default });
    }
    return node || {};
  }

  // What holds only where some keys are written: a file that extends another may leave out what every other must say.
  function branched(node, beside) {
    if (!node.if) {
      return node;
    }
    var asked = (node.if.anyOf || [node.if]).some(function (one) {
      return (one.required || []).every(function (key) { return beside[key] !== undefined; });
    });
    var more = ((asked ? node.then : node.else) || {}).properties || {};
    var properties = Object.assign({}, node.properties);
    Object.keys(more).forEach(function (key) { properties[key] = Object.assign({}, properties[key], more[key]); });
    return { type: node.type, description: node.description, properties: properties };
  }

  // A choice between kinds is told by constants such as method: mfd; what is written beside decides which remain.
  function alternatives(schema, node, beside) {
    node = branched(deref(schema, node), beside);
    var choices = node.anyOf || node.oneOf;
    if (!choices) {
      return [node];
    }
    var every = [].concat.apply([], choices.map(function (one) { return alternatives(schema, one, beside); }));
    var fitting = every.filter(function (one) {
      var properties = one.properties || {};
      return Object.keys(properties).some(function (key) {
        var constant = deref(schema, properties[key]).const;
        return constant !== undefined && beside[key] === String(constant);
      });
    });
    return fitting.length ? fitting : every;
  }

  function indentOf(line) {
    return line.match(/^\s*/)[0].length;
  }

  // The keys of the block in which a line stands, from its outermost to itself, each with what is written beside it.
  function pathAt(lines, row) {
    var path = [];
    var indent = Infinity;
    for (var at = row; at >= 0; at--) {
      var line = lines[at];
      if (!line.trim() || line.trim().charAt(0) === "#") {
        if (at === row) { indent = indentOf(line) + (line.trim() ? 0 : 1); }
        continue;
      }
      var dash = line.match(/^(\s*)-\s+/);
      var match = line.match(/^(\s*(?:-\s+)?)(?:"([^"]*)"|([^\s:#"][^:#]*?))\s*:(?:\s|$)/);
      var own = match ? match[1].length : indentOf(line);
      if (own < indent && match) {
        path.unshift({ key: match[2] || match[3], row: at, indent: own });
        indent = own;
      } else if (at === row) {
        indent = dash ? dash[0].length : own;
      }
      if (dash && dash[1].length < indent) {
        if (path.length && path[0].row === at) {
          path.unshift({ item: true, row: at, indent: dash[1].length + 0.5 });
        } else if (own === indent || at === row) {
          path.unshift({ item: true, row: at, indent: dash[1].length + 0.5 });
        }
        indent = dash[1].length + 0.5;
      }
      if (indent === 0) { break; }
    }
    return path;
  }

  function besides(lines, row, indent) {
    var values = {};
    var take = function (at) {
      var match = lines[at].match(/^(\s*(?:-\s+)?)([\w-]+)\s*:\s*([^#]*)/);
      if (match && match[1].length === indent) { values[match[2]] = match[3].trim().replace(/^["']|["']$/g, ""); }
    };
    var inside = function (at) {
      var line = lines[at];
      return !line.trim() || line.trim().charAt(0) === "#" || line.match(/^\s*(?:-\s+)?/)[0].length >= indent;
    };
    for (var up = row; up >= 0 && inside(up); up--) {
      take(up);
      if (up < row && /^\s*-\s/.test(lines[up]) && lines[up].match(/^\s*-\s+/)[0].length === indent) { break; }
    }
    for (var down = row + 1; down < lines.length && inside(down) && !/^\s*-\s/.test(lines[down]); down++) { take(down); }
    return values;
  }

  function step(schema, nodes, part, lines, last) {
    var beside = part.item ? {} : besides(lines, part.row, part.indent);
    if (last) { delete beside[part.key]; } // what a value may become does not depend on what it is
    return [].concat.apply([], nodes.map(function (node) {
      return alternatives(schema, node, beside).map(function (one) {
        if (part.item) { return one.items ? deref(schema, one.items) : null; }
        var known = one.properties && one.properties[part.key];
        var other = one.additionalProperties && typeof one.additionalProperties === "object" ? one.additionalProperties : null;
        return known || other ? deref(schema, known || other) : null;
      }).filter(Boolean);
    }));
  }

  function at(schema, lines, path) {
    return path.reduce(function (nodes, part, place) {
      return step(schema, nodes, part, lines, place === path.length - 1);
    }, [schema]);
  }

  function valuesOf(schema, nodes) {
    var found = [];
    nodes.forEach(function (node) {
      alternatives(schema, node, {}).forEach(function (one) {
        (one.enum || (one.const !== undefined ? [one.const] : [])).forEach(function (value) { found.push(String(value)); });
        if (one.type === "boolean") { found.push("true", "false"); }
        (one.examples || []).forEach(function (value) { if (typeof value !== "object") { found.push(String(value)); } });
      });
      if (node.default !== undefined && node.default !== null && typeof node.default !== "object") { found.unshift(String(node.default)); }
    });
    return found.filter(function (value, place) { return found.indexOf(value) === place; });
  }

  // What fits where the caret stands: keys of a block, or values of a key, and what has been typed of it.
  wayfare.suggest = function (schema, text, caret) {
    var before = text.slice(0, caret);
    var lines = text.split("\n");
    var row = before.split("\n").length - 1;
    var typed = before.split("\n")[row];
    var value = typed.match(/^\s*(?:-\s+)?(?:[\w-]+)\s*:\s+([^#]*)$/);
    if (value) {
      var word = value[1];
      return { kind: "value", word: word, items: valuesOf(schema, at(schema, lines, pathAt(lines, row))).map(function (one) { return { text: one, about: "" }; }) };
    }
    var key = typed.match(/^(\s*(?:-\s+)?)([\w-]*)$/);
    if (!key) { return { kind: "key", word: "", items: [] }; }
    var indent = key[1].length;
    var inner = lines.slice();
    inner[row] = key[1] + "\u0001:";
    var path = pathAt(inner, row);
    path.pop();
    var here = besides(lines, row, indent);
    var items = {};
    at(schema, inner, path).forEach(function (node) {
      alternatives(schema, node, here).forEach(function (one) {
        Object.keys(one.properties || {}).forEach(function (name) {
          var about = deref(schema, one.properties[name]).description || "";
          if (here[name] === undefined || name === key[2]) { items[name] = name in items && items[name] !== about ? "" : about; }
        });
      });
    });
    return { kind: "key", word: key[2], items: Object.keys(items).map(function (name) { return { text: name, about: items[name] }; }) };
  };

  // What the key on the caret's line means: its path and what the schema says of it.
  wayfare.explain = function (schema, text, caret) {
    var lines = text.split("\n");
    var path = pathAt(lines, text.slice(0, caret).split("\n").length - 1);
    var names = path.filter(function (part) { return !part.item; }).map(function (part) { return part.key; });
    if (!names.length) { return null; }
    var nodes = at(schema, lines, path);
    var now = path.reduce(function (some, part) { return step(schema, some, part, lines, false); }, [schema]);
    var first = now.find(function (node) { return node.description; }) || now[0] || nodes[0];
    var limits = [];
    nodes.forEach(function (node) {
      alternatives(schema, node, {}).forEach(function (one) {
        if (one.minimum !== undefined) { limits.push("≥ " + one.minimum); }
        if (one.exclusiveMinimum !== undefined) { limits.push("> " + one.exclusiveMinimum); }
        if (one.maximum !== undefined) { limits.push("≤ " + one.maximum); }
        if (one.exclusiveMaximum !== undefined) { limits.push("< " + one.exclusiveMaximum); }
      });
    });
    var choices = [].concat.apply([], nodes.map(function (node) { return alternatives(schema, node, {}); }));
    var keys = [].concat.apply([], choices.map(function (one) { return Object.keys(one.properties || {}); }));
    var examples = [].concat.apply([], choices.map(function (one) { return one.examples || []; }));
    var allowed = [].concat.apply([], choices.map(function (one) { return one.enum || (one.const === undefined ? [] : [one.const]); }));
    return {
      path: names.join("."),
      known: nodes.length > 0,
      about: (first && first.description) || "",
      default: first && first.default !== undefined ? JSON.stringify(first.default) : "",
      limits: limits.filter(function (one, place) { return limits.indexOf(one) === place; }),
      allowed: allowed.map(String).filter(function (one, place, all) { return all.indexOf(one) === place; }),
      keys: keys.filter(function (one, place) { return keys.indexOf(one) === place; }),
      examples: examples.map(String),
    };
  };
})();
