# ruff: noqa: E501  markup is easier to judge in one piece
"""What a task may say to harm whoever looks at it: texts for every place where one is shown, and outputs of every type.

`TRAP` stands for an address that must never be asked, `HACK(x)` for a script that must never run, `COMMAND` for a command
of JupyterLab that must never be executed. A name says what is tried.
"""

from __future__ import annotations

import json
from typing import Any

Bundle = dict[str, Any]

COMMAND = "statusbar:toggle"  # harmless if it works, and nothing else executes it
_PIXEL = "R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"
_CLICK = f'data-commandlinker-command="{COMMAND}" data-commandlinker-args="{{}}"'

TEXTS: dict[str, str] = {
    "script": "<script>HACK(script)</script>",
    "img error": '<img src=x onerror="HACK(img)">',
    "img beacon": '<img src="TRAP/text-img">',
    "svg load": '<svg onload="HACK(svg)"></svg>',
    "details": '<details open ontoggle="HACK(details)">x</details>',
    "frame": '<iframe srcdoc="<script>parent.HACK(frame)</script>"></iframe>',
    "end of a block": '</pre></span></style></title></textarea><img src=x onerror="HACK(end)">',
    "attribute": '"><img src=x onerror="HACK(attribute)">',
    "quoted": "' onmouseover='HACK(quoted)' autofocus onfocus='HACK(focus)' x='",
    "entities": "&lt;img src=x onerror=&quot;HACK(entities)&quot;&gt;",
    "command": f"<button {_CLICK}>run</button>",
    "meta": '<meta http-equiv="refresh" content="0;url=TRAP/text-meta">',
    "base": '<base href="TRAP/">',
    "style": "<style>@import url(TRAP/text-import);</style>",
    "clobber": '<form id="cellburst" name="jupyterapp"><input name="commands"><input id="app"></form>',
    "script link": "javascript://%0aHACK(link)",
    "data link": "data:text/html,<script>HACK(data)</script>",
    "markdown": "![x](TRAP/text-markdown) [x](javascript:HACK(markdown)) `x` <b>",
    "latex": r"$\href{javascript:HACK(latex)}{x}$ $\style{background:url(TRAP/text-latex)}{y}$",
    "template": "{{constructor.constructor('HACK(template)')()}} ${HACK(template)} %1 %s {0}",
    "terminal link": "\x1b]8;;javascript:HACK(osc)\x1b\\click\x1b]8;;\x1b\\ \x1b]8;;TRAP/osc\x07click\x1b]8;;\x07",
    "terminal commands": "\x1b]0;title\x07\x1b[2J\x1b[31m<img src=x onerror=HACK(ansi)>\x1b[0m\x1b[8mhidden\x1b]52;c;eA==\x07",
    "unended sequence": "\x1b]8;;TRAP/unended\nstill here \x1b[38;2;1;2",
    "right to left": "abc\u202edcba\u2066 \u2069\u202c<b>",
    "unseen": "a\u200bb\u200cc\u200dd\ufeffe\u00ad\u2060f\x00\x01\x07g",
    "marks": "z" + "\u0300" * 60,
    "prototype": "__proto__",
    "surrogate": "\U0001f4a9 \U000e0041",
}

NAMES = {name: text for name, text in TEXTS.items() if len(text) <= 200 and text.isprintable()}

