"""How the page of a pack looks: on screens of any width, in the dark, and on paper."""

from typing import Final

STYLE: Final = """
:root{--ink:#1b1f24;--soft:#57606a;--paper:#fff;--band:#f5f6f8;--line:#d5d9de;--accent:#0b4f8a;
--mark:#ffe58a;--mark-ink:#1b1f24;--warn:#7a3b00;--warn-band:#fff4e5;color-scheme:light dark}
@media (prefers-color-scheme:dark){:root{--ink:#e6e9ec;--soft:#a3abb4;--paper:#14171a;--band:#1e2226;
--line:#3a4047;--accent:#8cc4ff;--mark:#6b5600;--mark-ink:#fff;--warn:#ffc78a;--warn-band:#33240f}}
*{box-sizing:border-box}
html{font:17px/1.55 Georgia,"Times New Roman",serif;color:var(--ink);background:var(--paper)}
body{margin:0}
header,main,footer{max-width:62rem;margin:0 auto;padding:0 1.5rem}
header{padding-top:2.5rem}
.kind,nav,dt,th,table,.place,.digests,.fine,footer,.notice,summary,.number{font-family:system-ui,
-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
.kind{margin:0;color:var(--soft);font-size:.85rem;letter-spacing:.09em;text-transform:uppercase}
h1{font-size:2rem;line-height:1.25;margin:.4rem 0 1rem;overflow-wrap:anywhere}
h2{font-size:1.35rem;line-height:1.3;margin:0 0 .8rem}
h3{font-size:1.05rem;margin:1.2rem 0 .4rem;overflow-wrap:anywhere}
section{padding:1.8rem 0;border-top:1px solid var(--line)}
nav ul{display:flex;flex-wrap:wrap;gap:.3rem 1.3rem;list-style:none;margin:1.2rem 0;padding:0;font-size:.9rem}
a{color:var(--accent);text-underline-offset:.15em}
a:focus-visible,summary:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
dl{margin:0;font-size:.92rem}
dl div{display:grid;grid-template-columns:11rem 1fr;gap:.2rem 1rem;padding:.3rem 0}
dt{color:var(--soft)}
dd{margin:0;overflow-wrap:anywhere}
code{font:.85em/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;overflow-wrap:anywhere}
pre{background:var(--band);border:1px solid var(--line);border-radius:6px;padding:.8rem 1rem;overflow-x:auto;
white-space:pre-wrap}
.answer{margin:0;padding:1rem 1.3rem;background:var(--band);border-left:4px solid var(--accent);
border-radius:0 6px 6px 0;font-size:1.12rem}
.answer p{margin:.35rem 0}
.notice{background:var(--warn-band);color:var(--warn);border-radius:6px;padding:.8rem 1.1rem;font-size:.95rem}
.number{font-size:.8rem;vertical-align:.25em;text-decoration:none;padding-left:.15em}
article{margin:0 0 2rem}
article h3{display:flex;gap:.6rem;align-items:baseline}
.badge{flex:none;font:600 .85rem/1.6rem system-ui,sans-serif;min-width:1.6rem;text-align:center;
color:var(--paper);background:var(--accent);border-radius:.8rem;padding:0 .4rem}
.place{color:var(--soft);font-size:.88rem;margin:.1rem 0 .6rem;overflow-wrap:anywhere}
.excerpt{margin:0;padding:.9rem 1.2rem;border:1px solid var(--line);border-radius:6px;white-space:pre-wrap;
overflow-wrap:anywhere}
.excerpt .around{color:var(--soft)}
mark{background:var(--mark);color:var(--mark-ink);padding:.1em .05em;-webkit-box-decoration-break:clone;
box-decoration-break:clone}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:.84rem;line-height:1.4}
caption{text-align:left;color:var(--soft);padding:0 0 .6rem;font-size:.9rem}
th,td{text-align:left;vertical-align:top;padding:.45rem .7rem;border-bottom:1px solid var(--line)}
thead th{border-bottom:2px solid var(--line);white-space:nowrap}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
tr.cited td,tr.cited th{background:var(--band)}
table.files th a{font-weight:400;overflow-wrap:anywhere}table.files td code{white-space:nowrap}
td.doc{overflow-wrap:anywhere;min-width:14rem}
.fine{color:var(--soft);font-size:.82rem}
details{margin:.3rem 0}
summary{cursor:pointer;color:var(--accent)}
.passage{white-space:pre-wrap;overflow-wrap:anywhere;font-size:.95rem;padding:.4rem 0 .4rem 1rem;
border-left:3px solid var(--line);margin:.4rem 0 .8rem}
.proofs{display:grid;grid-template-columns:repeat(auto-fit,minmax(18rem,1fr));gap:1.5rem}
.proofs h3{margin-top:0}
.proofs ul{padding-left:1.1rem;margin:.3rem 0}
.proofs li{margin:.35rem 0}
footer{padding:1.5rem;border-top:1px solid var(--line);color:var(--soft);font-size:.82rem}
@media (max-width:40rem){html{font-size:16px}dl div{grid-template-columns:1fr;gap:0}}
@media print{:root{--ink:#000;--soft:#444;--paper:#fff;--band:#f3f3f3;--line:#bbb;--accent:#000;
--mark:#ffe58a;--mark-ink:#000;--warn:#000;--warn-band:#eee}html{font-size:10.5pt}nav,details{display:none}
header,main,footer{max-width:none;padding-left:0;padding-right:0}section{padding:1rem 0}
article,tr,.answer,.proofs>div{break-inside:avoid}h2,h3{break-after:avoid}
mark,.badge,.band{print-color-adjust:exact;-webkit-print-color-adjust:exact}.scroll{overflow:visible}}
"""
