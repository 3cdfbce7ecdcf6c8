/**
 * The client as one ES module, for browsers: written by `deno task client`.
 *
 * @module
 */

/** The module's text. */
// deno-fmt-ignore
export const CLIENT_BUNDLE =
  "var w=\"sockeye.v1\",N=\"sockeye.token.\";var Q=[[1e3,1e3,\"stop\"],[1012,1012,\"hurry\"],[4e3,4099,\"stop\"]," +
  "[4200,4299,\"hurry\"],[4401,4401,\"refresh\"],[4403,4403,\"refresh\"]];function E(o){return Q.find(([e,t])" +
  "=>e<=o&&o<=t)?.[2]??\"wait\"}var V=100;function L(o,{minWaitMs:e,maxWaitMs:t,random:r}){return r()*Mat" +
  "h.min(t,e*2**o)}function H(o){let e=0,t=0,r=new Set;return{k(n,s){s>e&&(t=0,r.clear());let i=E(n),a=" +
  "r.has(i);if(r.add(i),!(i===\"stop\"||i===\"refresh\"&&a))return e=L(i===\"wait\"||a?t:0,o),t++,e},x:()=>e=" +
  "o.random()*V}}var l=class extends Error{name=\"SockeyeError\";code;constructor(e,t){super(t),this.code" +
  "=e}};function b(){return new l(\"unsupported\",\"the server does not speak sockeye.v1 here\")}function y" +
  "(){return new l(\"closed\",\"it has ended\")}var U={now:()=>performance.now(),setTimer(o,e){let t=setTim" +
  "eout(o,e);return()=>clearTimeout(t)}};function f(o,e,t,r=new Event(e)){o.dispatchEvent(Object.assign" +
  "(r,t))}function k(o){return new MessageEvent(\"message\",{data:o})}function B({clock:o,pingIntervalMs:" +
  "e,pongTimeoutMs:t},r,n){let s=o.now(),i=!1,a=()=>{},d=(c,g)=>{a(),a=o.setTimer(g,c)},p=()=>{if(!e)re" +
  "turn;let c=s+e-o.now();c>0?d(c,p):u(t)},u=(c,g=!1)=>{let S=o.now()+c+1e3;i=!1,d(c,()=>{i?p():!g&&o.n" +
  "ow()>S?u(c,!0):n()}),r()};return p(),{O(){s=o.now(),i=!0},u:c=>u(c),a:()=>a()}}function P(o){let{buf" +
  "fer:e,byteOffset:t,byteLength:r}=o;return r===void 0?o instanceof Blob?o:`${o}`:new Uint8Array(e??o," +
  "t,r)}function x(o){return new Blob([o]).size}function _(o,e){let t=(e?JSON.stringify(e):\"\")+`\n`;if(t" +
  "ypeof o==\"string\")return t+o;if(o instanceof Blob)return new Blob([t,o]);let r=new TextEncoder().enc" +
  "ode(t),n=new Uint8Array(r.length+o.length);return n.set(r),n.set(o,r.length),n}function I(o){let e=t" +
  "ypeof o==\"string\"?o.indexOf(`\n`):new Uint8Array(o).indexOf(10),t=o.slice(0,e<0?void 0:e),r=typeof t=" +
  "=\"string\"?t:new TextDecoder().decode(t);return{o:[...JSON.parse(r||\"[]\")],t:o.slice(e+1)}}var O=clas" +
  "s{n;#e;#r;#t;#d=()=>this.l(\"no answer\");#o;#s=!1;#i=!1;constructor(e,t,r,n){this.n=e,this.#e=t,this." +
  "#r=n,this.#t=t.clock.setTimer(this.#d,t.connectTimeoutMs),e.binaryType=\"arraybuffer\",e.addEventListe" +
  "ner(\"open\",()=>{this.#i||(this.s()?this.#p(\"\"):r!==void 0&&this.d([\"auth\",r]))}),e.addEventListener(" +
  "\"message\",s=>this.#i||this.#a(s.data)),e.addEventListener(\"error\",s=>this.#i||n.error(s)),e.addEvent" +
  "Listener(\"close\",s=>this.#n(s))}s(){return this.n.protocol!==w}y(){return this.#s&&this.n.readyState" +
  "===1}send(e,t){this.n.send(this.s()?e:_(e,t))}d(e){this.n.send(JSON.stringify(e))}u(e){this.y()&&thi" +
  "s.#o?.u(e)}l(e){this.#n({code:1006,reason:e,wasClean:!1}),this.n.close()}#a(e){if(this.s())return th" +
  "is.#r.message({o:[],t:e});this.#o?.O();let t;try{t=I(e)}catch{return this.l(\"no header\")}let[r,n]=t." +
  "o;this.#s?this.#r.message(t):r===\"hello\"&&this.#p(n)}#p(e){this.#t(),this.#s=!0,this.s()||(this.#o=B" +
  "(this.#e,()=>this.d([\"ping\"]),this.#d)),this.#r.T(e)}#n({code:e,reason:t,wasClean:r}){this.#i||(this" +
  ".#i=!0,this.#t(),this.#o?.a(),this.#r.f({code:e||1006,reason:t,wasClean:r}))}};var A={minWaitMs:500," +
  "maxWaitMs:3e4,connectTimeoutMs:1e4,pingIntervalMs:25e3,pongTimeoutMs:1e4,maxBufferedBytes:262144,pau" +
  "sesWhileHidden:!0,pausesWhileOffline:!0};var Z=1e4,T=class{#e;#r;#t=new Set;c=0;#d;#o=!1;constructor" +
  "(e,t){this.#e=e,this.#r=t}C(e){this.#d=e,this.#o=!0}b(){this.#o=!1;for(let e of this.#t)if(this.#i(e" +
  "))this.#a(e);else if(!e.v)return}i(){this.#d=void 0,this.#o=!1}a(e){for(let{g:t}of this.#t)t?.(e)}se" +
  "nd(e){this.#s({t:e,h:0})}e(e,t,{timeoutMs:r=Z,signal:n}={},s){return new Promise((i,a)=>{let d=()=>{" +
  "$(),n?.removeEventListener(\"abort\",u),this.#a(S)},p=m=>{d(),a(m)},u=()=>p(n?.reason),c=m=>{if(!m)ret" +
  "urn p(new l(\"lost\",\"no answer: the connection broke\"));let[z,,K,Y]=m.o;if(z===\"err\")return p(new l(K" +
  ",Y));d(),i(m)},S={t:e,h:0,e:()=>t(this.#e.S(c)),g:p,v:s},$=this.#r.clock.setTimer(()=>p(new DOMExcep" +
  "tion(\"no answer in time\",\"TimeoutError\")),r);n?.addEventListener(\"abort\",u);try{n?.throwIfAborted()," +
  "this.#s(S)}catch(m){p(m)}})}#s(e){if(!(this.#o&&this.#i(e))&&(this.#t.add(e),this.#o||this.b(),!!thi" +
  "s.#t.has(e)&&(e.t instanceof Uint8Array&&(e.t=e.t.slice()),this.c+=e.h=x(e.t),!(this.c<=this.#r.maxB" +
  "ufferedBytes))))throw this.#a(e),new DOMException(\"more than maxBufferedBytes wait\",\"QuotaExceededEr" +
  "ror\")}#i({t:e,e:t,g:r,v:n}){let s=this.#d;return!s?.y()||t&&this.#e.w()||n?.()===!1?!1:(t&&s.s()?r?." +
  "(b()):s.send(e,t?.()),!0)}#a(e){this.#t.delete(e)&&(this.c-=e.h)}};var W=[\"visibilitychange\",\"resume" +
  "\",\"online\",\"offline\",\"pageshow\",\"pagehide\"];function q(o,e=globalThis){let{document:t,navigator:r}=e" +
  ",n=!1;return{isAway:()=>n||o.pausesWhileHidden&&!!t?.hidden||o.pausesWhileOffline&&r?.onLine===!1,wa" +
  "tch(s){let i=({type:a})=>{let d=a===\"pagehide\";n=d||n&&a!==\"pageshow\",s(d?\"leave\":\"change\")};for(let" +
  " a of W)e.addEventListener?.(a,i,!0);return()=>{for(let a of W)e.removeEventListener?.(a,i,!0)}}}}va" +
  "r C=class extends EventTarget{#e;constructor(e){super(),this.#e=e}get topic(){return this.#e.name}ge" +
  "t position(){return this.#e.position}get isSubscribed(){return this.#e.r}members(e){return this.#e.m" +
  "embers(e)}unsubscribe(){this.#e.M(this)}};var M=class{name;#e;#r;#t=new Set;position;#d;r=!1;#o=!1;#" +
  "s=!1;#i=!1;#a=-1;#p=0;#n;constructor(e,{since:t,last:r},n){this.name=e,this.position=t,this.#r=r,thi" +
  "s.#e=n}async members(e){let t=()=>this.r||this.#i,{o:r}=await this.#e.e(\"\",n=>[\"members\",n,this.name" +
  "],e,t);return r[2].map(([n,s])=>({key:n,state:s}))}L(e,{presence:t}){this.#t.add(e),t&&!this.#o&&(th" +
  "is.#o=!0,this.#h()),this.r&&queueMicrotask(()=>this.r&&this.#u(!1,!1,this.position,[e])),this.e()}M(" +
  "e){!this.#t.delete(e)||this.#t.size||(this.#h(),this.#l(!0))}e(){let{P:e}=this.#e,t=this.#e.E();if(!" +
  "t||this.r||this.#a>=0||this.#n||e.w())return;if(t.s())return this.p(b());let r=this.position,n=this." +
  "#s||!!r,s=this.#a=e.S(i=>{this.#a===s&&(this.#a=-1,i&&this.#c(i,n))});t.d([\"sub\",s,this.name,{since:" +
  "r,last:this.#r,presence:this.#o}])}i(){this.r=!1,this.#a=-1,this.#n?.(),this.#n=void 0}p(e){this.#l(" +
  "!1),this.#f(e.code===\"closed\"?\"unsubscribed\":\"error\",{error:e}),this.#t.clear()}m(e,t,r){if(!this.r)" +
  "return;let[n,,s]=e;if(n===\"pub\"||n===\"pos\"){if(s!==void 0){if(this.position&&s<=this.position.offset" +
  ")return;this.position={epoch:this.#d,offset:s}}n===\"pub\"&&this.#f(\"\",{offset:s},void 0,()=>k(t()))}e" +
  "lse n===\"reset\"?(this.position=e[2],this.#d=this.position.epoch,this.#u(!0,!1,this.position)):n===\"p" +
  "resence\"?this.#f(n,r):n===\"unsubbed\"&&this.p(y())}#c({o:e},t){if(e[0]===\"err\"){let[,,r,n]=e;if(r!==\"" +
  "unavailable\")return this.p(new l(r,n));let{options:s}=this.#e;this.#n=s.clock.setTimer(()=>{this.#n=" +
  "void 0,this.e()},L(this.#p++,s))}else if(e[0]===\"subbed\"){let{recovered:r,position:n}=e[3];this.r=th" +
  "is.#s=!0,this.#p=0,this.#d=n?.epoch,r||(this.position=this.#r&&n?.offset?void 0:n),this.#u(t,r,n)}}#" +
  "u(e,t,r,n){this.#f(\"subscribed\",{wasRecovering:e,recovered:t,position:r},n)}#f(e,t,r=this.#t,n){for(" +
  "let s of[...r])this.#t.has(s)&&f(s,e,t,n?.())}#h(){(this.r||this.#a>=0)&&this.#e.E()?.d([\"unsub\",thi" +
  "s.name]),this.i()}#l(e){this.i(),this.#i=!0,this.#e.f(this.name,e)}};var ee=100;function D(o){let e=" +
  "new Map,t=new Set,r={...o,f(n,s){e.delete(n),s&&t.add(n),t.size>ee&&t.clear()}};return{add(n,s){let " +
  "i=e.get(n)??new M(n,s,r);e.set(n,i);let a=new C(i),{onMessage:d}=s;return d&&a.addEventListener(\"mes" +
  "sage\",d),i.L(a,s),a},e:()=>e.forEach(n=>n.e()),i(){t.clear(),e.forEach(n=>n.i())},a:n=>e.forEach(s=>" +
  "s.p(n)),m(n,s,i){let a=n[0]===\"presence\"?n[2]:n[1],d=e.get(a);return d?.m(n,s,i),!!d||t.has(a)}}}fun" +
  "ction j(){let o=new Map,e=0;return{w:()=>o.size>=1024,S(t){for(;o.has(e);)e=e+1>>>0;return o.set(e,t" +
  "),e},A(t,r){let n=o.get(t);o.delete(t),n?.(r)},R(){let t=[...o.values()];o.clear();for(let r of t)r(" +
  "void 0)}}}function F(o,e){let t=new URL(o,e);if(t.protocol=t.protocol.replace(\"http\",\"ws\"),!/^wss?:/" +
  ".test(t.protocol))throw new TypeError(`no WebSocket URL: ${o}`);return t.hash=\"\",t.href}function J(o" +
  "){return btoa(String.fromCharCode(...new TextEncoder().encode(o))).replaceAll(\"+\",\"-\").replaceAll(\"/" +
  "\",\"_\").replaceAll(\"=\",\"\")}var R=0,h=1,G=2,te=3,ne=3e3,v=class extends EventTarget{static CONNECTING=" +
  "0;static OPEN=1;static CLOSING=2;static CLOSED=3;CONNECTING=0;OPEN=1;CLOSING=2;CLOSED=3;binaryType=\"" +
  "blob\";onopen=null;onmessage=null;onerror=null;onclose=null;#e;#r;#t;#d;#o=j();#s;#i;#a;#p=\"\";#n=R;#c" +
  ";#u=0;#f=!1;#h=NaN;#l=!1;#y=!1;#m;constructor(e,t={}){super();let n=t.length!==void 0?{protocols:[t]" +
  ".flat()}:t,s=this.#t={clock:U,random:Math.random,WebSocket:globalThis.WebSocket,...A,...n};if(!s.Web" +
  "Socket)throw new TypeError(\"no WebSocket here: give one in the options\");this.#e=e,typeof e!=\"functi" +
  "on\"&&(this.#p=X(e)),this.#r=s.page??q(s),this.#d=H(s),this.#s=new T(this.#o,s),this.#i=D({P:this.#o," +
  "options:s,E:()=>this.#n===h?this.#c:void 0,e:(...i)=>this.#E(...i)});for(let i of[\"open\",\"message\",\"" +
  "error\",\"close\"])this.addEventListener(i,a=>this[`on${i}`]?.(a));this.#a=this.#r.watch(i=>this.#O(i))" +
  ",this.#b()}get url(){return this.#p}get readyState(){return this.#n}get bufferedAmount(){return this" +
  ".#s.c+(this.#c?.n.bufferedAmount??0)}get protocol(){return this.#c?.n.protocol??\"\"}get extensions(){" +
  "return this.#c?.n.extensions??\"\"}send(e){this.#n<=h&&this.#s.send(P(e))}sendJson(e){this.send(JSON.s" +
  "tringify(e))}async request(e,t){let{o:r,t:n}=await this.#E(P(e),s=>[\"req\",s],t);return r[0]===\"rep\"?" +
  "n:void 0}async requestJson(e,t){let r=await this.request(JSON.stringify(e),t);return r&&JSON.parse(r" +
  ")}subscribe(e,t={}){if(this.#n>h)throw y();if(this.#n===h&&this.#c?.s())throw b();return this.#i.add" +
  "(e,t)}reconnect(){this.#l&&this.#b()}close(e,t=\"\"){if(e&&e!==1e3&&(e<3e3||e>4999)||x(t)>123)throw ne" +
  "w DOMException(`close ${e} ${t}`,\"InvalidAccessError\");this.#n>h||(this.#n=G,this.#u++,this.#c?this." +
  "#c.n.close(e,t):queueMicrotask(()=>this.#w({code:e??1005,reason:t,wasClean:!1})))}async#b(){let e=++" +
  "this.#u,{WebSocket:t,token:r,tokenIn:n,protocols:s=[],isPlain:i}=this.#t;this.#m?.(),this.#l=!1;try{" +
  "let a=typeof this.#e==\"function\"?X(await this.#e()):this.#p,d=typeof r==\"function\"?await r({isRefuse" +
  "d:this.#y}):r;if(e!==this.#u)return;this.#p=a;let p=d!==void 0&&n===\"subprotocol\",u=[...s];p&&u.unsh" +
  "ift(N+J(d)),i||u.unshift(w),this.#c=new O(new t(a,u),this.#t,p?void 0:d,{T:c=>this.#k(c),message:c=>" +
  "this.#x(c),error:({error:c})=>f(this,\"error\",{error:c}),f:c=>this.#g(c)})}catch(a){e===this.#u&&f(th" +
  "is,\"error\",{error:a}),e===this.#u&&this.#g({code:1006,reason:\"\",wasClean:!1})}}#k(e){if(this.#n!==R)" +
  "return;this.#n=h;let t=this.#f;this.#f=!0,this.#h=this.#t.clock.now(),this.#y=!1,this.#s.C(this.#c)," +
  "f(this,\"open\",{isReconnect:t,peer:e}),this.#v()}#v(){this.#n===h&&(this.#i.e(),this.#s.b())}#x(e){le" +
  "t{o:t,t:r}=e,[n,s,i,a,d]=t;if(typeof s==\"number\")return this.#o.A(s,e),this.#v();let p=()=>typeof r=" +
  "=\"string\"||this.binaryType!==\"blob\"?r:new Blob([r]),u={change:s,topic:i,key:a,state:d};(!n||!this.#i" +
  ".m(t,p,u))&&(n===\"presence\"?f(this,n,u):(!n||n===\"pub\")&&f(this,\"\",{topic:s},k(p())))}#g(e){this.#c=" +
  "void 0,this.#s.i(),this.#i.i(),this.#o.R();let t=this.#t.clock.now()-this.#h,r=this.#n===G?void 0:th" +
  "is.#d.k(e.code,t);if(this.#h=NaN,r===void 0)return this.#w(e);this.#y=E(e.code)===\"refresh\",this.#n=" +
  "R,this.#S(r),f(this,\"away\",{...e,waitMs:this.#r.isAway()?void 0:r})}#S(e){this.#l=!0,this.#m?.(),thi" +
  "s.#r.isAway()||(this.#m=this.#t.clock.setTimer(()=>this.#b(),e))}#O(e){e===\"leave\"?this.#c?.l(\"the p" +
  "age was left\"):this.#l?this.#S(this.#d.x()):this.#r.isAway()||this.#c?.u(ne)}#w(e){this.#n=te,this.#" +
  "l=!1,this.#m?.(),this.#a(),this.#s.a(y()),this.#i.a(y()),f(this,\"close\",e)}async#E(...e){if(this.#n>" +
  "h)throw y();return await this.#s.e(...e)}};function X(o){return F(o,globalThis.location?.href)}funct" +
  "ion re(o,e){return new v(o,e)}export{A as CLIENT_DEFAULTS,l as SockeyeError,v as SockeyeSocket,re as" +
  " connect};\n";

/** Names the text: the beginning of its SHA-256, in hex. */
export const CLIENT_BUNDLE_HASH = "2d3f1557f1cc66b2";