HTML: dict[str, str] = {
    **{f"text: {name}": text for name, text in TEXTS.items()},
    "script address": '<script src="TRAP/script.js"></script>',
    "module": '<script type="module">HACK(module)</script>',
    "handlers": '<p onclick="HACK(click)" onpointerenter="HACK(pointer)" onanimationstart="HACK(animation)">p</p>',
    "autofocus": '<input autofocus onfocus="HACK(autofocus)"><select autofocus onfocus="HACK(select)"></select>',
    "links": (
        '<a href="javascript:HACK(a)">a</a> <a href="JaVa\tscript:HACK(b)">b</a> <a href="vbscript:HACK(c)">c</a>'
        ' <a href="data:text/html;base64,PHNjcmlwdD5IQUNLKGQpPC9zY3JpcHQ+">d</a> <a href=" &#1;javascript:HACK(e)">e</a>'
    ),
    "ping": '<a href="#x" ping="TRAP/ping">ping</a>',
    "map": '<map name=m><area href="javascript:HACK(area)" shape=default></map><img usemap="#m" src="data:image/gif;base64,'
    + _PIXEL
    + '">',
    "frames": '<iframe src="TRAP/frame"></iframe><iframe src="javascript:HACK(iframe)"></iframe><frameset><frame src="TRAP/frame2"></frameset>',
    "objects": '<object data="TRAP/object"></object><embed src="TRAP/embed"><applet code="TRAP/applet"></applet>',
    "pictures": (
        '<img src="TRAP/img"><img src="data:image/gif;base64,'
        + _PIXEL
        + '" srcset="TRAP/srcset 2x"><picture><source srcset="TRAP/source">'
        '<img src="TRAP/picture"></picture><input type="image" src="TRAP/input"><image src="TRAP/image">'
    ),
    "sounds": (
        '<video autoplay src="TRAP/video" poster="TRAP/poster"><source src="TRAP/video-source"><track src="TRAP/track"></video>'
        '<audio autoplay src="TRAP/audio"></audio><bgsound src="TRAP/bgsound">'
    ),
    "links in the head": (
        '<link rel="stylesheet" href="TRAP/stylesheet"><link rel="prefetch" href="TRAP/prefetch"><link rel="preconnect" href="TRAP">'
        '<link rel="dns-prefetch" href="TRAP"><link rel="icon" href="TRAP/icon"><link rel="import" href="TRAP/import">'
    ),
    "backgrounds": (
        '<div style="background:url(TRAP/style)">x</div><div style="background-image:url(&quot;TRAP/style2&quot;)">x</div>'
        '<p style="list-style-image:url(TRAP/style3);cursor:url(TRAP/style4),auto">x</p><table background="TRAP/table"><tr><td>x</td></tr></table>'
        '<p style="background:u\\72l(TRAP/style5)">x</p><p style="--x:url(TRAP/style6);content:image-set(\'TRAP/style7\' 1x)">x</p>'
    ),
    "style sheet": "<style>@import 'TRAP/import2'; body{display:none} p{background:url(TRAP/style8)}</style>",
    "form": (
        '<form action="TRAP/form" method="get"><button type="submit" class="hostile-submit">submit</button></form>'
        '<button form="f" formaction="javascript:HACK(formaction)">x</button><isindex action="TRAP/isindex">'
    ),
    "commands": f'<button {_CLICK} class="hostile-command">command</button><a href="#" {_CLICK}>command</a><div {_CLICK}>command</div>',
    "clobbering": (
        '<img name="getElementById" src=x><form id="jupyterapp" name="jupyterapp"><input name="attributes"><input name="innerHTML">'
        '<input name="parentNode"></form><a id="jupyterapp" href="TRAP/clobber"></a><p id="main"></p><p id="jp-main-dock-panel"></p>'
    ),
    "overlay": '<div class="hostile-overlay" style="position:fixed;top:0;left:0;width:9999px;height:9999px;z-index:99999;opacity:0.5">o</div>',
    "classes": '<button class="jp-mod-accept jp-Dialog-button cb-Key">OK</button><div class="jp-Dialog lm-Widget">x</div>',
    "mutation": (
        '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=x onerror=HACK(mxss)&gt;"></table></mtext></math>'
        '<svg></p><style><a id="</style><img src=x onerror=HACK(mxss2)>"></svg><noscript><p title="</noscript><img src=x onerror=HACK(mxss3)>">'
    ),
    "svg inside": (
        '<svg><script>HACK(svgscript)</script><a xlink:href="javascript:HACK(svga)"><text y=9>x</text></a><image href="TRAP/svg-image"/>'
        '<use href="TRAP/svg-use#x"/><animate attributeName=href values="javascript:HACK(animate)"/><foreignObject><img src="TRAP/foreign"></foreignObject></svg>'
    ),
    "template": '<template><img src="TRAP/template"></template><slot><img src=x onerror="HACK(slot)"></slot>',
    "address forms": '<img src="//TRAPHOST/slashes"><img src="\\\\TRAPHOST/backslashes"><img src="http:TRAPHOST/colon"><img src=" TRAP/blank">',
    "latex in html": r"<p>$\href{javascript:HACK(htmllatex)}{x}$ $$\style{background:url(TRAP/html-latex)}{y}$$ $\require{html}\class{x}{y}$</p>",
    "own server": '<img src="/logout?hostile=1"><img src="api/shutdown?hostile=1"><form action="/api/shutdown?hostile=1" method="post"></form>',
}

MARKDOWN: dict[str, str] = {
    "html": "\n\n".join(HTML.values()),
    "links": "[a](javascript:HACK(md)) <javascript:HACK(md2)> ![x](TRAP/markdown) [x]: TRAP/reference\n\n![y][x]\n\n[x]: TRAP/reference2",
    "mermaid": (
        '```mermaid\n%%{init: {"securityLevel": "loose", "themeCSS": "@import url(TRAP/mermaid-css);"}}%%\ngraph TD\n'
        'A["<img src=TRAP/mermaid onerror=HACK(mermaid)>"] --> B\nclick A "javascript:HACK(mermaidclick)"\n```'
    ),
    "code": "```<img src=x onerror=HACK(fence)>\nx\n```",
}

BUNDLES: dict[str, Bundle] = {
    **{f"html: {name}": {"text/html": text, "text/plain": text} for name, text in HTML.items()},
    **{f"markdown: {name}": {"text/markdown": text} for name, text in MARKDOWN.items()},
    "html in parts": {"text/html": ["<img src=x on", 'error="HACK(parts)">']},
    "latex": {
        "text/latex": r"$$\href{javascript:HACK(latex)}{x}\style{background:url(TRAP/latex)}{y}\unicode[TRAP/f]{65}\includegraphics{TRAP/g}$$"
    },
    "script": {"application/javascript": "HACK(mime)", "text/plain": "a script"},
    "script only": {"application/javascript": "HACK(mimeonly)"},
    "svg": {
        "image/svg+xml": '<svg xmlns="http://www.w3.org/2000/svg" onload="HACK(svgmime)"><script>HACK(svgmime2)</script>'
        '<image href="TRAP/svg"/><style>@import url(TRAP/svg-css);</style></svg>'
    },
    "picture that is none": {"image/png": '"><img src=x onerror=HACK(png)>', "text/plain": "p"},
    "picture type": {'image/png"><img src=x onerror=HACK(type)>': "x", "text/plain": "t"},
    "vega address": {
        "application/vnd.vegalite.v5+json": {"data": {"url": "TRAP/vegalite.json"}, "mark": "point"},
        "text/plain": "vega",
    },
    "vega picture": {
        "application/vnd.vega.v5+json": {
            "marks": [
                {"type": "image", "encode": {"enter": {"url": {"value": "TRAP/vega.png"}, "width": {"value": 9}}}}
            ],
            "signals": [{"name": "x", "update": "warn('x', HACK(vega))"}],
        }
    },
    "vega link": {
        "application/vnd.vegalite.v5+json": {
            "data": {"values": [{"a": 1}]},
            "mark": {"type": "point", "href": "javascript:HACK(vegalink)"},
            "usermeta": {"embedOptions": {"actions": True, "loader": {"baseURL": "TRAP/"}, "patch": "TRAP/patch"}},
        }
    },
    "json": {
        "application/json": {"<img src=x onerror=HACK(json)>": "<script>HACK(json2)</script>", "url": "TRAP/json"}
    },
    "widget": {
        "application/vnd.jupyter.widget-view+json": {
            "model_id": "<img src=x onerror=HACK(widget)>",
            "version_major": 2,
        },
        "text/plain": "IntSlider(value=1)",
    },
    "terminal": {
        "text/plain": TEXTS["terminal link"]
        + TEXTS["terminal commands"]
        + " http://example.invalid javascript://%0aHACK(auto)"
    },
    "mermaid": {"text/vnd.mermaid": MARKDOWN["mermaid"].split("\n", 1)[1].rsplit("\n", 1)[0]},
    "pdf": {"application/pdf": "JVBERi0xLjAKPDwvT3BlbkFjdGlvbjw8L1MvVVJJL1VSSShUUkFQL3BkZik+Pj4+"},
    "geojson": {
        "application/geo+json": {"type": "Point", "coordinates": [0, 0], "properties": {"url": "TRAP/geo"}},
        "text/plain": "g",
    },
    "stderr type": {"application/vnd.jupyter.stderr": '<img src=x onerror="HACK(stderr)"> http://example.invalid/x'},
    "error type": {
        "application/vnd.jupyter.error": {"ename": "<b>", "evalue": "<script>HACK(error)</script>", "traceback": ["x"]}
    },
    "our own type": {
        "application/vnd.cellburst.run.v1+json": {"run": "<img src=x onerror=HACK(card)>", "name": {"x": 1}},
        "text/plain": "card",
    },
    "nothing": {},
    "wrong types": {"text/html": {"a": 1}, "text/plain": 5, "image/png": None},
}

METADATA: dict[str, Any] = {
    "isolated": True,
    "text/html": {"isolated": True},
    "image/png": {"width": "<img>", "height": -1},
}


def armed(value: Any, trap: str) -> Any:
    """The same with the address of the trap, and scripts that leave a mark on the page."""
    text = json.dumps(value).replace("TRAPHOST", trap.removeprefix("http://")).replace("TRAP", trap)
    return json.loads(_with_scripts(text))


def _with_scripts(text: str) -> str:
    first, *rest = text.split("HACK(")
    parts = [first]
    for piece in rest:
        name, _, after = piece.partition(")")
        parts.append(f"top.hacked=(top.hacked||[]).concat(`{name}`){after}")
    return "".join(parts).replace("parent.top.", "top.")
